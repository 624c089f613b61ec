"""Brackets keep the value of a formula on one line."""

from __future__ import annotations

import pytest

from papers.text.latex.layout import Piece, decorated, fraction, join, rooted, scripted


@pytest.mark.parametrize(
    ("above", "below", "expected"),
    [
        ("1", "2", "1/2"),
        ("a", "b", "a/b"),
        ("k+1", "k+2", "(k+1)/(k+2)"),
        ("1", "2n", "1/(2n)"),
        ("2n", "3", "2n/3"),
        ("n", "log n", "n/(log n)"),
        ("f(x)", "g(y)", "f(x)/g(y)"),
        ("f(x)g(y)", "2", "(f(x)g(y))/2"),
        ("|A|", "|B|", "|A|/|B|"),
        ("1", "√n", "1/√n"),
        ("1", "x²", "1/x²"),
        ("-1", "x₀", "(-1)/x₀"),
    ],
)
def test_a_fraction_has_the_brackets_that_it_needs(above: str, below: str, expected: str) -> None:
    assert fraction(above, below).text == expected


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([fraction("a", "b"), Piece("x")], "(a/b)x"),
        ([Piece("2"), fraction("1", "2")], "2 1/2"),
        ([Piece("2"), fraction("a", "b")], "2(a/b)"),
        ([fraction("1", "n"), Piece("∑ x")], "(1/n)∑ x"),
        ([fraction("a", "b"), Piece("²")], "(a/b)²"),
        ([Piece("1 - "), fraction("1", "e")], "1 - 1/e"),
        ([fraction("1", "e"), Piece(" ≤ x")], "1/e ≤ x"),
        ([Piece("n"), Piece("log", is_word=True), Piece("n")], "n log n"),
        ([Piece("log", is_word=True), Piece("₂"), Piece(" n")], "log₂ n"),
        ([Piece("⌊ n/2 ⌋")], "⌊n/2⌋"),
        ([Piece("(a"), Piece("; "), Piece(")")], "(a)"),
        ([Piece("0,"), Piece("; "), Piece("1")], "0, 1"),
    ],
)
def test_pieces_are_joined_without_changing_their_value(pieces: list[Piece], expected: str) -> None:
    assert join(pieces, "", "") == expected


def test_a_fraction_beside_a_digit_of_the_text_stays_apart() -> None:
    assert join([fraction("a", "b")], "3", " ") == "(a/b)"
    assert join([fraction("1", "2")], "3", " ") == " 1/2"
    assert join([fraction("1", "2")], " ", " ") == "1/2"


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("^", "2", "²"),
        ("^", "′′", "′′"),
        ("^", "iπ", "^(iπ)"),
        ("^", "-1/2", "^(-1/2)"),
        ("^", "new", "^(new)"),
        ("^", "(1/2)", "^(1/2)"),
        ("_", "θ", "_θ"),
        ("_", "model", "_model"),
        ("_", "0.5", "_0.5"),
        ("_", "i,j", "_(i,j)"),
        ("_", "L²", "_(L²)"),
        ("_", "", ""),
    ],
)
def test_a_script_is_small_or_has_brackets(kind: str, body: str, expected: str) -> None:
    assert scripted(kind, body) == expected


def test_a_script_before_a_letter_has_brackets() -> None:
    assert scripted("_", "θ", is_followed=True) == "_(θ)"


def test_a_script_without_a_base_stands_alone() -> None:
    assert scripted("^", "*", is_first=True) == "*"


@pytest.mark.parametrize(
    ("index", "body", "is_followed", "expected"),
    [
        ("", "x", False, "√x"),
        ("", "dₖ", False, "√dₖ"),
        ("", "a+b", False, "√(a+b)"),
        ("", "x²", False, "√(x²)"),
        ("", "x", True, "√(x)"),
        ("3", "x", False, "∛x"),
        ("n", "2", False, "ⁿ√2"),
    ],
)
def test_a_root_ends_where_it_ends_in_tex(
    index: str, body: str, is_followed: bool, expected: str
) -> None:
    assert rooted(index, body, is_followed) == expected


@pytest.mark.parametrize(
    ("name", "body", "expected"),
    [
        ("hat", "x", "x̂"),
        ("bar", "x₁", "x̄₁"),
        ("tilde", "O", "Õ"),
        ("overline", "AB", "A̅B̅"),
        ("widehat", "AB", "hat(AB)"),
        ("hat", "", ""),
    ],
)
def test_a_letter_gets_its_mark(name: str, body: str, expected: str) -> None:
    assert decorated(name, body) == expected
