"""Two spellings of a title have one key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.text.titles import title_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zero-Shot: A Survey", "zero shot -- a   survey."),
        ("E\ufb03cient Nets", "Efficient nets"),
        ("STRASSE", "Straße"),
        ("Schro\u0308dinger", "Schrödinger"),
        ("Two\n  Lines", "Two Lines"),
        ("Non\u00a0breaking", "non breaking"),
    ],
)
def test_two_spellings_of_a_title_have_the_same_key(one: str, other: str) -> None:
    assert title_key(one) == title_key(other)


def test_titles_with_another_word_digit_or_mark_differ() -> None:
    titles = ["GPT-3", "GPT-4", "GPT", "हिंदी", "हदी"]
    assert len({title_key(title) for title in titles}) == len(titles)


@given(st.text() | st.text(st.characters(max_codepoint=127)))
def test_a_key_stays_the_same_when_it_is_normalised_again(title: str) -> None:
    assert title_key(title_key(title)) == title_key(title)
    assert title_key(f"{title} é") == f"{title_key(title)} é".strip()


def test_a_title_of_symbols_has_an_empty_key() -> None:
    assert title_key("∞ — ???") == ""
