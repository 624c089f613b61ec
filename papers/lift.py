"""How far a paper stands above the mean of its own field; pure.

It orders no common list, where it costs accuracy. Lists of one topic or one reader use it,
where a small field must not lose to a large one.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from papers.evidence import Evidence, Prior, place_of, posterior
from papers.weights import Weights

Fields = Mapping[int, Collection[str]]  # the topics of each paper


@dataclass(frozen=True, slots=True)
class Sight:
    """What is kept of a paper's measurement while its list is gathered.

    `light` is the points of all signals but upvotes and position, whose points, in
    `components`, wait for what the list expects of a paper.
    """

    paper_id: int
    upvotes: Evidence
    position: float | None
    light: float
    components: dict[str, Any]


def rate_of(sight: Sight, prior: Prior, weights: Weights) -> float:
    """The upvotes of a whole life, by the votes so far and by the place in a listing."""
    return posterior(prior, sight.upvotes, place_of(sight.position, prior, weights))


def lifts(
    listed: Sequence[Sight], fields: Fields, prior: Prior, weights: Weights
) -> Iterator[dict[str, float]]:
    """By topic, how many points each paper stands above a usual one of that topic.

    A paper of which little was seen yet is drawn to the mean of its field here, not to that
    of all: else every new paper of a small field would seem outstanding in it.
    """
    means = _means(listed, fields, prior, weights)
    for sight in listed:
        of_paper = fields.get(sight.paper_id, ())
        yield {name: _lift(sight, *means[name], weights) for name in of_paper}


def _means(
    listed: Sequence[Sight], fields: Fields, prior: Prior, weights: Weights
) -> dict[str, tuple[Prior, float]]:
    """Of each field, the upvotes and the light points to expect of a paper."""
    rates: dict[str, list[float]] = {}
    lights: dict[str, list[float]] = {}
    for sight in listed:
        if of_paper := fields.get(sight.paper_id):
            rate = rate_of(sight, prior, weights)
            for name in of_paper:
                rates.setdefault(name, []).append(rate)
                lights.setdefault(name, []).append(sight.light)
    light = math.fsum(sight.light for sight in listed) / max(len(listed), 1)
    return {
        name: (
            Prior(_drawn(rates[name], prior.mean, weights), prior.exposure),
            _drawn(lights[name], light, weights),
        )
        for name in rates
    }


def _drawn(values: Sequence[float], mean: float, weights: Weights) -> float:
    """The mean of a field, drawn to that of all while it has few papers."""
    few = weights.field_papers
    return (math.fsum(values) + few * mean) / (len(values) + few)


def _lift(sight: Sight, field: Prior, light: float, weights: Weights) -> float:
    rate = rate_of(sight, field, weights)
    above = weights.upvotes * (math.log1p(rate) - math.log1p(field.mean)) + sight.light - light
    return round(min(max(above, weights.lift_least), weights.lift_most), 4)
