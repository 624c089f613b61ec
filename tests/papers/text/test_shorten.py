"""Shortened texts: cut at a blank or within a long word, and never within a character."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.text.shorten import columns, fitting, place_to_cut, shortened

FAMILY = "👩\u200d👩\u200d👧"


@pytest.mark.parametrize(
    ("text", "longest", "expected"),
    [
        ("short enough", 20, "short enough"),
        ("some words that are too long", 16, "some words …"),
        ("a word-without-any-blank-in-it", 12, "a word-with…"),
        ("研究" * 30, 10, "研究研究研究研究研…"),
        ("two\n lines", 20, "two lines"),
        ("", 5, ""),
    ],
)
def test_a_text_is_cut_at_a_blank_or_within_a_long_word(
    text: str, longest: int, expected: str
) -> None:
    assert shortened(text, longest) == expected


@pytest.mark.parametrize(
    ("character", "count"),
    [
        ("e\u0301", 2),
        (FAMILY, 5),
        ("🇩🇪", 2),
        ("👍🏽", 2),
        ("क्ष", 3),
        ("\u1100\u1161\u11a8", 3),
        ("❤\ufe0f", 2),
    ],
)
def test_no_character_is_parted(character: str, count: int) -> None:
    assert len(character) == count
    text = character * 9
    assert {place_to_cut(text, n) % count for n in range(count, len(text))} == {0}


def test_a_character_without_an_end_is_cut_all_the_same() -> None:
    assert place_to_cut("a" + "\u0301" * 500, 300) == 300


@given(st.text(), st.integers(5, 80))
def test_the_length_is_kept_and_the_head_is_never_empty(text: str, longest: int) -> None:
    found = shortened(text, longest)
    assert len(found) <= longest
    assert bool(found) == bool(text.split())
    assert found.strip("…") or not "".join(text.split()).strip("…")


def test_a_chinese_sign_takes_two_columns_and_a_mark_none() -> None:
    assert [columns(text) for text in ("ab", "研究", "e\u0301", FAMILY)] == [2, 4, 1, 6]
    assert (fitting("研究论文", 5), fitting("研究", 1), fitting("abc", 9)) == (2, 1, 3)
