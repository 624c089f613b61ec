"""Titles and names that have broken reference managers, for several tests."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any, Final

from papers.models import Paper
from tests.factories import DAY

TITLES: Final = [
    "Visual Dialog",
    "100% of R&D costs $5 and $6 in #1 snake_case",
    r"Where the $\alpha_{i}$ goes: $\{x \in X\}$ and $50\%$",
    "A } brace, a { brace, and a }{ pair",
    r"Ends in a backslash \\",
    r"Unbalanced $\frac{a}{b and more",
    'Quotes "inside", a comma, and @article{fake, title={x}}',
    "A title\nTY  - JOUR\r\nER  - \r\nTY  - BOOK",
    "Line separators\u2028AU  - Evil, Eve\u2029and\x85more\x0bof\x0cthem",
    "Ünïcödé, ÆØÅ, 深度学习, Русский, العربية and 😀",
    r"\"Uber and Erd\H{o}s: \emph{the} $\mathcal{O}(n^2)$ case",
    "~tildes~ ^carets^ <tags> </script><script>alert(1)</script>",
    "and and and",
    "%",
    "$$",
    "{{{{",
    "The ATLAS Collaboration's 3D LLaMA-2 vs. GPT-4: a study of iPhones",
    "x" * 3000,
]

NAMES: Final = [
    "Abhishek Das",
    "Laurens van der Maaten",
    "Luc Van Gool",
    "Martin Luther King Jr.",
    "Robert Downey, Jr.",
    "Roe, Jane",
    "Qwen Team",
    "Google, Inc.",
    "王伟",
    "Madonna",
    "Nguyen Van Anh",
    "Tom and Jerry Smith",
    "Miles \\ & Co_workers {evil}",
    "O'Neil Ørsted-Łukasz",
    "Jean-Baptiste Alayrac",
    "Yi R.",
    "Eve\nER  - \nTY  - BOOK",
]


def paper(title: str = "Visual Dialog", **values: object) -> Paper:
    """A paper that is not stored."""
    defaults = {
        "pk": 7, "arxiv_id": "1611.08669", "authors": NAMES, "listed_on": DAY,
        "categories": ["cs.CV", "cs.AI"],
    }  # fmt: skip
    return Paper(title=title, **{**defaults, **values})


def sample_papers(shared: Path) -> list[Paper]:
    """The papers of the recorded lists, which are not stored; each once."""
    rows: dict[str, dict[str, Any]] = {}
    for name in ("daily_papers", "arxiv_sample"):
        with gzip.open(shared / "data" / f"{name}.jsonl.gz", "rt") as lines:
            rows |= {row["arxiv_id"]: row for row in map(json.loads, lines)}
    return [
        paper(
            row["title"],
            arxiv_id=identity,
            authors=row["authors"],
            categories=row["categories"] or [],
            summary=row["abstract"],
        )
        for identity, row in rows.items()
    ]
