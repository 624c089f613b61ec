"""What an evaluation is made of: papers, and what readers did with them; read from files.

An evaluation file is one JSON object, gzipped or not: {"interactions": [{"user", "paper", "kind",
"value", "date"}, …], "papers": {id: {"title", "abstract", "authors"?, "year"?, …}}}. A single row
that is odd is left out and counted. A folder stands for recorded daily lists (`recorded_data`).
"""

from __future__ import annotations

import gzip
import json
import math
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

RATING, OWN = "rating", "own_paper"
KINDS: Final = frozenset({RATING, OWN, "save", "submission"})
CURATOR: Final = 700  # a user with more rows than this reads for others
_RATINGS: Final = (1.0, 5.0)
_YEAR: Final = re.compile(r"\d{4}")


class UnusableFileError(Exception):
    """The file cannot be evaluated; the message names the place and the reason."""


class _OddRowError(ValueError):
    """A row is not of the form; the message says why."""


@dataclass(frozen=True, slots=True)
class EvaluatedPaper:
    title: str
    abstract: str
    authors: frozenset[str] = frozenset()
    year: str = ""
    categories: tuple[str, ...] = ()
    listed_on: date | None = None  # the day whose list shows it, of recorded lists
    popularity: float = 0.0  # how popular on that day: z-score of the logarithm of its upvotes


@dataclass(frozen=True, slots=True)
class Interaction:
    user: str
    paper: str
    kind: str
    value: float = 0.0  # of a rating
    day: date | None = None


@dataclass(frozen=True, slots=True)
class EvaluationData:
    """`interactions` in the order of the file, `left_out` the number of rows that were odd."""

    name: str
    papers: Mapping[str, EvaluatedPaper]
    interactions: Sequence[Interaction]
    left_out: int = 0
    notes: Sequence[str] = field(default=())  # of the first rows that were odd


def read_evaluation(path: Path) -> EvaluationData:
    """The papers and interactions of an evaluation file.

    Raises:
        UnusableFileError: it cannot be read, has another form, or no row of it can be used.
    """
    content = _json(path)
    papers, odd_papers = _usable(path, content["papers"].items(), "papers", _paper)
    known = dict(papers)
    rows = enumerate(content["interactions"])
    interactions, odd = _usable(path, rows, "interactions", lambda _, row: _interaction(row, known))
    notes = [*odd_papers, *odd]
    return EvaluationData(path.name, known, [row for _, row in interactions], len(notes), notes[:3])


def read_bytes(path: Path) -> bytes:
    """The content of a file, unpacked if it is gzipped.

    Raises:
        UnusableFileError: there is no such file, or its compression is broken.
    """
    try:
        content = path.read_bytes()
        return gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise UnusableFileError(f"{path}: {reason}") from error


def day_of(value: object) -> date | None:
    """The day of a date or of a time in ISO form; None for null or an empty text.

    Raises:
        ValueError: it is neither.
    """
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise _OddRowError(f"the date is {value!r:.40}, not YYYY-MM-DD")
    return date.fromisoformat(value.strip()[:10])


def _json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(read_bytes(path).decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UnusableFileError(f"{path}: not a JSON file ({error})") from error
    if not isinstance(content, dict):
        raise UnusableFileError(f"{path}: an object with interactions and papers was expected")
    for key, kind in (("interactions", list), ("papers", dict)):
        if not isinstance(content.get(key), kind):
            form = "a list" if kind is list else "an object"
            what = f"is not {form}" if key in content else "is missing"
            raise UnusableFileError(f'{path}: "{key}" {what}')
        if not content[key]:
            raise UnusableFileError(f'{path}: "{key}" is empty')
    return content


def _usable(
    path: Path, items: Any, name: str, read: Any
) -> tuple[list[tuple[Any, Any]], list[str]]:
    """What could be read, each with its key, and a note for each item that could not."""
    found, odd = [], []
    for key, item in items:
        try:
            found.append((key, read(key, item)))
        except (ValueError, OverflowError, RecursionError) as error:  # numbers of 400 digits too
            odd.append(" ".join(f"{name}[{key}]: {error}".split()))
    if not found:
        raise UnusableFileError(f"{path}: no row can be used, the first: {odd[0]}")
    return found, odd


def _paper(_key: str, row: object) -> EvaluatedPaper:
    if not isinstance(row, dict):
        raise _OddRowError("not an object")
    title, abstract = (row.get(key) or "" for key in ("title", "abstract"))
    if not (isinstance(title, str) and isinstance(abstract, str) and (title + abstract).strip()):
        raise _OddRowError("title and abstract are no texts")
    authors, year = row.get("authors"), _YEAR.search(str(row.get("year") or ""))
    names = authors if isinstance(authors, list) else []
    return EvaluatedPaper(
        title.strip(),
        abstract.strip(),
        frozenset(name.strip().lower() for name in names if isinstance(name, str)),
        year.group() if year else "",
    )


def _interaction(row: object, papers: Mapping[str, EvaluatedPaper]) -> Interaction:
    if not isinstance(row, dict):
        raise _OddRowError("not an object")
    user, paper, kind = (_text(row, key) for key in ("user", "paper", "kind"))
    if kind not in KINDS:
        raise _OddRowError(f"unknown kind {kind!r:.40}")
    if paper not in papers:
        raise _OddRowError(f"unknown paper {paper!r:.60}")
    value = _rating(row.get("value")) if kind == RATING else 0.0
    return Interaction(user, paper, kind, value, day_of(row.get("date")))


def _text(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value:
        raise _OddRowError(f'"{key}" is missing' if value is None else f'"{key}" is no text')
    return value


def _rating(value: object) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    least, most = _RATINGS
    if not is_number or math.isnan(number := float(value)) or not least <= number <= most:  # type: ignore[arg-type]
        raise _OddRowError(f"the rating is {value!r:.40}, not a number from 1 to 5")
    return number
