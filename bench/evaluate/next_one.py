"""The protocols `submitters` and `saves`: find the next paper of a reader in the list of its week.

Each dated submission of a reader who has submitted on an earlier day is one task: the candidates
are the papers of its ISO week, without those that the reader submitted before, and the profile is
what they submitted, saved or wrote before that day. A reader's tasks are averaged first: each
reader counts as much as any other.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np

from bench.evaluate.data import CURATOR, RATING, EvaluationData, Interaction
from bench.evaluate.measures import ratio, recall_at, reciprocal_rank
from bench.evaluate.ranking import BASELINES, SERVICE, Library, ScoredList

CUT: Final = 10  # the papers of a digest
NEWEST: Final = 20  # of a reader's papers make their profile, as in the service
FULL: Final = 100  # papers: a list of a file without daily lists is filled up to as many
PROTOCOLS: Final = {"submitters": "submission", "saves": "save"}


@dataclass(frozen=True, slots=True)
class Task:
    """A paper to be found in the list of the week that begins on `monday`."""

    user: str
    paper: str
    day: date
    monday: date
    history: tuple[tuple[str, date], ...]  # papers and days, oldest first
    shares_author: bool | None  # with one of the history; None where no author is known


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def tasks_of(data: EvaluationData, kind: str) -> list[Task]:
    """All tasks, by their weeks."""
    by_user: dict[str, list[Interaction]] = defaultdict(list)
    for one in data.interactions:
        if one.kind != RATING and one.day:
            by_user[one.user].append(one)
    counts = Counter(one.user for one in data.interactions if one.kind == kind)
    found = [
        task
        for user in sorted(by_user)
        if counts[user] <= CURATOR
        for task in _tasks_of(by_user[user], kind, data)
    ]
    return sorted(found, key=lambda task: (task.monday, task.user, task.day, task.paper))


def _tasks_of(events: Sequence[Interaction], kind: str, data: EvaluationData) -> list[Task]:
    first: dict[str, Interaction] = {}  # of each paper the reader's first event
    for one in sorted(events, key=lambda one: one.day or date.min):
        first.setdefault(one.paper, one)
    return [
        task for one in first.values() if one.kind == kind and (task := _task(one, first, data))
    ]


def _task(one: Interaction, first: Mapping[str, Interaction], data: EvaluationData) -> Task | None:
    assert one.day is not None
    before = [(past.paper, past.day) for past in first.values() if past.day and past.day < one.day]
    if not before:
        return None
    history = tuple(before[-NEWEST:])
    authors = data.papers[one.paper].authors
    theirs = frozenset().union(*(data.papers[paper].authors for paper, _ in history))
    shares = bool(authors & theirs) if authors and theirs else None
    listed = data.papers[one.paper].listed_on or one.day
    return Task(one.user, one.paper, one.day, monday_of(listed), history, shares)


def lists_of(data: EvaluationData, kind: str) -> dict[date, list[str]]:
    """The papers of each week: of its daily lists, or else what any reader took in that week."""
    weeks: dict[date, set[str]] = defaultdict(set)
    for name, paper in data.papers.items():
        if paper.listed_on:
            weeks[monday_of(paper.listed_on)].add(name)
    if weeks:
        return {monday: sorted(weeks[monday]) for monday in weeks}
    for one in data.interactions:
        if one.kind == kind and one.day:
            weeks[monday_of(one.day)].add(one.paper)
    return {monday: _filled(monday, weeks) for monday in weeks}


def _filled(monday: date, weeks: Mapping[date, set[str]]) -> list[str]:
    """The papers of a week, and if they are few those of the weeks next to it, nearest first."""
    found = dict.fromkeys(sorted(weeks[monday]))
    if len(found) < FULL:
        for other in sorted(weeks, key=lambda week: (abs(week - monday), week)):
            for paper in sorted(weeks[other]):
                if len(found) < FULL:
                    found.setdefault(paper)
    return list(found)


def why_skipped(data: EvaluationData, kind: str) -> str:
    """Why the file has no such tasks; empty if it has."""
    rows = [one for one in data.interactions if one.kind == kind]
    if not rows:
        return f"the file has no interactions of the kind {kind}"
    if not any(one.day for one in rows):
        return f"no interaction of the kind {kind} has a date"
    readers = len({task.user for task in _judged(data, kind)})
    few = f"{readers} readers have an earlier paper and a list to find the next one in, of 2 needed"
    return "" if readers > 1 else few


def _judged(data: EvaluationData, kind: str) -> list[Task]:
    """The tasks whose list is longer than the cut: in a shorter one nothing can be missed."""
    lists = lists_of(data, kind)
    return [task for task in tasks_of(data, kind) if len(_candidates(task, lists)) > CUT]


def _candidates(task: Task, lists: Mapping[date, Sequence[str]]) -> list[int]:
    """The rows of the task's list that the reader has not taken before."""
    taken = {paper for paper, _ in task.history}
    listed = lists.get(task.monday, ())
    rows = [row for row, paper in enumerate(listed) if paper not in taken]
    return rows if task.paper in listed else []


