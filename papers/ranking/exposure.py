"""How much attention a paper was seen to get, and in how much of its time; all of it pure.

A count alone says little: twelve upvotes are few after a week and many after an hour. So each
rise of a counter is weighed by its age, and set beside the share of a paper's attention
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


NOTHING: Final = Evidence()


@dataclass(frozen=True, slots=True)
class Prior:
    """What is expected of a paper of this list before it is looked at: upvotes of a life."""

    mean: float
    exposure: float


def fit_prior(upvotes: Iterable[Evidence], weights: Weights = WEIGHTS) -> Prior:
    """The mean of a list, itself drawn to the usual mean while the list is short."""
    seen = list(upvotes)
    votes = math.fsum(one.votes for one in seen) + weights.prior_mean * weights.prior_lives
    exposure = math.fsum(one.exposure for one in seen) + weights.prior_lives
    return Prior(votes / exposure, weights.prior_exposure)


def posterior(prior: Prior, upvotes: Evidence, place: Evidence = NOTHING) -> float:
    """The mean of the Gamma posterior: the upvotes that a whole life of attention would bring."""
    votes = upvotes.votes + place.votes + prior.mean * prior.exposure
    return votes / (upvotes.exposure + place.exposure + prior.exposure)


def place_of(position: float | None, prior: Prior, weights: Weights = WEIGHTS) -> Evidence:
    """A place in a listing, as the few votes it stands for: more for a better place."""
    if position is None:
        return NOTHING
    times_the_mean = weights.place_lead / (1.0 + math.log(max(position, 1.0)))
    exposure = weights.place_exposure
    return Evidence(prior.mean * exposure * times_the_mean, exposure)


def upvotes_of(measured: Measurement, weights: Weights = WEIGHTS) -> Evidence:
    """Upvotes from the listing on, each weighed by how long ago it was first seen."""
    series = measured.series.get(Kind.UPVOTES)
    if series is None:
        return NOTHING
    start = _clock(midnight(measured.listed_on), weights.weekend)
    end = publishing_days(measured.until, weights)
    half_life = weights.half_life[measured.window]
    votes = exposure = age = attention = seen = 0.0
    for at, level, since in _reads(series, weights.weekend):
        age = max(at - start, age)
        until_now = 1.0 - math.exp2(-age / weights.attention_half)
        kept = math.exp2((at - end) / half_life)
        days = at - _clock(since, weights.weekend) or age  # the first read: since the listing
        votes += kept * _without_burst(level - seen, days, weights.burst)
        exposure += kept * (until_now - attention)
        attention, seen = until_now, level
    return Evidence(votes, exposure)


def _reads(series: Series, weekend: float) -> Iterator[tuple[float, float, float]]:
    """The reads at which the level rose, then the last one.

    Yields the time on our clock, the level, and when it was read before, in seconds.
    """
    for at, level, since in zip(series.times, series.levels, series.since, strict=True):
        yield _clock(at, weekend), level, since
    if series.last_at > series.times[-1]:
        yield _clock(series.last_at, weekend), series.levels[-1], series.last_at


def _without_burst(gained: float, days: float, a_day: float) -> float:
    """A rise, of which the part that came too fast to be believed counts as its logarithm."""
    believable = a_day * max(days, 1 / 24)
    if gained <= believable:
        return gained
    return believable * (1.0 + math.log(gained / believable))


def decayed_gain(series: Series, measured: Measurement, weights: Weights) -> float:
    """What was gained since the first read, the newest of it counting most."""
    end = publishing_days(measured.until, weights)
    half_life = weights.half_life[measured.window]
    gained, seen = 0.0, series.first
    for at, level, since in _reads(series, weights.weekend):
        days = at - _clock(since, weights.weekend)
        believed = _without_burst(level - seen, days, weights.gain_burst)
        gained += believed * math.exp2((at - end) / half_life)
        seen = level
    return gained


def publishing_days(instant: datetime, weights: Weights = WEIGHTS) -> float:
    """A clock that runs slower at weekends (UTC), when no lists and few readers are about.

    Returns days since the first Monday of 1970; only differences mean anything.
    """
    return _clock(instant.timestamp(), weights.weekend)


@lru_cache(maxsize=65_536)  # many papers are read at the same instant
def _clock(seconds: float, weekend: float) -> float:
    weeks, second = divmod(seconds - 4 * 86_400, 7 * 86_400)  # 5 January 1970 was a Monday
    day = second / 86_400
    within = day if day <= 5 else 5 + weekend * (day - 5)
    return weeks * (5 + 2 * weekend) + within
