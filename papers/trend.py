"""The trend of a paper: one number out of its signals, and what each of them gave to it.

Pure: the same measurements give the same scores in the same order on every machine.
docs/ranking.md explains the formula and where each part of it comes from.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any, Final

from papers.measure import Measurement
from papers.models import Signal
from papers.series import Series
from papers.windows import Window

Kind = Signal.Kind
VERSION: Final = "2026-11"
_HEAVY: Final = frozenset({Kind.UPVOTES, Kind.POSITION})  # these make the rate
_GAINS_ONLY: Final = frozenset({Kind.STARS, Kind.CITATIONS})
_WITH_GAIN: Final = frozenset({Kind.UPVOTES, Kind.STARS})


@dataclass(frozen=True, slots=True)
class Weights:
    """Every number of the formula. Days are publishing days, see `publishing_days`."""

    # What the logarithm of each signal counts beside that of the upvotes.
    upvotes: float = 1.0
    stars: float = 0.2
    comments: float = 0.1
    votes: float = 0.2  # of our own readers
    artefacts: float = 0.1
    clicks: float = 0.05
    citations: float = 0.05
    # After this time a vote counts half: near the length of the window.
    half_life: Mapping[Window, float] = field(
        default_factory=lambda: {"day": 1.0, "week": 5.0, "month": 22.0}
    )
    attention_half: float = 0.75  # by this age a paper has got half of its upvotes
    weekend: float = 0.25  # a weekend's hour beside a weekday's
    prior_mean: float = 23.0  # upvotes of a whole life, before a list says otherwise
    prior_lives: float = 2.0  # how many lives of evidence that is worth
    prior_exposure: float = 0.15  # of a life: how much a paper is drawn to the list's mean
    place_exposure: float = 0.1  # of a life: what a place in a listing tells us
    place_lead: float = 4.0  # the first place is like this many times the mean
    burst: float = 20.0  # means a day; what comes faster counts as its logarithm
    places_to_hold: int = 10  # how far down a second signal may lift a paper to the first place
    field_papers: float = 50.0  # papers before a field's own mean counts half
    lift_least: float = -2.0
    lift_most: float = 4.0


WEIGHTS: Final = Weights()


@dataclass(frozen=True, slots=True)
class Prior:
    """What is expected of a paper of this list before it is looked at: upvotes of a life."""

    mean: float
    exposure: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """Decayed upvotes, and the decayed share of a paper's attention in which they came."""

    votes: float = 0.0
    exposure: float = 0.0


@dataclass(frozen=True, slots=True)
class Score:
    """A trend: `value` is the sum of the points in `components`, which is JSON."""

    paper_id: int
    value: float
    rate: float
    components: dict[str, Any]


def rank(
    measurements: Iterable[Measurement],
    fields: Mapping[int, Iterable[str]] | None = None,
    weights: Weights = WEIGHTS,
) -> list[Score]:
    """Score a whole list, strongest first; ties go to the lower paper id.

    Args:
        measurements: of the papers of one list, all at the same instant.
        fields: each paper's topics, for the lift over the mean of its own field.
    """
    listed = sorted(measurements, key=lambda measured: measured.paper_id)
    upvotes = [upvotes_of(measured, weights) for measured in listed]
    prior = fit_prior(upvotes, weights)
    scores = [
        trend(measured, seen, prior, weights)
        for measured, seen in zip(listed, upvotes, strict=True)
    ]
    _add_lift(scores, fields or {}, prior, weights)
    return _first_needs_two_signals(sorted(scores, key=_order), weights)


