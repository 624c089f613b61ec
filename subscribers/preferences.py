"""What a subscriber can choose, as one frozen value, and how it is read, changed and stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from papers.models import Topic
from subscribers import consent
from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry, Interest, Subscriber
from subscribers.schedule import next_slot_after_change
from web.languages import DEFAULT_LANGUAGE
from web.time_zones import usable_zone

_SCALARS: Final = ("cadence", "weekday", "hour", "timezone", "digest_size", "language")
_TERM_KINDS: Final[dict[str, Interest.Kind]] = {
    "keywords": Interest.Kind.KEYWORD,
    "authors": Interest.Kind.AUTHOR,
    "muted": Interest.Kind.MUTED,
}


# ── the value ────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """A timetable and interests. `topics` holds slugs, in no order; none means all topics."""

    cadence: str = Subscriber.Cadence.WEEKLY.value
    weekday: int = Subscriber.Weekday.FRIDAY.value
    hour: int = 8
    timezone: str = "UTC"
    digest_size: int = 10
    language: str = DEFAULT_LANGUAGE
    topics: frozenset[str] = frozenset()
    keywords: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    muted: tuple[str, ...] = ()

    @property
    def timetable(self) -> dict[str, Any]:
        """The fields that decide when a digest is due, as `schedule.next_slot` takes them.

        The time zone is one that this machine knows, whatever name is stored.
        """
        return {
            "cadence": self.cadence,
            "weekday": self.weekday,
            "hour": self.hour,
            "timezone": usable_zone(self.timezone),
        }

    @property
    def scalars(self) -> dict[str, Any]:
        """The fields that are columns of Subscriber."""
        return {name: getattr(self, name) for name in _SCALARS}

    @property
    def terms(self) -> dict[Interest.Kind, tuple[str, ...]]:
        """The words and names, by the kind of interest that stores them."""
        return {kind: getattr(self, name) for name, kind in _TERM_KINDS.items()}

    def as_json(self) -> dict[str, Any]:
        """For a JSON column; `from_json` reads it again."""
        return {**asdict(self), "topics": sorted(self.topics)} | {
            name: list(getattr(self, name)) for name in _TERM_KINDS
        }

    @property
    def is_default(self) -> bool:
        """Whether nothing was chosen. A browser names zone and language by itself."""
        return not set(self.differences(Preferences())) - {"timezone", "language"}

    def differences(self, other: Preferences) -> dict[str, list[Any]]:
        """{field: [mine, theirs]} of the fields that differ, ready for a JSON column."""
        mine, theirs = self.as_json(), other.as_json()
        return {name: [mine[name], theirs[name]] for name in mine if mine[name] != theirs[name]}


def from_json(stored: Mapping[str, Any], start: Preferences | None = None) -> Preferences:
    """Preferences out of a draft, which may hold only some of the fields; the others of `start`."""
    known: dict[str, Any] = {name: stored[name] for name in _SCALARS if name in stored}
    known |= {name: tuple(stored[name]) for name in _TERM_KINDS if name in stored}
    if "topics" in stored:
        known["topics"] = frozenset(stored["topics"])
    return replace(start or Preferences(), **known)


# ── the rows ─────────────────────────────────────────────────────────────────


def preferences_of(subscriber: Subscriber) -> Preferences:
    """What the subscriber has chosen, without topics that an operator has switched off."""
    interests = list(subscriber.interests.select_related("topic"))
    terms: dict[str, Any] = {
        name: tuple(interest.term for interest in interests if interest.kind == kind)
        for name, kind in _TERM_KINDS.items()
    }
    return Preferences(
        **{name: getattr(subscriber, name) for name in _SCALARS},
        topics=frozenset(
            interest.topic.slug
            for interest in interests
            if interest.topic and interest.topic.is_active
        ),
        **terms,
    )


@transaction.atomic
def change(
    subscriber: Subscriber, chosen: Preferences, origin: RequestOrigin, now: datetime
) -> bool:
    """Store new preferences; False when they equal those that are stored.

    The next digest is moved only when the timetable changed. `subscriber` is brought up to date.
    """
    subscriber.lock()
    before = preferences_of(subscriber)
    changed = before.differences(chosen)
    if not changed:
        return False
    store(subscriber, chosen)
    is_active = subscriber.state == Subscriber.State.ACTIVE
    if is_active and before.timetable != chosen.timetable:
        subscriber.next_send_at = next_send_at(subscriber, chosen, now)
    subscriber.save()
    consent.record(
        ConsentEntry.Step.CHANGED,
        email=subscriber.email,
        subscriber=subscriber,
        origin=origin,
        now=now,
        detail=changed,
    )
    return True


def next_send_at(subscriber: Subscriber, chosen: Preferences, now: datetime) -> datetime:
    """When the next digest of this timetable is due: no sooner than a pause allows."""
    return next_slot_after_change(
        **chosen.timetable,
        now=now,
        last_digest_at=subscriber.last_digest_at,
        paused_until=subscriber.paused_until,
    )


def store(subscriber: Subscriber, chosen: Preferences) -> None:
    """Set the columns (the caller saves) and replace the interests that differ.

    Interests in topics that an operator has switched off stay: the form did not show them.
    """
    for name, value in chosen.scalars.items():
        setattr(subscriber, name, value)
    followed = Topic.objects.filter(is_active=True, slug__in=chosen.topics)
    dropped = subscriber.interests.filter(topic__is_active=True).exclude(topic__in=followed)
    dropped.delete()
    rows = [Interest(subscriber=subscriber, topic=topic) for topic in followed]
    for kind, terms in chosen.terms.items():
        subscriber.interests.filter(kind=kind).exclude(term__in=terms).delete()
        rows += [Interest(subscriber=subscriber, kind=kind, term=term) for term in terms]
    Interest.objects.bulk_create(rows, ignore_conflicts=True)
