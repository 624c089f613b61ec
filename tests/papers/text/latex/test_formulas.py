"""One formula of TeX as one line of Unicode."""

from __future__ import annotations

import re
import unicodedata
from math import inf, sqrt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from papers.text.tex import formula_text


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (r"\texttt{SWE\_bench}", "SWE_bench"),
        (r"\texttt{my\_tool}", "my_tool"),
        (r"\text{my\_tool}_i", "my_toolᵢ"),
        (r"\mathrm{a\_b}", "a_b"),
        (r"x \text{ if } y", "x if y"),
        (r"\text{if $y$ is odd}", "if y is odd"),
        (r"\frac{k+1}{k+2}", "(k+1)/(k+2)"),
        (r"\frac12", "1/2"),
        (r"\dfrac{a}{b}x", "(a/b)x"),
        (r"\frac{\frac{a}{b}}{c}", "(a/b)/c"),
        (r"\cfrac{1}{1+\cfrac{1}{x}}", "1/(1+1/x)"),
        (r"e^{\frac{a}{b}}", "e^(a/b)"),
        (r"\left( \frac{a}{b} \right)", "(a/b)"),
        (r"\left. x \right|", "x|"),
        (r"\binom{n}{k}", "C(n, k)"),
        (r"\sqrt{a+b}", "√(a+b)"),
        (r"\sqrt[3]{x}", "∛x"),
        (r"\sqrt{n}\log n", "√n log n"),
        (r"x_{i+1}^{2k}", "xᵢ₊₁²ᵏ"),
        (r"x_{\theta}y", "x_(θ)y"),
        (r"L_{\text{CE}}(x)", "L_CE(x)"),
        (r"\|f\|_{L^2}", "‖f‖_(L²)"),
        (r"X^\top", "Xᵀ"),
        (r"90^\circ", "90°"),
        (r"f'(x)", "f′(x)"),
        (r"\operatorname*{arg\,max}_x f", "arg maxₓ f"),
        (r"\arg\max_{x} f", "arg maxₓ f"),
        (r"\mathrm{d}x", "dx"),
        (r"\mathbf{x} \in \mathbb{R}^{d\times k}", "x ∈ ℝ^(d × k)"),
        (r"{\cal O}(n)", "𝒪(n)"),
        (r"\boldsymbol{\theta}^*", "θ^*"),
        (r"\hat{\theta}_t", "θ̂ₜ"),
        (r"\tilde{O}(n)", "Õ(n)"),
        (r"3\times 5", "3 × 5"),
        (r"3\times5", "3×5"),
        (r"x\in X", "x ∈ X"),
        (r"-\infty", "-∞"),
        (r"\nabla f", "∇f"),
        (r"A\not\equiv s", "A ≢ s"),
        (r"a \equiv b \pmod{n}", "a ≡ b (mod n)"),
        (r"a \equiv b \pmod n", "a ≡ b (mod n)"),
        (r"\lfloor n/2 \rfloor", "⌊n/2⌋"),
        (r"\{1,\ldots,n\}", "{1,…,n}"),
        (r"1{,}000 + 1\,000", "1,000 + 1 000"),
        (r"\norm{x} + \abs{y}", "‖x‖ + |y|"),
        (r"\R^n \to \E", "ℝⁿ → 𝔼"),
        (r"\begin{cases} 0, & x \\ 1 & y \end{cases}", "{0, x ; 1 y}"),
        (r"n\log^{2}n + \log_{10}x + \max_{i\in S}x_i", "n log² n + log₁₀ x + max_(i ∈ S) xᵢ"),
        (r"e^{\sin x} + x^{\log n}", "e^(sin x) + x^(log n)"),
        (r"\ding{51}", "✓"),
        (r"\begin{pmatrix}a & b\\c & d\\\end{pmatrix}", "(a b; c d)"),
        (r"\left[\begin{array}{cc}a&b\\c&d\end{array}\right]", "[a b; c d]"),
        (r"\begin{vmatrix}a\end{vmatrix}", "|a|"),
        (r"{n \choose k} + {a+b \over c_{i}}", "C(n, k) + (a+b)/cᵢ"),
        (r"\lVert x-y \rVert_\infty", "‖x-y‖_∞"),
        (r"\left| x \right|^2 + \lvert y\rvert", "|x|² + |y|"),
        (r"x^\prime_i + y^{\prime\prime}", "x′ᵢ + y′′"),
        (r"\Tilde{O}(n) + \Hat{AB}", "Õ(n) + hat(AB)"),
        (r"\mathbbm{1}_{A}", "𝟙_A"),
        (r"\underset{x}{\max}", "maxₓ"),
        (r"\xrightarrow{f}", "→ᶠ"),
        (r"\textcolor{red}{x} \color{red} y", "x y"),
        (r"\href{https://a.org/b}{code}", "code (https://a.org/b)"),
        (r"m\Ours(x) + \foo{y}", "m Ours(x) + foo(y)"),
        (r"\\omega^2", "ω²"),
        (r"0.8--0.9", "0.8–0.9"),
        (r"\rule[0.2em]{1em}{0.4pt}", "—"),
        (r"\text{never closed", r"textnever closed"),
        (r"\frac{a}", "a/()"),
        (r"\,", " "),
    ],
)
def test_a_formula_becomes_a_line(tex: str, expected: str) -> None:
    assert formula_text(tex) == expected


