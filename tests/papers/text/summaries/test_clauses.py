"""Where a long sentence is cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.text.summaries.clauses import clause_end
from papers.text.summaries.sentences import HIDDEN


def cut(text: str, longest: int = 40) -> str:
    return text[: clause_end(text, longest)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We show that cats sleep, which is known to all.", "We show that cats sleep"),
        ("We show that most cats sleep; dogs are not seen.", "We show that most cats sleep"),
        ("We show that most cats sleep -- dogs are not.", "We show that most cats sleep"),
        ("We show how most of our cats sleep by them.", "We show how most of our cats sleep"),
        ("We show many words of a clause without any other.", "We show many words of a clause"),
        ("Cats (big, fat, old, or lazy ones), and dogs.", "Cats (big, fat, old, or lazy ones)"),
        ("We show that rather old cats and the dogs sleep.", "We show that rather old cats"),
    ],
)  # fmt: skip
def test_a_sentence_is_cut_at_a_clause(text: str, expected: str) -> None:
    assert cut(text) == expected


def test_an_open_parenthesis_is_left_out() -> None:
    text = "We train cats (old ones, which never move at all) to sleep."
    assert cut(text) == "We train cats"


def test_a_parenthesis_that_is_never_closed_does_not_matter() -> None:
    assert (
        cut("We train (cats that are old, which never move at all.")
        == "We train (cats that are old"
    )


def test_a_formula_is_not_cut() -> None:
    assert cut(f"We show that the bound is {HIDDEN * 60} here.") == "We show that the bound"


def test_a_sentence_that_begins_with_a_long_formula_gives_nothing() -> None:
    assert cut(f"{HIDDEN * 60} is a bound.") == ""


def test_chinese_is_cut_at_its_comma_or_within() -> None:
    assert cut(
        "我们提出了一种新的方法用于图像的快速生成和编辑，并且在多个数据集上进行了评估和比较。"
    ) == ("我们提出了一种新的方法用于图像的快速生成和编辑，")
    assert cut("研究" * 40) == "研究" * 20


@given(st.text(max_size=200), st.integers(4, 60))
def test_a_cut_is_never_longer_than_it_may_be(text: str, longest: int) -> None:
    assert 0 <= clause_end(text, longest) <= longest