def papers_needed(data: EvaluationData, kind: str) -> set[str]:
    lists, found = lists_of(data, kind), set[str]()
    for task in _judged(data, kind):
        found.update(lists[task.monday], (paper for paper, _ in task.history))
    return found


def next_one(protocol: str, data: EvaluationData, library: Library) -> dict[str, Any]:
    """The figures of the service and of the baselines."""
    kind = PROTOCOLS[protocol]
    lists, tasks = lists_of(data, kind), _judged(data, kind)
    popularity = _Popularity(data)
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    monday, scored = None, None
    for task in tasks:
        listed = lists[task.monday]
        if scored is None or task.monday != monday:
            monday = task.monday
            scored = ScoredList(listed, library, popularity.of(listed, task.monday))
        rows = _candidates(task, lists)
        place = rows.index(listed.index(task.paper))
        for name, scores in scored.scores(task.history, task.day).items():
            own = scores[rows]
            found[name].append((recall_at(CUT, own, place), reciprocal_rank(own, place)))
    strange = [place for place, task in enumerate(tasks) if task.shares_author is False]
    return {
        "protocol": protocol,
        "readers": len({task.user for task in tasks}),
        "tasks": len(tasks),
        "candidates": float(np.mean([len(_candidates(task, lists)) for task in tasks])),
        **_figures(found[SERVICE], tasks),
        "over_topics": _over(found, tasks),
        "per_task": _per_task(found[SERVICE]),
        "without_shared_authors": _part(found[SERVICE], tasks, strange),
        "baselines": {name: _figures(found[name], tasks) for name in BASELINES},
    }


class _Popularity:
    """How popular papers are: by the upvotes of their day, or else by earlier takers."""

    def __init__(self, data: EvaluationData) -> None:
        self._papers = data.papers
        self._takers: dict[str, list[date]] = defaultdict(list)
        for one in data.interactions:
            if one.kind != RATING and one.day:
                self._takers[one.paper].append(one.day)

    def of(self, listed: Sequence[str], monday: date) -> list[float]:
        """A z-score of each paper: of its day, or of the number of its takers before the week."""
        if any(self._papers[paper].listed_on for paper in listed):
            return [self._papers[paper].popularity for paper in listed]
        counts = [sum(day < monday for day in self._takers[paper]) for paper in listed]
        values = np.log1p(counts)
        return [float(value) for value in (values - values.mean()) / (values.std() or 1.0)]


def _figures(values: Sequence[tuple[float, float]], tasks: Sequence[Task]) -> dict[str, Any]:
    """The mean over readers of the mean of their tasks, with intervals."""
    by_reader: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for task, value in zip(tasks, values, strict=True):
        by_reader[task.user].append(value)
    means = np.array([np.mean(own, axis=0) for own in by_reader.values()])
    found: dict[str, Any] = {}
    for column, name in enumerate((f"recall@{CUT}", "mrr")):
        measured = ratio(means[:, column].tolist())
        assert measured is not None
        found[name], found[f"{name}_interval"] = measured.value, list(measured.interval)
    return found


def _over(
    found: Mapping[str, Sequence[tuple[float, float]]], tasks: Sequence[Task]
) -> dict[str, Any]:
    """How much better the service is than topics only, task by task."""
    differences = np.array(found[SERVICE]) - np.array(found["topics"])
    return _figures([(one, other) for one, other in differences.tolist()], tasks)


def _per_task(values: Sequence[tuple[float, float]]) -> dict[str, float]:
    recall, mrr = np.mean(values, axis=0).tolist()
    return {f"recall@{CUT}": recall, "mrr": mrr}


def _part(
    values: Sequence[tuple[float, float]], tasks: Sequence[Task], places: Sequence[int]
) -> dict[str, Any]:
    chosen = [tasks[place] for place in places]
    if not chosen:
        return {"tasks": 0}
    return {"tasks": len(chosen), **_figures([values[place] for place in places], chosen)}