@pytest.mark.parametrize("unit", [r"\hat", "^", "_", r"\frac", "{", r"\text{", r"\sqrt{", r"\not"])
def test_a_formula_of_nested_commands_ends(unit: str) -> None:
    assert isinstance(formula_text(unit * 600 + "x" + "}" * 600), str)


NUMBERS = st.integers(2, 9).map(lambda number: (str(number), float(number)))


def _combined(parts: st.SearchStrategy[tuple[str, float]]) -> st.SearchStrategy[tuple[str, float]]:
    two = st.tuples(parts, parts)
    return st.one_of(
        two.map(lambda it: (f"{it[0][0]}+{it[1][0]}", it[0][1] + it[1][1])),
        two.map(lambda it: (rf"\frac{{{it[0][0]}}}{{{it[1][0]}}}", it[0][1] / it[1][1])),
        two.map(lambda it: (rf"({it[0][0]}) \times ({it[1][0]})", it[0][1] * it[1][1])),
        parts.map(lambda it: (rf"\sqrt{{{it[0]}}}", it[1] ** 0.5)),
        parts.map(lambda it: (rf"({it[0]})^{{2}}", it[1] ** 2)),
        st.tuples(parts, NUMBERS, NUMBERS).map(
            lambda it: (rf"({it[0][0]})^{{{it[1][0]}+{it[2][0]}}}", _power(*it))
        ),
    )


def _power(base: tuple[str, float], one: tuple[str, float], two: tuple[str, float]) -> float:
    try:
        return float(base[1] ** (one[1] + two[1]))
    except OverflowError:  # a tower of powers; the test leaves out such values
        return inf


def _value(line: str) -> float:
    """The value of a line of Unicode, read as mathematics is read."""
    line = re.sub(r"√(\d+)", r"sqrt(\1)", line.replace("×", "*")).replace("√(", "sqrt(")
    line = re.sub(
        "([⁰¹²³⁴⁵⁶⁷⁸⁹⁺]+)", lambda it: f"**({unicodedata.normalize('NFKC', it[0])})", line
    )
    return float(eval(line.replace("^", "**"), {"__builtins__": {}, "sqrt": sqrt}))  # noqa: S307


@given(st.recursive(NUMBERS, _combined, max_leaves=5))
def test_a_line_has_the_value_of_its_formula(formula: tuple[str, float]) -> None:
    tex, value = formula
    assume(value < 1e12)
    line = formula_text(tex)
    assert _value(line) == pytest.approx(value), line
