"""The orders of a list that are compared: ours, and published formulas of other sites.

Every ranker takes a `RecordedList` and returns the ids of its papers, strongest first. Among equal
papers the lower id is first, as in ours.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Final

from bench.backtest.recorded_lists import Entry, RecordedList
from papers.ranking.measurements import Measurement
from papers.ranking.series import Series, series_from
from papers.ranking.trend import rank
from papers.ranking.weights import WEIGHTS, Weights

Ranker = Callable[[RecordedList], list[int]]
HOUR: Final = 3600.0


def ours(one: RecordedList, weights: Weights = WEIGHTS) -> list[int]:
    """The order of the service itself, by the function that the service uses."""
    measured = [measurement(entry, one) for entry in one.entries]
    return [score.paper_id for score in rank(measured, weights=weights)]


def measurement(entry: Entry, one: RecordedList) -> Measurement:
    """What `papers.ranking.measurements` returns for a paper with these reads."""
    series = {kind: _series(kind, entry) for kind in entry.reads}
    return Measurement(entry.paper_id, one.until, entry.listed_on, one.window, series)


def _series(kind: str, entry: Entry) -> Series:
    times, levels = zip(*entry.reads[kind], strict=True)
    return series_from(kind, times, levels, entry.listed_at)


def _by(points: Callable[[Entry, float], float], one: RecordedList) -> list[int]:
    until = one.until.timestamp()
    ordered = sorted(one.entries, key=lambda entry: (-points(entry, until), entry.paper_id))
    return [entry.paper_id for entry in ordered]


def _raw(entry: Entry, until: float) -> float:
    """The number of upvotes, unchanged."""
    return entry.upvotes[-1][1]


def _hacker_news(entry: Entry, until: float) -> float:
    """(points − 1)^0.8 ÷ (age in hours + 2)^1.8"""
    hours = (until - entry.listed_at) / HOUR
    return float(max(_raw(entry, until) - 1, 0.0) ** 0.8 / (hours + 2) ** 1.8)


def _reddit(entry: Entry, until: float) -> float:
    """log10 of the votes, and one more for each 12.5 hours that it is younger."""
    return math.log10(max(_raw(entry, until), 1.0)) + entry.listed_at / 45_000


def _decayed(entry: Entry, until: float, *, half_life: float) -> float:
    """Every vote counts half after `half_life` hours since it was seen."""
    total = before = 0.0
    for at, level in entry.upvotes:
        total += (level - before) * math.exp2((at - until) / (half_life * HOUR))
        before = level
    return total


RANKERS: Final[dict[str, Ranker]] = {
    "ours": ours,
    "raw upvotes": partial(_by, _raw),
    "Hacker News": partial(_by, _hacker_news),
    "Reddit hot": partial(_by, _reddit),
    "decay 24 h": partial(_by, partial(_decayed, half_life=24)),
    "decay 72 h": partial(_by, partial(_decayed, half_life=72)),
    "decay 7 days": partial(_by, partial(_decayed, half_life=168)),
}
