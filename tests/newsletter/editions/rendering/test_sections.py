"""The sections of a digest: their order, their letters and their headings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.editions.rendering.sections import (
    NO_HEADING,
    arranged,
    headings,
    size_of_headings,
)


@pytest.mark.parametrize(
    ("named", "explored", "order", "letters"),
    [
        ("....", None, [0, 1, 2, 3], ""),
        (".n.n.", None, [0, 1, 3, 2, 4], "fnnoo"),
        ("n.nn", None, [0, 2, 3, 1], "fnno"),
        ("..n.", None, [0, 1, 2, 3], ""),  # one named paper alone needs no section
        ("n.n", None, [0, 1, 2], ""),  # the first stands alone anyway
        ("nnnn", None, [0, 1, 2, 3], ""),  # all would stand in it
        (".nnn", None, [0, 1, 2, 3], ""),
        ("....", 2, [0, 1, 3, 2], "foox"),
        (".n.n.", 2, [0, 1, 3, 4, 2], "fnnox"),
        ("..", 0, [1, 0], "fx"),  # it is never the first
        (".", 0, [0], ""),
        (".", None, [0], ""),
        ("nn", 1, [0, 1], "fx"),  # what was explored with is no named paper
    ],
)
def test_papers_stand_in_sections_where_these_help(
    named: str, explored: int | None, order: list[int], letters: str
) -> None:
    assert arranged([sign == "n" for sign in named], explored) == (order, letters)


@given(st.lists(st.booleans(), min_size=1, max_size=50), st.integers(0, 60))
def test_each_paper_stays_and_the_order_within_a_section_is_the_ranking_s(
    named: list[bool], place: int
) -> None:
    explored = place if place < len(named) else None
    order, letters = arranged(named, explored)
    assert sorted(order) == list(range(len(named)))
    assert len(letters) in (0, len(named))
    for letter in "no":
        section = [one for one, its in zip(order, letters, strict=False) if its == letter]
        assert section == sorted(section)


def titles(letters: str, language: str = "en") -> list[str]:
    return [heading.text.split("\n")[0] for heading in headings(letters, language)]


def test_a_heading_stands_where_a_section_begins() -> None:
    named, others, outside = (
        "BY THE AUTHORS AND WORDS YOU FOLLOW", "ALSO TRENDING", "OUTSIDE YOUR TOPICS",
    )  # fmt: skip
    assert titles("fnnoox") == ["", named, "", others, "", outside]
    assert titles("foox") == ["", "", "", outside]
    assert titles("nno") == [named, "", others]  # the first one could not be shown
    assert titles("foo") == ["", "", ""]
    assert titles("") == []


def test_an_unknown_letter_has_no_heading() -> None:
    assert headings("f?", "en") == (NO_HEADING, NO_HEADING)


def test_a_heading_is_encoded_for_transport() -> None:
    heading = headings("fx", "en")[1]
    assert heading.html.startswith('<h2 class="section" style="margin: 32px 0 12px;')
    assert heading.html.endswith(">Outside your topics</h2>\n")
    assert b'class=3D"section"' in heading.html_bytes
    assert heading.text_bytes == b"OUTSIDE YOUR TOPICS\r\n" + b"-" * 72 + b"\r\n\r\n"
    assert size_of_headings("fx", "en") == len(heading.html_bytes)
    assert size_of_headings("", "en") == 0
