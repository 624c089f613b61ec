"""Invent the signals of a sample paper: a pure function of its position and its day.

Every vote, star and comment gets an instant of its own; a read counts those before it. So counts
only rise, and a later read never changes an earlier one. The totals have the heavy tail of real
lists: most papers get a dozen votes in a week, a few get hundreds.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from papers.models import Signal

# Another seed makes another history. Changing it changes every screenshot.
SEED: Final = "trending papers, first sample"
HOURS_BETWEEN_READS: Final = 4
MOST_VOTES: Final = 260
# The median and spread of final vote counts on real lists, about twice those of the first day.
_VOTES_MEDIAN: Final = 12.0
_VOTES_SPREAD: Final = 1.23
# One paper in six gets few votes for days, and then most of them.
_LATE_SHARE: Final = 1 / 6


@dataclass(frozen=True, slots=True)
class Reading:
    """One read of one counter; `kind` is a `Signal.Kind`, `read_at` is in UTC."""

    kind: str
    read_at: datetime
    value: int


def history(position: int, listed_on: date, until: datetime, *, has_code: bool) -> list[Reading]:
    """Every read of a paper's signals from its listing up to `until` (aware), oldest first.

    Stars are read only of papers with code. Empty when `until` lies before the listing.
    """
    listed_at = datetime.combine(listed_on, time.min, tzinfo=UTC)
    instants = list(_read_instants(listed_at, until))
    counters = _counters(random.Random(f"{SEED} {position}"), has_code)  # noqa: S311 (no secret)
    return [
        Reading(kind, instant, base + bisect_right(arrivals, _hours(instant - listed_at)))
        for instant in instants
        for kind, base, arrivals in counters
    ]


def _read_instants(listed_at: datetime, until: datetime) -> Iterator[datetime]:
    instant = listed_at
    while instant <= until:
        yield instant
        instant += timedelta(hours=HOURS_BETWEEN_READS)


def _counters(rng: random.Random, has_code: bool) -> list[tuple[str, int, list[float]]]:
    """For each counter: its kind, where it starts, and the hours at which it rises, sorted."""
    votes = min(MOST_VOTES, 1 + int(rng.lognormvariate(0, _VOTES_SPREAD) * _VOTES_MEDIAN))
    rises_at = rng.uniform(48, 110) if rng.random() < _LATE_SHARE else 0.0
    counters = [
        (Signal.Kind.UPVOTES.value, 0, _arrivals(rng, votes, rises_at)),
        (Signal.Kind.COMMENTS.value, 0, _arrivals(rng, _comments(rng, votes), rises_at)),
    ]
    if has_code:
        stars = int(rng.lognormvariate(4.5, 1.3))
        gained = int(votes * rng.uniform(0.3, 2.5))
        counters.append((Signal.Kind.STARS.value, stars, _arrivals(rng, gained, rises_at)))
    return counters


def _comments(rng: random.Random, votes: int) -> int:
    """Most papers have one comment or none; one with many votes has several."""
    return sum(rng.random() < 0.06 for _ in range(votes))


def _arrivals(rng: random.Random, count: int, rises_at: float) -> list[float]:
    """Hours after the listing: many at first and then ever fewer, or a few before a late rise."""
    mean_hours = rng.uniform(18, 60)
    early = [rng.uniform(0, rises_at) for _ in range(count // 8)] if rises_at else []
    main = [rises_at + rng.expovariate(1 / mean_hours) for _ in range(count - len(early))]
    return sorted(early + main)


def _hours(span: timedelta) -> float:
    return span / timedelta(hours=1)
