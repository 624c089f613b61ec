"""The trend of a paper: one number from its signals, and the points of each signal in it.

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
from papers.ranking.above_topic import PaperStats, Topics, rate_of, topic_lifts
from papers.ranking.exposure import Prior, decayed_gain, fit_prior, posterior_mean, upvote_evidence
from papers.ranking.measurements import Measurement
from papers.ranking.series import Series
from papers.ranking.weights import WEIGHTS, Weights

Kind = Signal.Kind
_OF_RATE: Final = ("upvotes", "position")  # the rate is made of these two
_GAINS_ONLY: Final = frozenset({Kind.STARS, Kind.CITATIONS})
_NO_SECOND: Final = frozenset({Kind.POSITION, Kind.VOTES, Kind.CLICKS})
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
    topics: Topics | None = None,
    weights: Weights = WEIGHTS,
) -> list[Score]:
    """Score a whole list, strongest first; ties go to the lower paper id.

    Args:
        measurements: of the papers of one list, all at the same instant. Each is read once
            and not kept, so a generator of many papers needs little memory.
        topics: the slugs of each paper's topics, for its lift over their means.
    """
    listed = sorted((_paper_stats(one, weights) for one in measurements), key=_paper_id)
    prior = fit_prior([stats.upvotes for stats in listed], weights)
    lifts = topic_lifts(listed, topics or {}, prior, weights)
    scores = [
        _score(stats, lift, prior, weights) for stats, lift in zip(listed, lifts, strict=True)
    ]
    return _require_two_signals_first(sorted(scores, key=_order), weights)


_paper_id = attrgetter("paper_id")


def _paper_stats(measurement: Measurement, weights: Weights) -> PaperStats:
    """The part of a measurement to keep. Points that depend on the list are 0 until then."""
    others = {
        kind: _component(measurement, kind, series, _other_points(measurement, kind, weights))
        for kind, series in measurement.series.items()
        if kind not in _OF_RATE
    }
    of_rate = {
        kind: _component(measurement, kind, measurement.series[kind], 0.0)
        for kind in _OF_RATE
        if kind in measurement.series
    }
    return PaperStats(
        measurement.paper_id,
        upvote_evidence(measurement, weights),
        measurement.value(Kind.POSITION),
        math.fsum(component["points"] for component in others.values()),
        of_rate | others,
    )


def _score(stats: PaperStats, lift: dict[str, float], prior: Prior, weights: Weights) -> Score:
    """The trend of one paper.

    Upvotes: a Gamma–Poisson rate, the upvotes that a whole lifetime of attention would bring,
    drawn to the mean of the list while little of that lifetime is over. Other signals add a
    little.
    """
    components, rate, from_upvotes = stats.components, rate_of(stats, prior, weights), 0.0
    if "upvotes" in components:
        from_upvotes = weights.upvotes * math.log1p(posterior_mean(prior, stats.upvotes))
        components["upvotes"]["points"] = round(from_upvotes, 6)
    if "position" in components:
        points = weights.upvotes * math.log1p(rate) - from_upvotes
        components["position"]["points"] = round(points, 6)
    value = math.fsum(component["points"] for component in components.values())
    return Score(stats.paper_id, round(value, 6), rate, {**components, "lift": lift})


def _other_points(measurement: Measurement, kind: str, weights: Weights) -> float:
    """The points of another signal. For stars and citations only gains count, never the level."""
    series = measurement.series[kind]
    gains = kind in _GAINS_ONLY
    count = decayed_gain(series, measurement, weights) if gains else series.value
    points = float(getattr(weights, kind) * math.log1p(max(count, 0.0)))
    return min(points, weights.votes_most) if kind == Kind.VOTES else points


def _component(
    measurement: Measurement, kind: str, series: Series, points: float
) -> dict[str, Any]:
    """One signal: its value, its points, and, where pages show them, its gains."""
    component = {"value": series.value, "points": round(points, 6)}
    if kind in _WITH_GAIN:
        component["gain"] = series.gain_since(measurement.day_ago)
        component["window_gain"] = series.gain_since(measurement.window_ago)
    return component


def _require_two_signals_first(scores: list[Score], weights: Weights) -> list[Score]:
    """Put the best paper with two positive signals just above a leader with a single one.

    One counter can be bought; two that rise together are much harder to fake. Where no
    paper near the top has two signals, for example on a plain listing, the order stands.
    """
    for place, score in enumerate(scores[: weights.places_to_hold]):
        if _positive_signals(score) >= 2:
            first = _placed_above(score, scores[0]) if place else score
            return [first, *scores[:place], *scores[place + 1 :]]
    return scores


def _placed_above(score: Score, leader: Score) -> Score:
    note = {"own_value": score.value, "above": leader.paper_id}
    components = {**score.components, "first_place": note}
    return replace(score, value=round(leader.value + 1e-6, 6), components=components)


def _positive_signals(score: Score) -> int:
    """How many independent signals count in favour of a paper.

    A place in a listing does not, and what our own readers do does not: with three addresses
    anyone could be the second signal, and move a paper from the tenth place to the first.
    """
    kinds = [kind for kind in Kind if kind in score.components and kind not in _NO_SECOND]
    return sum(1 for kind in kinds if _is_positive(score.components[kind], kind))


def _is_positive(component: Mapping[str, Any], kind: Kind) -> bool:
    rose = component["value"] if kind == Kind.UPVOTES else component["points"]
    return bool(rose > 0)


def _order(score: Score) -> tuple[float, int]:
    return (-score.value, score.paper_id)
