"""The entries of a JSON file: CSL JSON, Zotero's own JSON, and lists of other programs."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

from subscribers.seeds.bibtex import Entry

_LISTS: Final = ("items", "references", "papers", "results", "data", "library", "documents")
_INNER: Final = ("data", "externalIds", "externalids", "paper", "entry", "csl")
_NESTED: Final = 6  # lists within lists that are looked into


def rows_of(text: str) -> list[dict[str, Any]] | None:
    """The objects of a JSON document, or of one a line; None when it is no JSON."""
    stripped = text.strip()
    if not stripped.startswith(("[", "{")):
        return None
    try:
        found = json.loads(stripped)
    except (ValueError, RecursionError):
        found = _by_line(stripped)
    rows = list(_objects(found, _NESTED))
    return rows or None


def entries(rows: list[dict[str, Any]]) -> Iterator[Entry]:
    """The entries by lower-case key. Their line is their place in the list."""
    for number, row in enumerate(rows, 1):
        fields = defaultdict[str, list[str]](list)
        for name, value in _pairs(row):
            fields[name.lower()] += _texts(value)
        yield Entry(number, fields)


def _by_line(text: str) -> list[Any]:
    found = []
    for line in text.splitlines():
        try:
            found.append(json.loads(line))
        except (ValueError, RecursionError):
            if line.strip():
                return []
    return found


def _objects(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    if isinstance(value, list) and depth > 0:
        for one in value:
            yield from _objects(one, depth - 1)
    elif isinstance(value, dict):
        inner = next((value[name] for name in _LISTS if isinstance(value.get(name), list)), None)
        if inner is not None and depth > 0 and "title" not in value:
            yield from _objects(inner, depth - 1)
        else:
            yield value


def _pairs(row: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in row.items():
        if name in _INNER and isinstance(value, dict):
            yield from value.items()
        else:
            yield name, value


def _texts(value: Any) -> list[str]:
    """The texts of a value: of a list all of them, of a date its year."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, bool) or value is None:
        return []
    if isinstance(value, int | float):
        return [str(value)]
    if isinstance(value, list):
        return [str(one) for one in value if isinstance(one, str | int)]
    if isinstance(value, dict):
        return [json.dumps(value, ensure_ascii=False)[:200]]
    return []
