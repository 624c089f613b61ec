"""Recorded daily lists and the dated submissions to them, as evaluation data.

A folder has `daily_papers.jsonl.gz` (a paper of a list a line) and `hf_submitters.csv` (user,
arxiv_id, date). The two accounts that submit most are curators: they are left out.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

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

_ODD: Final = (ValueError, TypeError, KeyError, OverflowError, RecursionError)
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
            yield _checked(json.loads(line))
        except _ODD as error:
            raise UnusableFileError(f"{path}, line {number}: {error!r:.200}") from error


def _checked(row: Any) -> dict[str, Any]:
    """A paper of a list with its day and its votes.

    Raises:
        ValueError, TypeError, KeyError, OverflowError: it is not of the form.
    """
    row["listed_on"] = date.fromisoformat(row["featured_on"])
    row["votes"] = max(0.0, float(row["upvotes"] or 0))
    if not math.isfinite(row["votes"]):
        raise ValueError("upvotes without an end")
    for name in ("arxiv_id", "title"):
        if not isinstance(row[name], str) or not row[name].strip():
            raise ValueError(f"{name} is no text")
    if not isinstance(row["abstract"] or "", str):
        raise TypeError("abstract is no text")
    for name in ("authors", "categories"):
        row[name] = [one for one in _list(row.get(name)) if isinstance(one, str)]
    return dict(row)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


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
        frozenset(name.lower() for name in row["authors"]),
        categories=tuple(row["categories"]),
        listed_on=row["listed_on"],
        popularity=popularity[row["arxiv_id"]],
    )


def _submissions(path: Path) -> Iterator[Interaction]:
    number = 1
    try:
        text = io.StringIO(read_bytes(path).decode("utf-8-sig"), newline="")
        for row in csv.DictReader(text):
            number += 1
            user, paper = row["user"], row["arxiv_id"]
            if not (user and paper):
                raise ValueError("a user and an arxiv_id are needed")
            yield Interaction(user, paper, "submission", day=day_of(row["date"]))
    except (*_ODD, csv.Error) as error:
        raise UnusableFileError(f"{path}, line {number}: {error!r:.200}") from error
