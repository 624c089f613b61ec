"""Recorded daily lists and the dated submissions to them, as evaluation data.

A folder has `daily_papers.jsonl.gz` (a paper of a list a line) and `hf_submitters.csv` (user,
arxiv_id, date). The two accounts that submit most are curators: they are left out.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from bench.evaluate.data import (
    CURATOR,
    EvaluatedPaper,
    EvaluationData,
    Interaction,
    UnusableFileError,
    day_of,
    read_bytes,
)

LISTS, SUBMITTERS = "daily_papers.jsonl.gz", "hf_submitters.csv"


def read_recorded(folder: Path) -> EvaluationData:
    """The lists and the submissions of a folder; submissions of other papers are left out.

    Raises:
        UnusableFileError: a file is missing or broken.
    """
    rows = list(_listed(folder / LISTS))
    popularity = _popularity(rows)
    papers: dict[str, EvaluatedPaper] = {}
    for row in rows:
        papers.setdefault(row["arxiv_id"], _paper(row, popularity))
    submissions = list(_submissions(folder / SUBMITTERS))
    counts = Counter(one.user for one in submissions)
    ours = [one for one in submissions if counts[one.user] <= CURATOR and one.paper in papers]
    return EvaluationData(folder.name, papers, ours)


def _listed(path: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(read_bytes(path).splitlines(), start=1):
        try:
            row = json.loads(line)
            row["listed_on"] = date.fromisoformat(row["featured_on"])
            row["votes"] = max(0.0, float(row["upvotes"] or 0))
            _ = row["arxiv_id"], row["title"], row["abstract"]
        except (ValueError, TypeError, KeyError) as error:
            raise UnusableFileError(f"{path}, line {number}: {error!r}") from error
        yield row


def _popularity(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Of each paper the z-score of the logarithm of its upvotes among those of its day."""
    days: dict[date, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        days[row["listed_on"]].append(row)
    found: dict[str, float] = {}
    for day in days.values():
        votes = np.log1p([row["votes"] for row in day])
        z_scores = (votes - votes.mean()) / (votes.std() or 1.0)
        for row, z_score in zip(day, z_scores, strict=True):
            found.setdefault(row["arxiv_id"], float(z_score))
    return found


def _paper(row: Mapping[str, Any], popularity: Mapping[str, float]) -> EvaluatedPaper:
    return EvaluatedPaper(
        row["title"],
        row["abstract"] or "",
        frozenset(name.lower() for name in row.get("authors") or ()),
        categories=tuple(row.get("categories") or ()),
        listed_on=row["listed_on"],
        popularity=popularity[row["arxiv_id"]],
    )


def _submissions(path: Path) -> Iterator[Interaction]:
    rows = csv.DictReader(io.StringIO(read_bytes(path).decode("utf-8-sig")))
    for number, row in enumerate(rows, start=2):
        try:
            yield Interaction(row["user"], row["arxiv_id"], "submission", day=day_of(row["date"]))
        except (ValueError, KeyError) as error:
            raise UnusableFileError(f"{path}, line {number}: {error!r}") from error
