"""Rank recorded lists as they were when they closed, and judge the order by later upvotes.

Each list is ranked by the service's own function from what was known when it closed, and judged
by the upvotes that its papers had months later. docs/ranking.md explains the table.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.backtest.metrics import Interval, interval, mean_settled, ndcg, precision
from bench.backtest.rankers import RANKERS, Ranker
from bench.backtest.recorded_lists import (
    Entry,
    NoHistoryError,
    RecordedList,
    days,
    read_entries,
    weeks,
)
from bench.backtest.tuning import cross_validate
from bench.result_files import write
from papers.ranking.weights import VERSION

Metric = Callable[[Sequence[float], int], float]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One table: some lists, all ranked at the same moment after they closed."""

    key: str
    title: str
    lists: list[RecordedList]


@dataclass(frozen=True, slots=True)
class Row:
    """The quality of one ranker over the lists of a scenario."""

    ranker: str
    ndcg: Interval
    against_raw: Interval
    precision: Interval
    mean_settled: Interval


def scenarios(entries: list[Entry]) -> list[Scenario]:
    week, day = "Weekly top ten", "Daily top five"
    early, later = "one early read a paper", "nothing read since, two days after the last list"
    close = "as the week's last list closes"
    return [
        Scenario("week", f"{week}, {early}, {close}", weeks(entries)),
        Scenario("week_later", f"{week}, {later}", weeks(entries, days_after=2)),
        Scenario("day", f"{day}, {early}, at the close", days(entries)),
    ]


def judge(scenario: Scenario) -> list[Row]:
    """Every ranker on a scenario, the intervals of the differences paired over its lists."""
    raw = _values(scenario, RANKERS["raw upvotes"], ndcg)
    rows = []
    for name, ranker in RANKERS.items():
        own = _values(scenario, ranker, ndcg)
        exact, liked = (_values(scenario, ranker, metric) for metric in (precision, mean_settled))
        intervals = (interval(values) for values in (own, own - raw, exact, liked))
        rows.append(Row(name, *intervals))
    return rows


def _values(scenario: Scenario, ranker: Ranker, metric: Metric) -> np.ndarray[Any, Any]:
    """The metric of each list."""
    values = []
    for one in scenario.lists:
        settled = {entry.paper_id: entry.settled for entry in one.entries}
        values.append(metric([settled[paper_id] for paper_id in ranker(one)], one.cut))
    return np.array(values)


def backtest(path: Path) -> dict[str, Any]:
    """Replay the file, print the tables, and return them as JSON.

    Raises:
        NoHistoryError: the file is missing or broken, or it has no list that can be judged.
    """
    entries = read_entries(path)
    size = f"{len(entries)} papers in {len(weeks(entries))} weeks and {len(days(entries))} days"
    print(f"{path.name}: {size} have a settled count. Formula {VERSION}.")
    if not weeks(entries):
        raise NoHistoryError(f"{path}: no week holds more than ten papers with a settled count.")
    tables = {}
    for scenario in scenarios(entries):
        if not scenario.lists:
            continue  # every list is as short as its cut
        rows = judge(scenario)
        _print_table(scenario, rows)
        rankers = {row.ranker: asdict(row) for row in rows}
        lists = len(scenario.lists)
        tables[scenario.key] = {"title": scenario.title, "lists": lists, "rankers": rankers}
    return {
        "data": path.name,
        "papers": len(entries),
        "version": VERSION,
        "scenarios": tables,
        "tuning": cross_validate(weeks(entries)),
    }


def _print_table(scenario: Scenario, rows: list[Row]) -> None:
    cut = scenario.lists[0].cut
    print(f"\n{scenario.title} ({len(scenario.lists)} lists)")
    head = f"{f'NDCG@{cut}':<22}{'against raw':<25}{f'precision@{cut}':<15}{'mean settled'}"
    print(f"  {'':<14}{head}")
    for row in rows:
        print(
            f"  {row.ranker:<14}{_spread(row.ndcg, ''):<22}{_spread(row.against_raw, '+'):<25}"
            f"{row.precision.mean:<15.3f}{row.mean_settled.mean:.1f}"
        )


def _spread(one: Interval, sign: str) -> str:
    return f"{one.mean:{sign}.3f} [{one.low:{sign}.3f}, {one.high:{sign}.3f}]".replace("-", "−")


def run(path: Path) -> None:
    try:
        found = backtest(path)
    except NoHistoryError as error:
        sys.exit(f"Nothing to replay. {error}")
    print(f"\nWritten to {write('backtest', found)}")
