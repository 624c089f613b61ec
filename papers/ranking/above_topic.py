"""Topic lift: how many points a paper stands above the mean of each of its topics; pure.

It orders no common list, where it costs accuracy. The list of one topic or of one reader uses
it, so that a paper of a small topic can come before one of a large topic.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from papers.ranking.exposure import Evidence, Prior, place_evidence, posterior_mean
from papers.ranking.weights import Weights

Topics = Mapping[int, Collection[str]]  # by paper id, the slugs of its topics


@dataclass(frozen=True, slots=True)
class PaperStats:
    """The part of a paper's measurement that is kept while its list is read.

    `other_points` is the points of all signals but upvotes and position. The points of these
    two, in `components`, depend on the mean of the list and are added later.
    """

    paper_id: int
    upvotes: Evidence
    position: float | None
    other_points: float
    components: dict[str, Any]


def rate_of(stats: PaperStats, prior: Prior, weights: Weights) -> float:
    """The upvotes to expect in a lifetime, from the votes so far and the place in a listing."""
    return posterior_mean(prior, stats.upvotes, place_evidence(stats.position, prior, weights))


def topic_lifts(
    listed: Sequence[PaperStats], topics: Topics, prior: Prior, weights: Weights
) -> Iterator[dict[str, float]]:
    """For each paper, by topic, its points above a usual paper of that topic.

    A paper with few reads is drawn to the mean of its topic here, not to the mean of all:
    else every new paper of a small topic would seem outstanding in it.
    """
    means = _topic_means(listed, topics, prior, weights)
    for stats in listed:
        slugs = topics.get(stats.paper_id, ())
        yield {slug: _topic_lift(stats, *means[slug], weights) for slug in slugs}


@dataclass(slots=True)
class _Totals:
    """The sums over some papers."""

    papers: float = 0.0
    votes: float = 0.0
    exposure: float = 0.0
    other_points: float = 0.0

    def add(self, other: _Totals, times: float = 1.0) -> None:
        self.papers += times * other.papers
        self.votes += times * other.votes
        self.exposure += times * other.exposure
        self.other_points += times * other.other_points


def _topic_means(
    listed: Sequence[PaperStats], topics: Topics, prior: Prior, weights: Weights
) -> dict[str, tuple[Prior, float]]:
    """For each topic, the upvotes and the other points to expect of a paper.

    `topic_papers` mean papers of the list are added to each topic, so that a topic of few
    papers stays near the mean of all.
    """
    of_all, of_topic = _Totals(), dict[str, _Totals]()
    for stats in listed:
        own = _totals_of(stats, prior, weights)
        of_all.add(own)
        for slug in topics.get(stats.paper_id, ()):
            of_topic.setdefault(slug, _Totals()).add(own)
    for totals in of_topic.values():
        totals.add(of_all, weights.topic_papers / of_all.papers)
    return {slug: _mean(totals, prior) for slug, totals in of_topic.items()}


def _totals_of(stats: PaperStats, prior: Prior, weights: Weights) -> _Totals:
    place = place_evidence(stats.position, prior, weights)
    votes = stats.upvotes.votes + place.votes
    return _Totals(1.0, votes, stats.upvotes.exposure + place.exposure, stats.other_points)


def _mean(totals: _Totals, prior: Prior) -> tuple[Prior, float]:
    has_evidence = totals.exposure and totals.votes
    mean = totals.votes / totals.exposure if has_evidence else prior.mean
    return Prior(mean, prior.exposure), totals.other_points / totals.papers


def _topic_lift(stats: PaperStats, topic: Prior, other_points: float, weights: Weights) -> float:
    rate = rate_of(stats, topic, weights)
    from_upvotes = weights.upvotes * (math.log1p(rate) - math.log1p(topic.mean))
    above = from_upvotes + stats.other_points - other_points
    return round(min(max(above, weights.lift_least), weights.lift_most), 4)
