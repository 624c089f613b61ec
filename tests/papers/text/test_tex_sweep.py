"""TeX of 13,051 real papers: what stays a command, and that no letters and brackets are lost."""

from __future__ import annotations

import gzip
import json
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from papers.text.tex import unicode_math

pytestmark = pytest.mark.shared

_HAS_TEX: Final = re.compile(r"[\\$]")
_RAW_COMMAND: Final = re.compile(r"\\[a-zA-Z]")
# An argument that is a text, and not again TeX.
_TEXT: Final = re.compile(
    r"\\(?:text(?:bf|it|tt|sc|sf|rm|superscript)?|emph|mathrm|mbox|texttt)\{((?:[^{}\\$]|\\[_%&#$])+)\}"
)
_FRACTION: Final = re.compile(r"\\frac\{([^{}\\]*[+-][^{}\\]*)\}\{([^{}\\]*[+-][^{}\\]*)\}")
_PAIRED: Final = re.compile(r"(?<!\\)\$[^$]*\\[a-zA-Z]+[^$]*\$")


@cache
def texts(file: Path, field: str) -> list[str]:
    """The titles or abstracts of a data set that have a backslash or a dollar."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line).get(field) or "" for line in lines]
    return [text for text in rows if _HAS_TEX.search(text)]


@pytest.mark.parametrize(
    ("name", "field", "count", "raw"),
    [
        ("arxiv_sample", "title", 46, 0),
        ("arxiv_sample", "abstract", 1289, 3),  # two footnotes that never close, one "a\word"
        ("daily_papers", "title", 16, 0),
        ("daily_papers", "abstract", 312, 1),  # a \textbf that never closes
    ],
)
def test_raw_commands_are_left_in_under_one_text_of_a_hundred(
    shared: Path, name: str, field: str, count: int, raw: int
) -> None:
    found = texts(shared / "data" / f"{name}.jsonl.gz", field)
    left = [text for text in found if _RAW_COMMAND.search(unicode_math(text))]
    assert (len(found), len(left)) == (count, raw)


def test_no_formula_with_a_command_keeps_its_dollars(shared: Path) -> None:
    for text in _all(shared):
        assert not _PAIRED.search(unicode_math(text)), text


def test_the_letters_of_every_text_argument_survive(shared: Path) -> None:
    arguments = 0
    for text in _all(shared):
        shown = _letters(unicode_math(text))
        for argument in _TEXT.findall(text):
            arguments += 1
            assert _letters(argument) in shown, text
    assert arguments > 800


def test_fractions_of_sums_keep_their_brackets(shared: Path) -> None:
    fractions = 0
    for text in _all(shared):
        shown = _letters(unicode_math(text), kept="()/+-")
        for above, below in _FRACTION.findall(text):
            fractions += 1
            above, below = (_letters(part, kept="()+-") for part in (above, below))  # noqa: PLW2901
            assert f"({above})/({below})" in shown, text
    assert fractions == 1


def _all(shared: Path) -> Iterator[str]:
    for name in ("arxiv_sample", "daily_papers"):
        for field in ("title", "abstract"):
            yield from texts(shared / "data" / f"{name}.jsonl.gz", field)


def _letters(text: str, kept: str = "") -> str:
    plain = unicodedata.normalize("NFKC", text)
    return "".join(sign for sign in plain if sign.isalnum() or sign in kept)
