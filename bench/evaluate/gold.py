"""The protocol `gold`: order the papers that readers rated, by papers of their own.

The loss is the one of the published gold standard of reviewers: over the pairs of all readers
together. `loss_per_reader` is the mean of each reader's own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from bench.evaluate.data import OWN, RATING, EvaluationData, Interaction
from bench.evaluate.measures import Pairs, judged_pairs, ratio
from bench.evaluate.ranking import BASELINES, SERVICE, Library, ScoredList

NEWEST: Final = 20  # of a reader's papers make their profile, as in the service
_TODAY: Final = date(2000, 1, 1)  # the papers were all given at once, on the day of the ratings


class Reader:
    """A reader's ratings, and the papers that their profile has, newest first."""

    def __init__(self, interactions: Sequence[Interaction], data: EvaluationData) -> None:
        rated = [one for one in interactions if one.kind == RATING]
        self.ratings = {one.paper: one.value for one in rated}  # the last one of a paper counts
        until = min((one.day for one in rated if one.day), default=None)
        own = [one for one in interactions if one.kind == OWN] or [
            one for one in interactions if one.kind != RATING
        ]
        known = [one for one in own if not (until and one.day and one.day >= until)]
        newest = sorted(known, key=lambda one: _age_key(one, data), reverse=True)
        papers = dict.fromkeys(one.paper for one in newest if one.paper not in self.ratings)
        self.profile = list(papers)[:NEWEST]


def _age_key(one: Interaction, data: EvaluationData) -> str:
    """Younger papers have greater keys; what has neither date nor year is oldest."""
    return one.day.isoformat() if one.day else data.papers[one.paper].year


def readers_of(data: EvaluationData) -> list[Reader]:
    """The readers whose order can be judged: with a profile, and with two different ratings."""
    by_user: dict[str, list[Interaction]] = defaultdict(list)
    for one in data.interactions:
        by_user[one.user].append(one)
    readers = [Reader(by_user[user], data) for user in sorted(by_user)]
    return [one for one in readers if one.profile and len(set(one.ratings.values())) > 1]


def why_skipped(data: EvaluationData) -> str:
    """Why the file cannot be judged by its ratings; empty if it can be."""
    if not any(one.kind == RATING for one in data.interactions):
        return "the file has no ratings"
    readers = len(readers_of(data))
    few = f"{readers} readers have a profile and two different ratings, at least 2 are needed"
    return "" if readers > 1 else few


def papers_needed(data: EvaluationData) -> set[str]:
    found: set[str] = set()
    for one in readers_of(data):
        found.update(one.ratings, one.profile)
    return found


def gold(data: EvaluationData, library: Library) -> dict[str, Any]:
    """The figures of the service and of the baselines. All rated papers are one edition."""
    readers = readers_of(data)
    rated = sorted({paper for one in readers for paper in one.ratings})
    rows = {paper: row for row, paper in enumerate(rated)}
    scored = ScoredList(rated, library)
    pairs: dict[str, list[Pairs]] = defaultdict(list)
    for one in readers:
        found = scored.scores([(paper, _TODAY) for paper in one.profile], _TODAY)
        own = [rows[paper] for paper in one.ratings]
        for name, scores in found.items():
            pairs[name].append(judged_pairs(list(one.ratings.values()), scores[own]))
    return {
        "protocol": "gold",
        "readers": len(readers),
        "ratings": sum(len(one.ratings) for one in readers),
        **_figures(pairs[SERVICE]),
        "baselines": {name: _figures(pairs[name]) for name in BASELINES},
    }


def _figures(pairs: Sequence[Pairs]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    columns: Mapping[str, tuple[list[Any], list[Any] | None]] = {
        "loss": ([one.lost for one in pairs], [one.differences for one in pairs]),
        "easy": ([one.easy_right for one in pairs], [one.easy for one in pairs]),
        "hard": ([one.hard_right for one in pairs], [one.hard for one in pairs]),
        "loss_per_reader": ([one.lost / one.differences for one in pairs], None),
    }
    for name, (parts, wholes) in columns.items():
        measured = ratio(parts, wholes)
        found[name] = measured and measured.value
        found[f"{name}_interval"] = measured and list(measured.interval)
    return found
