"""Recorded daily lists, read once a paper, and the counts that their papers settled at.

The file has one JSON object a line, gzipped or not: arxiv_id, featured_on (a date), read_at
(with its zone), upvotes, num_comments, github_stars, and upvotes_settled, the count read
months later. Rows without the last one are left out: there is no later count to compare with.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from papers.ranking.series import midnight
from papers.windows import Window, closes_at

Reads = tuple[tuple[float, float], ...]  # (seconds since 1970, level), oldest first


class NoHistoryError(Exception):
    """The file cannot be replayed; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A paper of a list: its reads, and `settled`, the upvotes it had months later."""

    paper_id: int
    listed_on: date
    reads: dict[str, Reads]  # by the kind of signal
    settled: float

    @property
    def upvotes(self) -> Reads:
        return self.reads["upvotes"]

    @property
    def listed_at(self) -> float:
        return midnight(self.listed_on)


@dataclass(frozen=True, slots=True)
class RecordedList:
    """The papers of one list, to be ranked at `until`; of their order the first `cut` are judged.

    No read is younger than `until`. Lists as short as the cut are not replayed: every order of
    them has the right papers.
    """

    window: Window
    until: datetime
    entries: Sequence[Entry]
    cut: int


def read_entries(path: Path) -> list[Entry]:
    """The papers of a file whose settled count is known, each once, on its first list.

    Their ids follow the day and the arXiv id, so that rankers order equal papers alike.

    Raises:
        NoHistoryError: there is no such file, a line is broken, or no settled count is in it.
    """
    rows = {row["arxiv_id"]: row for row in reversed(_rows(path))}
    if not rows:
        raise NoHistoryError(
            f"{path}: no line has upvotes_settled, so there is nothing to judge by."
        )
    ordered = sorted(rows.values(), key=lambda row: (row["featured_on"], row["arxiv_id"]))
    return [_entry(number, row) for number, row in enumerate(ordered, start=1)]


def _rows(path: Path) -> list[dict[str, Any]]:
    """The rows with a settled count, in the order of their days."""
    try:
        text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise NoHistoryError(
            f"{path}: {reason}. Name a file of daily lists: make backtest DATA=FILE"
        ) from error
    lines = enumerate(text.splitlines(), start=1)
    rows = [_checked(line, f"{path}, line {number}") for number, line in lines]
    return sorted(filter(None, rows), key=lambda row: str(row["featured_on"]))


def _checked(line: bytes, place: str) -> dict[str, Any]:
    """The row of a line; empty when it has no settled count."""
    try:
        row = json.loads(line)
        if row.get("upvotes_settled") is None:
            return {}
        _entry(0, {"arxiv_id": row["arxiv_id"], **row})
    except KeyError as error:
        raise NoHistoryError(f"{place}: {error} is missing.") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise NoHistoryError(f"{place}: not a row of a daily list ({error}).") from error
    return dict(row)


def _entry(number: int, row: dict[str, Any]) -> Entry:
    at = datetime.fromisoformat(row["read_at"]).timestamp()
    levels = {
        "upvotes": float(row["upvotes"]),
        "comments": row.get("num_comments"),
        "stars": row.get("github_stars"),
    }
    reads: dict[str, Reads] = {
        kind: ((at, float(level)),) for kind, level in levels.items() if level is not None
    }
    listed_on = date.fromisoformat(row["featured_on"])
    return Entry(number, listed_on, reads, float(row["upvotes_settled"]))


def weeks(entries: Iterable[Entry], days_after: int = 0) -> list[RecordedList]:
    """The weekly lists (ISO weeks), top ten, each at the close of the last day with a list.

    `days_after` moves that moment on: two days: from Friday's close to Sunday's.
    """
    lists = _grouped(entries, lambda day: day - timedelta(days=day.weekday()))
    return [_recorded_list("week", listed, 10, days_after) for listed in lists if len(listed) > 10]


def days(entries: Iterable[Entry]) -> list[RecordedList]:
    """The daily lists, top five, each at its close."""
    lists = _grouped(entries, lambda day: day)
    return [_recorded_list("day", listed, 5, 0) for listed in lists if len(listed) > 5]


def _grouped(entries: Iterable[Entry], of: Callable[[date], date]) -> list[list[Entry]]:
    lists: dict[date, list[Entry]] = defaultdict(list)
    for entry in entries:
        lists[of(entry.listed_on)].append(entry)
    return [lists[first] for first in sorted(lists)]


def _recorded_list(window: Window, listed: list[Entry], cut: int, days_after: int) -> RecordedList:
    last = max(entry.listed_on for entry in listed) + timedelta(days=days_after)
    read = datetime.fromtimestamp(max(entry.upvotes[-1][0] for entry in listed), UTC)
    return RecordedList(window, max(closes_at(last), read), listed, cut)
