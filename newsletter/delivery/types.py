"""The values that the steps of a delivery exchange: batch, claim, burst, result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from newsletter.delivery.recipients import Recipient
from newsletter.editions.loaded_edition import Selection
from newsletter.editions.rendering.message import Digest, build_digest
from newsletter.models import StoredPick
from subscribers.schedule import next_slot
from web.languages import DEFAULT_LANGUAGE
from web.time_zones import usable_zone


@dataclass(frozen=True, slots=True)
class Batch:
    """What one task gets: neighbouring deliveries of one edition, by id, both ends included."""

    edition_id: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Owner:
    """The claim under which a process sends: what its journal says of it."""

    edition_id: int
    fence: UUID

    def as_text(self) -> str:
        return f"{self.edition_id} {self.fence}"

    @classmethod
    def of_text(cls, text: str) -> Owner:
        """
        Raises:
            ValueError: it is not the text of an owner.
        """
        edition, _, fence = text.partition(" ")
        return cls(int(edition), UUID(fence))


@dataclass(frozen=True, slots=True)
class Due:
    """A subscriber whose digest is due, and the timetable that gives their next slot."""

    id: int
    weekday: int
    hour: int
    timezone: str
    due_at: datetime


def slot_after(now: datetime, cadence: str, weekday: int, hour: int, timezone: str) -> datetime:
    """The next slot of a timetable; in UTC where this machine does not know the time zone.

    One row with such a time zone must not stop the others.
    """
    zone = usable_zone(timezone)
    return next_slot(cadence=cadence, weekday=weekday, hour=hour, timezone=zone, after=now)


@dataclass(frozen=True, slots=True)
class RenderStamp:
    """What the bytes of a message depend on besides its papers; fixed at its first attempt."""

    dated_at: datetime
    renderer: str
    key_id: str


@dataclass(frozen=True, slots=True)
class Content:
    """What an earlier attempt has stored of a digest."""

    picks: Sequence[StoredPick]
    stamp: RenderStamp
    language: str = DEFAULT_LANGUAGE
    sections: str = ""
    opening: str = ""


class Claimed(NamedTuple):
    """A delivery that this worker holds until its lease ends."""

    id: int
    subscriber_id: int | None
    attempts: int
    content: Content | None = None  # stored by an earlier attempt
    retry: int = 0  # differs each time that an operator queues it again; 0: never


class Held(NamedTuple):
    """A delivery that a process was sending when it was killed; `to` is empty once erased."""

    reference: int
    attempts: int
    to: str


class Item(NamedTuple):
    """A delivery that gets a digest now: to this recipient, with this selection of papers."""

    delivery: Claimed
    recipient: Recipient
    selection: Selection

    @property
    def id(self) -> int:
        return self.delivery.id

    @property
    def attempt(self) -> int:
        """Which attempt this one is, counted from 1."""
        return self.delivery.attempts + 1


@dataclass(frozen=True, slots=True)
class Burst:
    """Deliveries that become uncertain together if the process is killed: BURST_SIZE at most."""

    items: Sequence[Item]
    stamp: RenderStamp  # of the deliveries without stored content

    def __iter__(self) -> Iterator[Item]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    @property
    def addresses(self) -> Mapping[int, str]:
        """Each recipient's address, by the delivery's id."""
        return {item.id: item.recipient.email for item in self.items}

    def keep(self, ids: Mapping[int, object] | set[int]) -> Burst:
        """The items of these deliveries only."""
        return Burst([item for item in self.items if item.id in ids], self.stamp)

    def first(self, count: int) -> Burst:
        """The first items only."""
        return self if count >= len(self.items) else Burst(self.items[:count], self.stamp)

    def digests(self) -> list[Digest]:
        return [self._digest(item) for item in self.items]

    def _digest(self, item: Item) -> Digest:
        stored = item.delivery.content
        stamp = stored.stamp if stored else self.stamp
        return build_digest(
            delivery_id=item.id,
            subscriber_id=item.recipient.id,
            secret=item.recipient.secret,
            to=item.recipient.email,
            dated_at=stamp.dated_at,
            body=item.selection.body,
            key_id=stamp.key_id,
            renderer=stamp.renderer,
            attempts=item.attempt,
            retry=item.delivery.retry,
        )


class Result(NamedTuple):
    """What the ledger stores of one delivery after an attempt."""

    delivery_id: int
    state: str
    reason: str
    error: str
    provider_id: str
    next_attempt_at: datetime
    spread: timedelta = timedelta()  # by how much at most it comes later, by the row's id
    is_counted: bool = True  # whether the attempt counts towards MAX_ATTEMPTS
