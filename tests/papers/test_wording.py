"""The wording of authors, figures and the opening of an abstract."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.wording import (
    OPENING_LENGTH,
    author_line,
    opening,
    short_figure,
    signed,
    source_name,
    span,
)

SENTENCE = "A sentence of a certain length that says something about an experiment with results."


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([], ""),
        (["Abhishek Das"], "A. Das"),
        (["Abhishek Das", "Satwik Kottur"], "A. Das and S. Kottur"),
        (["Abhishek Das", "Satwik Kottur", "Ann Lee"], "A. Das, S. Kottur and A. Lee"),
        (["Abhishek Das", "Satwik Kottur", *["Ann Lee"] * 5], "A. Das, S. Kottur and 5 more"),
        (["Prathosh A. P."], "Prathosh A. P."),
        (["Prathosh AP"], "P. AP"),
        (["Anand B"], "Anand B"),
        (["OpenAI"], "OpenAI"),
        (["J. Doe"], "J. Doe"),
        (["Luca D'Amico-Wong", "  "], "L. D'Amico-Wong"),
        (["Ørjan Ås"], "Ø. Ås"),
    ],
)
def test_authors_are_named_in_one_line(names: list[str], expected: str) -> None:
    assert author_line(names) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0, "0"),
        (84, "84"),
        (999, "999"),
        (1000, "1k"),
        (1250, "1.2k"),
        (1999, "1.9k"),
        (9999, "9.9k"),
        (34_567, "34k"),
        (999_999, "999k"),
        (1_200_000, "1.2M"),
    ],
)
def test_a_figure_is_short_and_rounded_down(number: float, expected: str) -> None:
    assert short_figure(number) == expected


def test_a_short_abstract_is_its_own_opening() -> None:
    assert opening(f"{SENTENCE} {SENTENCE}") == f"{SENTENCE} {SENTENCE}"


def test_an_opening_ends_with_a_sentence() -> None:
    assert opening(" ".join([SENTENCE] * 6)) == f"{SENTENCE} {SENTENCE}"


def test_an_opening_does_not_end_with_an_abbreviation() -> None:
    text = f"{SENTENCE} Many models, e.g. " + "transformers of every kind and size " * 9
    assert opening(text).endswith(" …")


def test_etc_does_not_end_a_sentence() -> None:
    text = f"Images, videos, sounds, texts, maps, tables and graphs, {'many others, ' * 3}etc. are"
    assert opening(f"{text} all {'used in this very long sentence ' * 20}").endswith(" …")


def test_points_have_a_true_minus() -> None:
    assert signed(-0.078) == "−0.08"
    assert signed(5.4) == "5.40"


def test_a_long_sentence_is_cut_between_words() -> None:
    head = opening("supercalifragilistic " * 40)
    assert head.endswith("supercalifragilistic …")
    assert len(head) <= OPENING_LENGTH + 2


def test_an_opening_is_one_line() -> None:
    assert opening("two\n  lines") == "two lines"


@given(st.text(max_size=900))
def test_an_opening_is_never_much_longer_than_three_lines(text: str) -> None:
    assert len(opening(text)) <= OPENING_LENGTH + 60


def test_a_span_names_its_last_day() -> None:
    assert span("day", date(2025, 3, 4)) == "4 March 2025"
    assert span("week", date(2025, 3, 4)) == "the week to 4 March 2025"


def test_a_known_source_has_a_display_name() -> None:
    assert source_name("hugging_face") == "Hugging Face"


def test_an_unknown_source_is_shown_with_spaces() -> None:
    assert source_name("my_own_list") == "my own list"


def test_a_name_without_an_end_is_cut_in_a_line_of_names() -> None:
    assert author_line(["x" * 150_000, "Ada Roe"]) == f"{'x' * 79}… and A. Roe"


def test_the_opening_of_a_text_without_blanks_is_its_beginning() -> None:
    assert opening("研究" * 300) == "研究" * 105 + " …"