def trend(
    measured: Measurement, upvotes: Evidence, prior: Prior, weights: Weights = WEIGHTS
) -> Score:
    """The trend of one paper, `upvotes` being what `upvotes_of` says of it.

    Upvotes: a Gamma–Poisson rate, the upvotes that a whole life of attention would bring,
    drawn to the list's mean while little of that life is seen. Other signals add lightly.
    """
    place = _place(measured, prior, weights)
    rate, seen_rate = _rate(prior, upvotes, place), _rate(prior, upvotes)
    components: dict[str, Any] = {}
    before = 0.0
    if upvotes.exposure:
        before = weights.upvotes * math.log1p(seen_rate)
        components["upvotes"] = _component(measured, Kind.UPVOTES, before)
    if place.exposure:
        points = weights.upvotes * math.log1p(rate) - before
        components["position"] = _component(measured, Kind.POSITION, points)
    components.update(_light_components(measured, weights))
    value = math.fsum(component["points"] for component in components.values())
    return Score(measured.paper_id, round(value, 6), rate, components)


def fit_prior(upvotes: Iterable[Evidence], weights: Weights = WEIGHTS) -> Prior:
    """The mean of a list, itself drawn to the usual mean while the list is short."""
    seen = list(upvotes)
    votes = math.fsum(one.votes for one in seen) + weights.prior_mean * weights.prior_lives
    exposure = math.fsum(one.exposure for one in seen) + weights.prior_lives
    return Prior(votes / exposure, weights.prior_exposure)


def publishing_days(instant: datetime, weights: Weights = WEIGHTS) -> float:
    """A clock that runs slower at weekends (UTC), when no lists and few readers are about.

    Returns days since the first Monday of 1970; only differences mean anything.
    """
    return _clock(instant.timestamp(), weights.weekend)


def _clock(seconds: float, weekend: float) -> float:
    weeks, second = divmod(seconds - 4 * 86_400, 7 * 86_400)  # 5 January 1970 was a Monday
    day = second / 86_400
    within = day if day <= 5 else 5 + weekend * (day - 5)
    return weeks * (5 + 2 * weekend) + within


def upvotes_of(measured: Measurement, weights: Weights = WEIGHTS) -> Evidence:
    """Upvotes from the listing on, each weighed by how long ago it was first seen."""
    series = measured.series.get(Kind.UPVOTES)
    if series is None:
        return Evidence()
    start = _clock_of_day(measured.listed_on, weights.weekend)
    end = publishing_days(measured.until, weights)
    half_life = weights.half_life[measured.window]
    votes = exposure = age = attention = seen = 0.0
    for at, level, days in _reads(series, weights.weekend):
        age = max(at - start, age)
        until_now = 1.0 - math.exp2(-age / weights.attention_half)
        kept = math.exp2((at - end) / half_life)
        votes += kept * _without_burst(level - seen, days or age, weights)
        exposure += kept * (until_now - attention)
        attention, seen = until_now, level
    return Evidence(votes, exposure)


def _reads(series: Series, weekend: float) -> Iterator[tuple[float, float, float]]:
    """The reads at which the level rose, then the last one.

    Yields the time on our clock, the level, and the days since the read before, in which
    the rise came: 0 for the first read.
    """
    for at, since, level in zip(series.times, series.since, series.levels, strict=True):
        now = _clock(at, weekend)
        yield now, level, now - _clock(since, weekend)
    if series.last_at > series.times[-1]:
        yield _clock(series.last_at, weekend), series.levels[-1], 0.0


def _without_burst(gained: float, days: float, weights: Weights) -> float:
    """A rise, of which the part that came too fast to be believed counts as its logarithm."""
    believable = weights.burst * weights.prior_mean * max(days, 1 / 24)
    if gained <= believable:
        return gained
    return believable * (1.0 + math.log(gained / believable))


def _place(measured: Measurement, prior: Prior, weights: Weights) -> Evidence:
    """A place in a listing, as the few votes it stands for: more for a better place."""
    position = measured.value(Kind.POSITION)
    if position is None:
        return Evidence()
    times_the_mean = weights.place_lead / (1.0 + math.log(max(position, 1.0)))
    exposure = weights.place_exposure
    return Evidence(prior.mean * exposure * times_the_mean, exposure)


def _rate(prior: Prior, *evidence: Evidence) -> float:
    """The mean of the Gamma posterior: upvotes of a whole life."""
    votes = math.fsum(one.votes for one in evidence) + prior.mean * prior.exposure
    exposure = math.fsum(one.exposure for one in evidence) + prior.exposure
    return float(votes / exposure)


