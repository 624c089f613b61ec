"""Replay history: how well do we rank what readers turned out to like? `make backtest`.

Each list is ranked by the service's own function from what was known when it closed, and
judged by the upvotes that its papers had months later. docs/ranking.md says what the table
means.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench import star_gains, tuning
from bench.accumulation import SPEEDS, accumulated
from bench.history import Entry, History, NoHistoryError, days, read_history, weeks
from bench.metrics import Interval, interval, mean_settled, ndcg, precision
from bench.rankers import RANKERS, Ranker
from bench.stage import is_quick, write
from papers.ranking.weights import VERSION

DRAWS: Final = 20  # simulations of a scenario, whose mean is judged
STARS: Final = "github_stars_daily.jsonl.gz"  # looked for beside the lists
Metric = Callable[[Sequence[float], int], float]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One table: some lists, drawn once or, where arrivals are simulated, several times."""

    key: str
    title: str
    draws: list[list[History]]


@dataclass(frozen=True, slots=True)
class Line:
    """How one ranker did over the lists of a scenario."""

    ranker: str
    ndcg: Interval
    against_raw: Interval
    precision: Interval
    mean_settled: Interval


def scenarios(entries: list[Entry], draws: int = DRAWS) -> Iterator[Scenario]:
    """First what was recorded; then what simulated re-reads would have added to it."""
    week, later = "Weekly top ten", "two days after the week's last list"
    close = "as the week's last list closes"
    yield Scenario("week", f"{week}, one early read a paper, {close}", [weeks(entries)])
    yield Scenario("week_later", f"{week}, nothing read since, {later}", [weeks(entries, 2)])
    yield Scenario("day", "Daily top five, one early read a paper, at the close", [days(entries)])
    for name, half_life in SPEEDS.items():
        for days_after, key, when in ((0, name, close), (2, f"{name}_later", later)):
            lists = weeks(entries, days_after)
            yield Scenario(
                f"week_{key}",
                f"{week}, simulated re-reads of {name} votes, {when}",
                [accumulated(lists, half_life, draw) for draw in range(draws)],
            )


def judge(scenario: Scenario) -> list[Line]:
    """Every ranker on a scenario, the intervals of the differences paired over its lists."""
    raw = _values(scenario, RANKERS["raw upvotes"], ndcg)
    lines = []
    for name, ranker in RANKERS.items():
        own = _values(scenario, ranker, ndcg)
        exact, liked = (_values(scenario, ranker, metric) for metric in (precision, mean_settled))
        lines.append(
            Line(name, interval(own), interval(own - raw), interval(exact), interval(liked))
        )
    return lines


def _values(scenario: Scenario, ranker: Ranker, metric: Metric) -> np.ndarray[Any, Any]:
    """The metric of each list, as the mean over the draws."""
    values = [[_value(one, ranker, metric) for one in lists] for lists in scenario.draws]
    return np.asarray(np.mean(values, axis=0))


def _value(history: History, ranker: Ranker, metric: Metric) -> float:
    settled = {entry.paper_id: entry.settled for entry in history.entries}
    return metric([settled[paper_id] for paper_id in ranker(history)], history.cut)


# ── what it says ─────────────────────────────────────────────────────────────


def backtest(path: Path, draws: int = DRAWS) -> dict[str, Any]:
    """Replay the file, print the tables, and return them as JSON.

    Raises:
        NoHistoryError: the file is missing or broken, or nothing in it can be judged.
    """
    entries = read_history(path)
    told = f"{len(entries)} papers in {len(weeks(entries))} weeks and {len(days(entries))} days"
    print(f"{path.name}: {told} have a settled count. Formula {VERSION}.")
    if not weeks(entries):
        raise NoHistoryError(f"{path}: no week holds more than ten papers with a settled count.")
    tables = {}
    for scenario in scenarios(entries, draws):
        if not scenario.draws[0]:
            continue  # every list is as short as its cut
        lines = judge(scenario)
        _print_table(scenario, lines)
        tables[scenario.key] = {
            "title": scenario.title,
            "lists": len(scenario.draws[0]),
            "rankers": {line.ranker: asdict(line) for line in lines},
        }
    return {
        "data": path.name,
        "papers": len(entries),
        "version": VERSION,
        "scenarios": tables,
        "tuning": tuning.cross_validate(weeks(entries)),
        "star_gains": star_gains.check(path.parent / STARS),
    }


def _print_table(scenario: Scenario, lines: list[Line]) -> None:
    cut = scenario.draws[0][0].cut
    print(f"\n{scenario.title} ({len(scenario.draws[0])} lists)")
    print(
        f"  {'':<14}{f'NDCG@{cut}':<22}{'against raw':<25}{f'precision@{cut}':<15}{'mean settled'}"
    )
    for line in lines:
        print(
            f"  {line.ranker:<14}{_spread(line.ndcg, ''):<22}{_spread(line.against_raw, '+'):<25}"
            f"{line.precision.mean:<15.3f}{line.mean_settled.mean:.1f}"
        )


def _spread(one: Interval, sign: str) -> str:
    return f"{one.mean:{sign}.3f} [{one.low:{sign}.3f}, {one.high:{sign}.3f}]".replace("-", "−")


def run(path: Path) -> None:
    try:
        results = backtest(path, draws=3 if is_quick() else DRAWS)
    except NoHistoryError as error:
        sys.exit(f"Nothing to replay. {error}")
    print(f"\nWritten to {write('backtest', results)}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Name the file of daily lists: python -m bench.backtest FILE")
    run(Path(sys.argv[1]))
