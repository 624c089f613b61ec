"""The topics that a new installation starts with, out of topic_seeds.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final


@dataclass(frozen=True, slots=True)
class Seed:
    """One topic as it is first stored. Both queries are in web-search syntax."""

    slug: str
    name: str
    family: str
    description: str
    categories: tuple[str, ...]
    query: str
    title_query: str = ""


def _load(file: Path) -> tuple[Seed, ...]:
    topics = tomllib.loads(file.read_text(encoding="utf-8"))["topic"]
    return tuple(
        Seed(
            topic["slug"],
            topic["name"],
            topic["family"],
            topic["description"],
            tuple(topic["categories"]),
            any_of(topic["anywhere"]),
            any_of(topic.get("title", "")),
        )
        for topic in topics
    )


def any_of(words: str) -> str:
    """The query that matches any of the words and phrases, which commas separate.

    A phrase is quoted, unless it excludes words with a minus.
    """
    terms = filter(None, (" ".join(term.split()) for term in words.split(",")))
    return " or ".join(f'"{term}"' if " " in term and " -" not in term else term for term in terms)


SEEDS: Final = _load(Path(__file__).with_suffix(".toml"))
