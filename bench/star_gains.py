"""Does what a repository gained foretell what it gains next, and better than its fame does?

Repeated reads of stars, one JSON object a line: arxiv_id, scraped_at, github_stars. The first
day of each repository is scored by the service's own function, and compared with the next day.
"""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench.history import Entry, History, Reads
from bench.rankers import measurement
from papers.ranking.trend import rank

DAY: Final = 86_400.0
START: Final = date(2025, 3, 10)  # a Monday, to which each repository's first read is moved
_FROM: Final = datetime(2025, 3, 10, tzinfo=UTC).timestamp()


def check(path: Path) -> dict[str, Any] | None:
    """Rank correlations with the next day's gain, printed; None without the file."""
    if not path.is_file():
        print(f"\nStar gains: not checked, there is no {path.name} beside the lists.")
        return None
    series = [reads for reads in _read(path) if _is_two_days(reads)]
    first_day = [tuple(read for read in reads if read[0] <= _FROM + 1.25 * DAY) for reads in series]
    level = [reads[-1][1] for reads in first_day]
    later = [reads[-1][1] - before for reads, before in zip(series, level, strict=True)]
    found = {
        "repositories": len(series),
        "points": spearman(_points(first_day), later),
        "level": spearman(level, later),
    }
    print(
        f"\nStar gains of {len(series)} repositories, rank correlation with the next day's gain: "
        f"{found['points']:.2f} for our points, {found['level']:.2f} for the number of stars."
    )
    return found


def _read(path: Path) -> list[Reads]:
    """The reads of each paper's repository, moved so that the first is at `START`."""
    reads: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for line in gzip.decompress(path.read_bytes()).splitlines():
        row = json.loads(line)
        if row["github_stars"] is not None:
            at = datetime.fromisoformat(row["scraped_at"]).replace(tzinfo=UTC).timestamp()
            reads[row["arxiv_id"]].append((at, float(row["github_stars"])))
    ordered = [sorted(of_paper) for _, of_paper in sorted(reads.items())]
    return [tuple((at - one[0][0] + _FROM, stars) for at, stars in one) for one in ordered]


def _is_two_days(reads: Reads) -> bool:
    """Whether there is a read about a day after the first, and one about a day after that."""
    days = [(at - _FROM) / DAY for at, _ in reads]
    return any(0.75 <= day <= 1.25 for day in days) and 1.75 <= days[-1] <= 2.5


def _points(first_day: Sequence[Reads]) -> list[float]:
    """The points that the gained stars give, in the order of the repositories."""
    until = datetime.fromtimestamp(_FROM + 1.25 * DAY, UTC)
    entries = [Entry(n, START, {"stars": reads}, 0.0) for n, reads in enumerate(first_day)]
    history = History("day", until, entries, 5)
    scores = rank([measurement(entry, history) for entry in entries])
    return [score.value for score in sorted(scores, key=lambda score: score.paper_id)]


def spearman(one: Sequence[float], other: Sequence[float]) -> float:
    """The correlation of ranks; equal values share the mean of their ranks."""
    return float(np.corrcoef(_ranks(one), _ranks(other))[0, 1])


def _ranks(values: Sequence[float]) -> np.ndarray[Any, Any]:
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = counts.cumsum()
    return np.asarray((last - (counts - 1) / 2)[place])
