"""A price is no formula, and a formula is no price."""

from __future__ import annotations

import pytest

from papers.text.latex.dollars import is_mathematics


@pytest.mark.parametrize(
    ("tex", "before", "after"),
    [
        ("x", " ", " "),
        ("k", " ", "-"),
        ("K", " ", "m"),
        ("5", " ", " "),
        ("7+", "(", " "),
        ("100K", " ", " "),
        ("16 kHz", " ", " "),
        ("4-16", " ", ","),
        (">", " ", "2"),
        (r"\sim", "(", "8"),
        (r"10^{-3}", " ", " "),
        (r" \alpha ", " ", " "),
        (r"2 - \varepsilon", " ", " "),
        ("evaluation-only", " ", " "),
        (r"P(\text{the final answer is wrong}) \le 1", " ", " "),
        (r"x_{if and only if}", " ", " "),
        (r"O(mn\log n) ", " ", " "),
    ],
)
def test_a_formula_is_recognised(tex: str, before: str, after: str) -> None:
    assert is_mathematics(tex, before, after)


@pytest.mark.parametrize(
    ("tex", "before", "after"),
    [
        ("5 and ", " ", "6"),
        ("7,000. For n=", " ", "x"),
        ("7,000 (n=", " ", "x"),
        ("3 million to ", " ", "5"),
        ("1k to ", " ", "5"),
        ("5-", " ", "1"),
        ("5/", " ", "1"),
        ("20, a model with ", " ", "\\"),
        (r"5 for \textbf{it} or ", " ", "6"),
        ("3", " US", " "),
        ("HOME and ", " ", "P"),
        (r"HOME and \emph{x} ", " ", "P"),
        ("HOME_DIR and ", " ", "P"),
        ("PATH:", " ", "H"),
        (" for each token and ", " ", "x"),
    ],
)
def test_a_price_or_a_variable_of_a_shell_is_no_formula(tex: str, before: str, after: str) -> None:
    assert not is_mathematics(tex, before, after)