def _light_components(measured: Measurement, weights: Weights) -> dict[str, Any]:
    """What the other signals add. Of stars and citations only gains count, never the level."""
    components = {}
    for kind, series in measured.series.items():
        if kind in _HEAVY:
            continue
        gains = kind in _GAINS_ONLY
        count = _decayed_gain(series, measured, weights) if gains else series.value
        points = getattr(weights, kind) * math.log1p(max(count, 0.0))
        components[kind] = _component(measured, kind, points)
    return components


def _decayed_gain(series: Series, measured: Measurement, weights: Weights) -> float:
    """What was gained since the first read, the newest of it counting most."""
    end = publishing_days(measured.until, weights)
    half_life = weights.half_life[measured.window]
    gained, seen = 0.0, series.first
    for at, level, _ in _reads(series, weights.weekend):
        gained += (level - seen) * math.exp2((at - end) / half_life)
        seen = level
    return gained


def _component(measured: Measurement, kind: str, points: float) -> dict[str, Any]:
    """One signal as it stood, its points, and where it is shown its rise in a day and window."""
    component: dict[str, Any] = {"value": measured.value(kind), "points": round(points, 6)}
    if kind in _WITH_GAIN:
        component["gain"] = measured.day_gain(kind)
        component["window_gain"] = measured.window_gain(kind)
    return component


def _add_lift(
    scores: list[Score], fields: Mapping[int, Iterable[str]], prior: Prior, weights: Weights
) -> None:
    """Write beside each score how far it stands above the mean of each of its fields.

    It orders nothing here: on a list of all fields it costs accuracy. Lists of one reader
    or one topic use it, where a small field must not lose to a large one.
    """
    rates: dict[str, list[float]] = {}
    for score in scores:
        for name in fields.get(score.paper_id, ()):
            rates.setdefault(name, []).append(score.rate)
    few = weights.field_papers
    means = {
        name: (math.fsum(of_field) + few * prior.mean) / (len(of_field) + few)
        for name, of_field in rates.items()
    }
    for score in scores:
        score.components["lift"] = {
            name: _lift(score.rate, means[name], weights) for name in fields.get(score.paper_id, ())
        }


def _lift(rate: float, mean: float, weights: Weights) -> float:
    return round(min(max(math.log(rate / mean), weights.lift_least), weights.lift_most), 4)


def _first_needs_two_signals(scores: list[Score], weights: Weights) -> list[Score]:
    """Put the best paper that two signals speak for just above one with a single signal.

    One counter can be bought; two that rise together are much harder to fake. Where no
    paper near the top has two signals, for example on a plain listing, the order stands.
    """
    for place, score in enumerate(scores[: weights.places_to_hold]):
        if _signals(score) >= 2:
            lifted = _lifted_above(score, scores[0]) if place else score
            return [lifted, *scores[:place], *scores[place + 1 :]]
    return scores


def _lifted_above(score: Score, leader: Score) -> Score:
    note = {"own_value": score.value, "above": leader.paper_id}
    components = {**score.components, "first_place": note}
    return replace(score, value=round(leader.value + 1e-6, 6), components=components)


def _signals(score: Score) -> int:
    """How many independent signals speak for a paper. A place in a listing is no vote."""
    kinds = [kind for kind in Kind if kind in score.components and kind != Kind.POSITION]
    return sum(1 for kind in kinds if _speaks(score.components[kind], kind))


def _speaks(component: Mapping[str, Any], kind: Kind) -> bool:
    rose = component["value"] if kind == Kind.UPVOTES else component["points"]
    return bool(rose > 0)


def _order(score: Score) -> tuple[float, int]:
    return (-score.value, score.paper_id)


@lru_cache(maxsize=4096)
def _clock_of_day(day: date, weekend: float) -> float:
    return _clock(datetime.combine(day, time.min, tzinfo=UTC).timestamp(), weekend)
