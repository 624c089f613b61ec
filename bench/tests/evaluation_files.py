"""A small evaluation file for tests: robot people and music people, each with papers of theirs."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

ROBOTS = ("robot arm grasping", "legged robot walking", "robot hand control", "drone navigation")
MUSIC = ("music generation", "singing voice synthesis", "piano transcription", "audio separation")


def paper(subject: str, number: int) -> dict[str, Any]:
    return {
        "title": f"Learning {subject} number {number}",
        "abstract": f"We study {subject} with policy {number}. {subject.capitalize()} gets better.",
        "authors": [f"Author {subject} {number}"],
        "year": str(2000 + number),
    }


def papers() -> dict[str, dict[str, Any]]:
    """32 papers: r0 to r15 about robots, m0 to m15 about music."""
    return {
        f"{letter}{number}": paper(subjects[number % 4], number)
        for letter, subjects in (("r", ROBOTS), ("m", MUSIC))
        for number in range(16)
    }


def row(user: str, paper: str, kind: str, value: Any = None, date: Any = None) -> dict[str, Any]:
    return {"user": user, "paper": paper, "kind": kind, "value": value, "date": date}


def ratings() -> list[dict[str, Any]]:
    """Three robot people and three music people, who rate their own field higher."""
    rows = []
    for number in range(6):
        own, other = ("r", "m") if number % 2 else ("m", "r")
        user = f"reader {number}"
        rows += [row(user, f"{own}{paper}", "own_paper") for paper in range(4)]
        rows += [row(user, f"{own}{paper}", "rating", 5 - paper % 2) for paper in range(8, 12)]
        rows += [row(user, f"{other}{paper}", "rating", 1 + paper % 2) for paper in range(8, 12)]
    return rows


def submissions(kind: str = "submission") -> list[dict[str, Any]]:
    """Four people who take a paper of their field each week, for eight weeks from 2025-01-06."""
    rows = []
    for week in range(4):
        for user, letter, first in (("a", "r", 0), ("b", "r", 4), ("c", "m", 0), ("d", "m", 4)):
            day = f"2025-01-{6 + 7 * week:02}"
            rows.append(row(user, f"{letter}{first + week}", kind, date=day))
    return rows


def written(folder: Path, content: Any, name: str = "file.json") -> Path:
    path = folder / name
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    return path


def evaluation(interactions: list[Any], **changes: Any) -> dict[str, Any]:
    return {"interactions": interactions, "papers": {**papers(), **changes}}
