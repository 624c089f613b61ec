"""The attention that a paper got, and the share of its lifetime in which it got it; all pure.

A count alone says little: twelve upvotes are few after a week and many after an hour. So each
rise of a counter is weighted by its age, and compared with the share of a paper's attention
in which it came. docs/ranking.md explains the curves.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from papers.models import Signal
from papers.ranking.measurements import Measurement
from papers.ranking.series import Series, midnight
from papers.ranking.weights import WEIGHTS, Weights

Kind = Signal.Kind


@dataclass(frozen=True, slots=True)
class Evidence:
    """Decayed upvotes, and the decayed share of a paper's attention in which they came."""

    votes: float = 0.0
    exposure: float = 0.0


NO_EVIDENCE: Final = Evidence()


@dataclass(frozen=True, slots=True)
class Prior:
    """The upvotes in a lifetime that a list lets expect of a paper without evidence."""

    mean: float
    exposure: float


def fit_prior(upvotes: Iterable[Evidence], weights: Weights = WEIGHTS) -> Prior:
    """The mean of a list, itself drawn to the usual mean while the list is short."""
    evidence = list(upvotes)
    votes = math.fsum(one.votes for one in evidence) + weights.prior_mean * weights.prior_lifetimes
    exposure = math.fsum(one.exposure for one in evidence) + weights.prior_lifetimes
    return Prior(votes / exposure, weights.prior_exposure)


def posterior_mean(prior: Prior, upvotes: Evidence, place: Evidence = NO_EVIDENCE) -> float:
    """The mean of the Gamma posterior: the upvotes to expect in a whole lifetime."""
    votes = upvotes.votes + place.votes + prior.mean * prior.exposure
    return votes / (upvotes.exposure + place.exposure + prior.exposure)


def place_evidence(position: float | None, prior: Prior, weights: Weights = WEIGHTS) -> Evidence:
    """A place in a listing as a few votes: more for a better place."""
    if position is None:
        return NO_EVIDENCE
    times_the_mean = weights.place_lead / (1.0 + math.log(max(position, 1.0)))
    exposure = weights.place_exposure
    return Evidence(prior.mean * exposure * times_the_mean, exposure)


def upvote_evidence(measurement: Measurement, weights: Weights = WEIGHTS) -> Evidence:
    """Upvotes from the listing on, each weighted by the time since its first read."""
    series = measurement.series.get(Kind.UPVOTES)
    if series is None:
        return NO_EVIDENCE
    start = _publishing_days(midnight(measurement.listed_on), weights.weekend)
    end = publishing_days(measurement.until, weights)
    half_life = weights.half_life[measurement.window]
    votes = exposure = age = attention = counted = 0.0
    for at, level, since in _rises(series, weights.weekend):
        age = max(at - start, age)
        until_now = 1.0 - math.exp2(-age / weights.attention_half)
        decay = math.exp2((at - end) / half_life)
        # For the first read there is no read before: the days since the listing count.
        days = at - _publishing_days(since, weights.weekend) or age
        votes += decay * _limit_burst(level - counted, days, weights.burst)
        exposure += decay * (until_now - attention)
        attention, counted = until_now, level
    return Evidence(votes, exposure)


def _rises(series: Series, weekend: float) -> Iterator[tuple[float, float, float]]:
    """The reads at which the level rose, then the last read.

    Yields the time in publishing days, the level, and the time of the read before, in seconds.
    """
    for at, level, since in zip(series.times, series.levels, series.since, strict=True):
        yield _publishing_days(at, weekend), level, since
    if series.last_at > series.times[-1]:
        yield _publishing_days(series.last_at, weekend), series.levels[-1], series.last_at


def _limit_burst(gained: float, days: float, a_day: float) -> float:
    """A rise; the part that came too fast to be credible counts as its logarithm."""
    credible = a_day * max(days, 1 / 24)
    if gained <= credible:
        return gained
    return credible * (1.0 + math.log(gained / credible))


def decayed_gain(series: Series, measurement: Measurement, weights: Weights) -> float:
    """The gain since the first read; the newest part counts most."""
    end = publishing_days(measurement.until, weights)
    half_life = weights.half_life[measurement.window]
    gained, counted = 0.0, series.first
    for at, level, since in _rises(series, weights.weekend):
        days = at - _publishing_days(since, weights.weekend)
        credible = _limit_burst(level - counted, days, weights.gain_burst)
        gained += credible * math.exp2((at - end) / half_life)
        counted = level
    return gained


def publishing_days(instant: datetime, weights: Weights = WEIGHTS) -> float:
    """A clock that is slower at weekends (UTC), when no lists appear and few people read.

    Returns days since the first Monday of 1970; only differences have a meaning.
    """
    return _publishing_days(instant.timestamp(), weights.weekend)


@lru_cache(maxsize=65_536)  # many papers are read at the same instant
def _publishing_days(seconds: float, weekend: float) -> float:
    weeks, second = divmod(seconds - 4 * 86_400, 7 * 86_400)  # 5 January 1970 was a Monday
    day = second / 86_400
    within = day if day <= 5 else 5 + weekend * (day - 5)
    return weeks * (5 + 2 * weekend) + within
