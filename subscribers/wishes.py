"""What a reader can choose, as one frozen value: typed in a form, drafted, compared, stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from subscribers.models import Interest, Subscriber

_SCALARS: Final = ("cadence", "weekday", "hour", "timezone", "digest_size")
_TERM_KINDS: Final[dict[str, Interest.Kind]] = {
    "keywords": Interest.Kind.KEYWORD,
    "authors": Interest.Kind.AUTHOR,
    "muted": Interest.Kind.MUTED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """A timetable and tastes. `topics` holds slugs, in no order; none means all topics."""

    cadence: str = Subscriber.Cadence.WEEKLY.value
    weekday: int = Subscriber.Weekday.FRIDAY.value
    hour: int = 8
    timezone: str = "UTC"
    digest_size: int = 10
    topics: frozenset[str] = frozenset()
    keywords: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    muted: tuple[str, ...] = ()

    @property
    def timetable(self) -> dict[str, Any]:
        """The fields that decide when a digest comes, as `schedule.next_slot` takes them."""
        return {
            "cadence": self.cadence,
            "weekday": self.weekday,
            "hour": self.hour,
            "timezone": self.timezone,
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
        """For a JSON column; `from_json` takes it back."""
        return {**asdict(self), "topics": sorted(self.topics)} | {
            name: list(getattr(self, name)) for name in _TERM_KINDS
        }

    def differences(self, other: Preferences) -> dict[str, list[Any]]:
        """{field: [mine, theirs]} of what is not the same, ready for a JSON column."""
        mine, theirs = self.as_json(), other.as_json()
        return {name: [mine[name], theirs[name]] for name in mine if mine[name] != theirs[name]}


def from_json(stored: Mapping[str, Any]) -> Preferences:
    """Preferences out of a draft, which may hold only some of the fields."""
    known = {name: stored[name] for name in _SCALARS if name in stored}
    lists: dict[str, Any] = {name: tuple(stored.get(name, ())) for name in _TERM_KINDS}
    return Preferences(**known, **lists, topics=frozenset(stored.get("topics", ())))


def of_reader(subscriber: Subscriber) -> Preferences:
    """What the reader has chosen. Topics that an operator has switched off are left out."""
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
