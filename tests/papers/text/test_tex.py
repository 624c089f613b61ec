r"""TeX in titles and abstracts becomes Unicode, and text that only looks like TeX stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.text.tex import parts, unicode_math


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (r"$\alpha$-divergence", "α-divergence"),
        (r"in $O(n \log n)$ time", "in O(n log n) time"),
        (r"$n\log n$", "n log n"),
        (r"an $\ell_2$ norm over $\mathbb{R}^d$", "an ℓ₂ norm over ℝᵈ"),
        (r"$10^{-3}$ and $x_i^2$", "10⁻³ and xᵢ²"),
        (r"$e^{i\pi}$", "e^(iπ)"),
        (r"$f_{\theta}(x)$", "f_θ(x)"),
        (r"$\theta_{t+1} = \theta_t$", "θₜ₊₁ = θₜ"),
        (r"$\mathcal{O}(T^{-1/2})$", "𝒪(T^(-1/2))"),
        (r"$\|x\|_1$", "‖x‖₁"),
        (r"$\frac{1}{2}$", "1/2"),
        (r"$k$-NN with $k=5$", "k-NN with k=5"),
        (r"100$\times$ faster", "100× faster"),
        (r"$\sim$5\% better", "∼5% better"),
        (r"\(x\) and \[y\]", "x and y"),
        ("$$E=mc^2$$", "E=mc²"),
        (r"$50%$ of it", "50% of it"),
    ],
)
def test_mathematics_becomes_unicode(tex: str, expected: str) -> None:
    assert unicode_math(tex) == expected


@pytest.mark.parametrize(
    "prose",
    [
        "50% of the budget and 20% more",
        "costs $5 and $6",
        "from $3 million to $5 million",
        "costs $20/month, not $200/month",
        "a file at C:\\path with snake_case",
        "the regular expression \\d+",
        "{braces} & ampersands ~ tildes # hashes ^ carets",
        "$",
        "$$",
        "\\",
    ],
)
def test_prose_that_looks_like_tex_is_unchanged(prose: str) -> None:
    assert unicode_math(prose) == prose


def test_prices_beside_mathematics_stay_prices() -> None:
    assert unicode_math("costs $5 or $6 for $x^2$") == "costs $5 or $6 for x²"


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (r"Poincar\'e, Erd\H{o}s and Schr\"odinger", "Poincaré, Erdős and Schrödinger"),
        (r"\emph{very} \textbf{good}", "very good"),
        (r"50\% of 3 \& 4", "50% of 3 & 4"),
        (r"shown before~\citep{vaswani}.", "shown before."),
        ("``quoted'' text", "“quoted” text"),
        ("a `teacher' and a `student'", "a ‘teacher’ and a ‘student’"),
        ("a test --- of 3--5 encoders -- and more", "a test — of 3–5 encoders – and more"),
        ("run with --help", "run with --help"),
    ],
)
def test_tex_commands_in_prose_are_converted(tex: str, expected: str) -> None:
    assert unicode_math(tex) == expected


@pytest.mark.parametrize("broken", [r"broken $\frac{1}{ and", r"\emph{never closed", r"$x^{2$"])
def test_broken_tex_keeps_all_its_letters(broken: str) -> None:
    letters = [char for char in broken if char.isalnum()]
    assert [char for char in unicode_math(broken) if char.isalnum()] == letters


@given(st.text(alphabet="ab1 $\\{}%^_&#~'\"`-()[]|αfracsqrt", max_size=60))
def test_no_text_raises_an_error(text: str) -> None:
    assert isinstance(unicode_math(text), str)


@given(st.text(alphabet="abc 123.,%&#_^()'", max_size=60))
def test_text_without_dollars_or_commands_is_unchanged(text: str) -> None:
    assert unicode_math(text) == text


@pytest.mark.parametrize("text", ["\\\\", "$\\phantom{x}$", "\\emph{}", "\\textbf{ }", "$\\,$"])
def test_a_text_of_which_nothing_would_be_left_is_unchanged(text: str) -> None:
    assert unicode_math(text) == text
    assert list(parts(text)) == [(text, "")]
