"""A small history for tests: weeks of daily lists whose settled counts grow from the early ones."""

from __future__ import annotations

import gzip
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

MONDAY = date(2025, 3, 10)


def row(number: int, day: date = MONDAY, **values: Any) -> dict[str, Any]:
    defaults = {
        "arxiv_id": f"2503.{number:05}",
        "featured_on": day.isoformat(),
        "read_at": f"{day}T17:00:00+00:00",
        "upvotes": number % 37,
        "num_comments": number % 3,
        "github_stars": None,
        "upvotes_settled": 2 * (number % 37) + number % 5,
    }
    return {**defaults, **values}


def two_weeks() -> list[dict[str, Any]]:
    """Two weeks of Monday to Friday, six papers a day, with a week between."""
    days = [MONDAY + timedelta(days=14 * week + day) for week in range(2) for day in range(5)]
    return [row(6 * n + place, day) for n, day in enumerate(days) for place in range(6)]


def written(folder: Path, rows: list[dict[str, Any]]) -> Path:
    path = folder / "lists.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))
    return path
