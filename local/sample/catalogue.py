"""The sample as it ships: papers.json and readers.json, read into frozen values.

Titles, arXiv ids, authors, categories and links are facts about real papers. Their summaries
were written for this project; signal_history.py invents their signals.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from subscribers.preferences import Preferences, from_json

FOLDER: Final = Path(__file__).resolve().parent
SOURCE: Final = "sample"
CURATOR: Final = "AK"
# Listed over eight days including today: the day, the week and yesterday's closed editions all
# have papers, six or seven from each day.
LISTED_DAYS: Final = 8


@dataclass(frozen=True, slots=True)
class SamplePaper:
    """One paper; `position` counts from 1 and seeds its signals."""

    position: int
    title: str
    arxiv_id: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    summary: str
    code_url: str
    project_url: str

    def listed_on(self, today: date) -> date:
        """Neighbours in the catalogue are about similar topics, so they get different days."""
        return today - timedelta(days=(self.position - 1) % LISTED_DAYS)


@dataclass(frozen=True, slots=True)
class SampleReader:
    """One reader and their preferences; `note` says what this reader demonstrates."""

    email: str
    note: str
    preferences: Preferences


@cache
def papers() -> tuple[SamplePaper, ...]:
    """The fifty papers in the catalogue's order."""
    rows = _read("papers.json")
    return tuple(_paper(position, row) for position, row in enumerate(rows, start=1))


@cache
def readers() -> tuple[SampleReader, ...]:
    return tuple(_reader(row) for row in _read("readers.json"))


def _paper(position: int, row: dict[str, Any]) -> SamplePaper:
    return SamplePaper(
        position=position,
        title=row["title"],
        arxiv_id=row["arxiv_id"],
        authors=tuple(row["authors"]),
        categories=tuple(row["categories"]),
        summary=row["summary"],
        code_url=row.get("code_url", ""),
        project_url=row.get("project_url", ""),
    )


def _reader(row: dict[str, Any]) -> SampleReader:
    return SampleReader(email=row["email"], note=row["note"], preferences=from_json(row))


def _read(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return rows
