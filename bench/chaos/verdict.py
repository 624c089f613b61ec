"""What a run has shown, from what the ledger says and what arrived. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Final, Self

# States that say of a mail that it has not arrived, or may not have.
_TELLING: Final = {"queued", "deferred", "skipped", "failed", "uncertain"}
_FINAL: Final = {"sent", "skipped", "failed", "uncertain"}
_MAY_HAVE_ARRIVED: Final = {"sent", "uncertain", "sending"}
_OF_DELIVERY: Final = re.compile(r"<digest\.(\d+)\.")


@dataclass(frozen=True, slots=True)
class Entry:
    """A reader who was due, and their row in the ledger; no row: id 0 and no state."""

    email: str
    delivery_id: int = 0
    state: str = ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mail that the receiving server took."""

    message_id: str
    to: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Counts of one run, or of several added up."""

    mails: int = 0  # readers who were due
    arrived: int = 0
    skipped: int = 0
    failed: int = 0
    lost: int = 0  # did not arrive, and no state says so
    repeated: int = 0  # copies too many
    uncertain: int = 0
    unfinished: int = 0  # in the end, neither final nor scheduled
    mistold: int = 0  # arrived, though the ledger denies it; or under another reader's id
    miscounted: int = 0  # what the counters of progress are off by

    def __add__(self, other: Self) -> Verdict:
        return Verdict(
            **{
                field.name: getattr(self, field.name) + getattr(other, field.name)
                for field in fields(self)
            }
        )

    def as_json(self) -> dict[str, int]:
        return asdict(self)


def judge(
    entries: Sequence[Entry], arrivals: Sequence[Arrival], counters: dict[str, int]
) -> Verdict:
    """The verdict on one run.

    Args:
        entries: every reader who was due, once.
        arrivals: every mail that was taken during the run.
        counters: what progress says, by state.
    """
    ids = Counter(arrival.message_id for arrival in arrivals)
    readers = Counter(arrival.to for arrival in arrivals)
    states = Counter(entry.state for entry in entries)
    return Verdict(
        mails=len(entries),
        arrived=len(readers),
        skipped=states["skipped"],
        failed=states["failed"],
        lost=sum(e.email not in readers and e.state not in _TELLING for e in entries),
        # The same mail twice, or two mails to one reader: whichever shows more.
        repeated=max(ids.total() - len(ids), readers.total() - len(readers)),
        uncertain=states["uncertain"],
        unfinished=sum(e.state not in _FINAL for e in entries),
        mistold=sum(e.email in readers and e.state not in _MAY_HAVE_ARRIVED for e in entries)
        + _misaddressed(entries, arrivals),
        miscounted=_miscounted(states, counters),
    )


def _misaddressed(entries: Sequence[Entry], arrivals: Sequence[Arrival]) -> int:
    """Mails whose Message-ID is not that of their reader's delivery, strangers' included."""
    owners = {entry.email: entry.delivery_id for entry in entries}
    wrong = 0
    for arrival in arrivals:
        found = _OF_DELIVERY.match(arrival.message_id)
        wrong += not found or int(found[1]) != owners.get(arrival.to)
    return wrong


def _miscounted(states: Counter[str], counters: dict[str, int]) -> int:
    names = (states.keys() | counters.keys()) - {""}
    return sum(abs(states[name] - counters.get(name, 0)) for name in names)
