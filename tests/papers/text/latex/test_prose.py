"""Quotes, dashes, ties, and scripts without dollars."""

from __future__ import annotations

import pytest

from papers.text.latex.prose import prose_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("``a'' and ``b\"", "“a” and “b”"),
        ("``a `b' c''", "“a ‘b’ c”"),
        ("from $5--$10", "from $5–$10"),
        ("a `b' c", "a ‘b’ c"),
        ("3--5 of them -- and more --- much", "3–5 of them – and more — much"),
        ("(a)--based at 1%--2%", "(a)–based at 1%–2%"),
        ("a -----  line and --help", "a -----  line and --help"),
        ("Lean~4, 50~ms, Fig.~3, et~al., at:~(i)", "Lean 4, 50 ms, Fig. 3, et al., at: (i)"),
        ("about ~5%, 3~5x, 1M~4M, a~b", "about ~5%, 3~5x, 1M~4M, a~b"),
        ("5~\U000f0000, A~\U000f0001, 5~\\%", "5 \U000f0000, A \U000f0001, 5 %"),
        ("at~ https", "at https"),
        ("m s^{-1}, v_{ref}, 8{,}660, 360^{circ}", "m s⁻¹, v_ref, 8,660, 360°"),
        ("{sim}19% of 4{times}", "∼19% of 4×"),
        ("{a, b} and x_{a{b}}", "{a, b} and x_{a{b}}"),
    ],
)
def test_the_punctuation_of_tex_becomes_that_of_a_text(text: str, expected: str) -> None:
    assert prose_text(text) == expected
