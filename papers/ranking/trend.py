"""The trend of a paper: one number out of its signals, and what each of them gave to it.

Pure: the same measurements give the same scores in the same order on every machine.
docs/ranking.md explains the formula and where each part of it comes from.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any, Final

from papers.models import Signal
from papers.ranking.exposure import Prior, decayed_gain, fit_prior, posterior, upvotes_of
from papers.ranking.measurements import Measurement
from papers.ranking.series import Series
from papers.ranking.topic_lift import Fields, Sight, lifts, rate_of
from papers.ranking.weights import WEIGHTS, Weights

Kind = Signal.Kind
_HEAVY: Final = ("upvotes", "position")  # these make the rate
_GAINS_ONLY: Final = frozenset({Kind.STARS, Kind.CITATIONS})
_WITH_GAIN: Final = frozenset({Kind.UPVOTES, Kind.STARS})


@dataclass(frozen=True, slots=True)
class Score:
    """A trend: `value` is the sum of the points in `components`, which is JSON."""

    paper_id: int
    value: float
    rate: float
    components: dict[str, Any]


def rank(
    measurements: Iterable[Measurement],
    fields: Fields | None = None,
    weights: Weights = WEIGHTS,
) -> list[Score]:
    """Score a whole list, strongest first; ties go to the lower paper id.

    Args:
        measurements: of the papers of one list, all at the same instant. Each is looked at
            once and not kept, so that a generator of many takes little memory.
        fields: each paper's topics, for the lift over the mean of its own field.
    """
    listed = sorted((_look(one, weights) for one in measurements), key=attrgetter("paper_id"))
    prior = fit_prior([sight.upvotes for sight in listed], weights)
    scores = [
        _trend(sight, lift, prior, weights)
        for sight, lift in zip(listed, lifts(listed, fields or {}, prior, weights), strict=True)
    ]
    return _first_needs_two_signals(sorted(scores, key=_order), weights)


def _look(measured: Measurement, weights: Weights) -> Sight:
    """What must be kept of a measurement. Points that depend on the list are 0 as yet."""
    light = {
        kind: _component(measured, kind, series, _light_points(measured, kind, series, weights))
        for kind, series in measured.series.items()
        if kind not in _HEAVY
    }
    heavy = {
        kind: _component(measured, kind, measured.series[kind], 0.0)
        for kind in _HEAVY
        if kind in measured.series
    }
    return Sight(
        measured.paper_id,
        upvotes_of(measured, weights),
        measured.value(Kind.POSITION),
        math.fsum(component["points"] for component in light.values()),
        heavy | light,
    )


def _trend(sight: Sight, lift: dict[str, float], prior: Prior, weights: Weights) -> Score:
    """The trend of one paper.

    Upvotes: a Gamma–Poisson rate, the upvotes that a whole life of attention would bring,
    drawn to the list's mean while little of that life is seen. Other signals add lightly.
    """
    components, rate, before = sight.components, rate_of(sight, prior, weights), 0.0
    if "upvotes" in components:
        before = weights.upvotes * math.log1p(posterior(prior, sight.upvotes))
        components["upvotes"]["points"] = round(before, 6)
    if "position" in components:
        points = weights.upvotes * math.log1p(rate) - before
        components["position"]["points"] = round(points, 6)
    value = math.fsum(component["points"] for component in components.values())
    return Score(sight.paper_id, round(value, 6), rate, {**components, "lift": lift})


def _light_points(measured: Measurement, kind: str, series: Series, weights: Weights) -> float:
    """What another signal adds. Of stars and citations only gains count, never the level."""
    gains = kind in _GAINS_ONLY
    count = decayed_gain(series, measured, weights) if gains else series.value
    return float(getattr(weights, kind) * math.log1p(max(count, 0.0)))


def _component(measured: Measurement, kind: str, series: Series, points: float) -> dict[str, Any]:
    """One signal as it stood, its points, and where it is shown its rise in a day and window."""
    component = {"value": series.value, "points": round(points, 6)}
    if kind in _WITH_GAIN:
        component["gain"] = series.gain_since(measured.day_ago)
        component["window_gain"] = series.gain_since(measured.window_ago)
    return component


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
