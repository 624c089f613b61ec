"""How far a paper stands above the mean of its own field; pure.

It orders no common list, where it costs accuracy. Lists of one topic or one reader use it,
where a small field must not lose to a large one.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from papers.ranking.exposure import Evidence, Prior, place_of, posterior
from papers.ranking.weights import Weights

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
    usual = _usual(listed, fields, prior, weights)
    for sight in listed:
        of_paper = fields.get(sight.paper_id, ())
        yield {name: _lift(sight, *usual[name], weights) for name in of_paper}


@dataclass(slots=True)
class _Sum:
    """What some papers got together."""

    papers: float = 0.0
    votes: float = 0.0
    exposure: float = 0.0
    light: float = 0.0

    def add(self, other: _Sum, times: float = 1.0) -> None:
        self.papers += times * other.papers
        self.votes += times * other.votes
        self.exposure += times * other.exposure
        self.light += times * other.light


def _usual(
    listed: Sequence[Sight], fields: Fields, prior: Prior, weights: Weights
) -> dict[str, tuple[Prior, float]]:
    """Of each field, the upvotes and the light points to expect of a paper.

    A field is joined by `field_papers` mean papers of the list, so that few papers of its
    own leave it near the mean of all.
    """
    of_all, of_field = _Sum(), dict[str, _Sum]()
    for sight in listed:
        own = _got(sight, prior, weights)
        of_all.add(own)
        for name in fields.get(sight.paper_id, ()):
            of_field.setdefault(name, _Sum()).add(own)
    for one in of_field.values():
        one.add(of_all, weights.field_papers / of_all.papers)
    return {name: _expected(one, prior) for name, one in of_field.items()}


def _got(sight: Sight, prior: Prior, weights: Weights) -> _Sum:
    place = place_of(sight.position, prior, weights)
    votes = sight.upvotes.votes + place.votes
    return _Sum(1.0, votes, sight.upvotes.exposure + place.exposure, sight.light)


def _expected(one: _Sum, prior: Prior) -> tuple[Prior, float]:
    mean = one.votes / one.exposure if one.exposure and one.votes else prior.mean
    return Prior(mean, prior.exposure), one.light / one.papers


def _lift(sight: Sight, field: Prior, light: float, weights: Weights) -> float:
    rate = rate_of(sight, field, weights)
    above = weights.upvotes * (math.log1p(rate) - math.log1p(field.mean)) + sight.light - light
    return round(min(max(above, weights.lift_least), weights.lift_most), 4)
