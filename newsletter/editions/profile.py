"""What a reader has shown to like and dislike, and what that makes of an edition's papers. Pure.

`taste` says how much each candidate is like what the reader liked; `blend` adds it to what they
follow and to how strongly each candidate trends. docs/learning.md has the formula, and the figures
that its weights come from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Events = tuple[tuple[int, int], ...]  # (paper id, day number since 1970-01-01)

PROFILE_VERSION: Final = "2"  # of the weights below: another one makes other digests
HALF_LIFE: Final = 180.0  # days in which an event comes to count half
BEST: Final = 3  # liked papers whose likeness counts, of each candidate
TYPICAL_BOUND: Final = 4.0  # times what an event still counts: all that is typical, for 360 days
AVERSION: Final = 0.5  # of the likeness to disliked papers, subtracted
DECLARED: Final = 2.0  # as many events count as much as what the reader follows
ALONE: Final = 0.05  # the same of a reader who follows no topics: events are all that is known
POPULARITY: Final = 0.1  # of the trend, once a reader has given many events
_FIRST_DAY: Final = date(1970, 1, 1)
EVEN: Final = 50  # the balance at which the formula is as measured


@dataclass(frozen=True, slots=True)
class Profile:
    """A reader's newest events, at most 20 of each kind, and what they told us to leave out.

    Equal profiles have equal hashes: readers who share one share its rankings.
    """

    liked: Events = ()
    disliked: Events = ()
    liked_kinds: str = ""  # one letter for each liked paper, in order: LIKED_KINDS; or none
    balance: int = EVEN  # 0: by trend alone; 100: without the trend
    ignored_topics: frozenset[str] = frozenset()  # slugs for which likeness does not count
    ignored_words: tuple[str, ...] = ()

    def weight(self, day: int) -> float:
        """The number of events on this day, old ones decayed: n of `blend`."""
        return float(decay(ages(self.liked + self.disliked, day)).sum())


def day_number(day: date) -> int:
    """A day as profiles count them, from 1970-01-01."""
    return (day - _FIRST_DAY).days


def ages(events: Iterable[tuple[int, int]], day: int) -> list[float]:
    """How many days old each event is on this day; 0 for one that is younger than the day."""
    return [float(max(0, day - at)) for _, at in events]


def decay(days: Sequence[float]) -> Floats:
    """How much events of these ages still count, from 1 down to 0."""
    return np.exp2(-np.asarray(days, np.float64) / HALF_LIFE)


def taste(
    liked: Sequence[NDArray[np.floating]],
    liked_ages: Sequence[float],
    disliked: Sequence[NDArray[np.floating]],
    disliked_ages: Sequence[float],
    typical: NDArray[np.floating] | float = 0.0,
) -> Floats:
    """How much each candidate is like the liked papers and unlike the disliked ones.

    Args:
        liked: for each liked paper its likeness to each candidate
            (`papers.similarity.compare.Comparison.likeness`), all of shape (candidates,).
        liked_ages: the days since each was liked.
        typical: how much of each candidate's likeness any paper has (`Comparison.typical`). It is
            subtracted, divided by the number of liked papers: of one paper the common words say
            little of the reader, and what many liked papers have in common does.

    Returns: shape (candidates,), to be compared within the edition only; empty where nothing is
        liked or disliked.
    """
    for_it, against_it = _best(liked, liked_ages), _best(disliked, disliked_ages)
    if for_it.size:
        # Of old events little likeness is left: unbounded, what is typical would decide alone.
        bound = min(1.0, TYPICAL_BOUND * float(decay(liked_ages).max()))
        for_it = for_it - np.asarray(typical, np.float64) * bound / len(liked)
    if not against_it.size:
        return for_it
    return (for_it if for_it.size else 0.0) - AVERSION * against_it


def _best(likeness: Sequence[NDArray[np.floating]], days: Sequence[float]) -> Floats:
    """The mean of the best matches of each candidate, older events counting less."""
    if not likeness:
        return np.zeros(0)
    matches = np.asarray(likeness, np.float64) * decay(days)[:, None]
    best = np.partition(matches, -min(BEST, len(matches)), axis=0)[-BEST:]
    return np.asarray(best.mean(axis=0), np.float64)


def learned_share(n: float, *, follows: bool = True) -> float:
    """How much the taste of n events counts beside the topics that a reader follows: 0 to 1."""
    return n / (n + (DECLARED if follows else ALONE))


def blend(
    declared_worth: Floats,
    popularity_z: Floats,
    taste: Floats,
    n: float,
    balance: int = EVEN,
    *,
    named: Floats | float = 0.0,
    follows: bool = True,
) -> Floats:
    """What each candidate is worth to a reader: shape (candidates,).

    Args:
        declared_worth: what it is worth by what the reader follows; it counts less with each event.
        popularity_z: how strongly it trends, as a z-score over the edition.
        taste: of the function `taste`; empty or all equal: nothing is known of it.
        n: the number of events (`Profile.weight`).
        balance: 0: by trend alone; 50: the formula; 100: without the trend.
        named: what it is worth by the words and authors that the reader named. It is as narrow as
            an interest gets, so it counts fully whatever was learned.
        follows: whether the reader follows topics.

    Without events, or without a taste, and with an even balance: what is declared and the trend.
    """
    liking = z_scores(taste)
    learned = learned_share(n, follows=follows) if liking.any() else 0.0
    trend = POPULARITY + (1 - POPULARITY) * (1 - learned) ** 2
    personal = min(balance / EVEN, 1.0)
    if balance <= EVEN:
        trend = 1 - (1 - trend) * personal
    else:
        trend *= 2 - balance / EVEN
    worth = trend * popularity_z + personal * (1 - learned) * declared_worth + named
    return worth + personal * learned * liking if liking.any() else worth


def z_scores(values: Floats) -> Floats:
    """Each value's distance from the mean, in standard deviations; 0 where all are equal."""
    spread = float(values.std()) if values.size else 0.0
    # The mean of equal numbers can differ from them in the last bit.
    return (values - values.mean()) / spread if spread > 1e-9 else np.zeros(len(values))
