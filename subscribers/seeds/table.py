"""The rows of a table with a line of headings: CSV with commas or semicolons, or with tabs."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Final

from subscribers.seeds.bibtex import Entry

_SEPARATORS: Final = (",", ";", "\t")
_HEADINGS: Final = re.compile(
    r"(?:doi|url|title|link|arxiv[ _-]?id|arxiv|eprint|article title|document title)", re.IGNORECASE
)
_LONGEST: Final = 200_000  # characters of a cell; Python's own limit is smaller


def separator_of(text: str) -> str | None:
    """What separates the columns of a table that says which ones name papers; None: no table."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    for separator in _SEPARATORS:
        cells = [cell.strip().strip('"').strip() for cell in first.split(separator)]
        if len(cells) > 1 and any(map(_HEADINGS.fullmatch, cells)) and max(map(len, cells)) < 60:
            return separator
    return None


def entries(text: str, separator: str) -> Iterator[Entry]:
    """The rows by lower-case heading, with the line on which each begins."""
    previous = csv.field_size_limit(_LONGEST)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        headings: list[str] = []
        line = 1
        for cells in _rows(reader):
            if not headings:
                headings = [heading.strip().lower() for heading in cells]
            elif any(cell.strip() for cell in cells):
                yield Entry(line, _fields(headings, cells))
            line = reader.line_num + 1
    finally:
        csv.field_size_limit(previous)


def _rows(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    """The rows, without those that the reader cannot read."""
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            continue


def _fields(headings: list[str], cells: list[str]) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for heading, cell in zip(headings, cells, strict=False):
        fields.setdefault(heading, []).append(cell)
    return fields
