"""What a paper's fragment says: its facts in words, with bounds."""

from __future__ import annotations

from typing import Any

import pytest

from newsletter.editions.rendering.paper_context import (
    cut_note,
    indented,
    note_context,
    paper_context,
    without_placeholders,
    wrap_after_indent,
)
from tests.newsletter.editions.digests import FACTS


def context(**facts: Any) -> dict[str, Any]:
    return paper_context({**FACTS, **facts})


@pytest.mark.parametrize(
    ("facts", "byline"),
    [
        ({"authors": ["Ada Lovelace"]}, "A. Lovelace"),
        ({"authors": ["Ada Lovelace"], "organization": "Acme"}, "A. Lovelace · Acme"),
        ({"authors": ["Ada Lovelace"], "organization": ""}, "A. Lovelace"),
        ({"authors": [], "organization": "Acme"}, "Acme"),
        ({"authors": [], "organization": "x" * 90}, "x" * 59 + "…"),
    ],
)
def test_the_organisation_stands_behind_the_authors(facts: dict[str, Any], byline: str) -> None:
    assert context(**facts)["byline"] == byline


def test_a_sentence_is_the_summary_and_the_abstract_is_kept_beside_it() -> None:
    found = context(summary="One. Two.", lead={"text": "One.", "source": "abstract"})
    assert (found["summary"], found["abstract"]) == ("One.", "One. Two.")


def test_a_note_on_a_paper_is_cut_at_600_letters() -> None:
    found = note_context("x" * 601)
    assert found["note_html"] == f"<p>{'x' * 600}…</p>"
    assert found["note_lines"].startswith("    xxx")
    assert note_context("") == {"note_html": "", "note_lines": ""}


def test_a_note_keeps_its_lines_when_it_is_cut() -> None:
    assert cut_note(" a\n\nb ", 10) == "a\n\nb"
    assert cut_note("a\n\nbcd", 4) == "a\n\nb…"


def test_no_value_brings_a_character_of_private_use() -> None:
    assert note_context("a\ue003b")["note_html"] == "<p>ab</p>"
    assert without_placeholders({"a\ue001": ["b\ue002", 3]}) == {"a": ["b", 3]}


def test_lines_hang_below_the_first_one() -> None:
    text = "word " * 20
    assert indented(text).startswith("    word")
    assert wrap_after_indent(text).split("\n")[0].startswith("word")
    assert all(line.startswith("    ") for line in wrap_after_indent(text).split("\n")[1:])
