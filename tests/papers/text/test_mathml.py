r"""Formulas as MathML, and nothing active out of hostile TeX."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from papers.text.mathml import math_html
from papers.text.tex import unicode_math


def elements(html: str) -> set[str]:
    return {tag.name for tag in BeautifulSoup(html, "html.parser").find_all()}


def test_a_formula_is_mathml_with_its_unicode_as_the_alternative() -> None:
    assert math_html(r"a $\frac{k+1}{2}$ b") == (
        'a <math alttext="(k+1)/2"><mrow><mfrac><mrow><mi>k</mi><mo>+</mo><mn>1</mn></mrow>'
        "<mrow><mn>2</mn></mrow></mfrac></mrow></math> b"
    )


@pytest.mark.parametrize(
    ("tex", "inside"),
    [
        (r"$x_{i+1}^{2}$", "msubsup"),
        (r"$\sqrt[3]{x}$", "mroot"),
        (r"$\hat{\theta}$", "mover"),
        (r"$\binom{n}{k}$", "mfrac"),
        (r"$\mathrm{RMSE}_t$", "mtext"),
        (r"$\operatorname*{arg\,max}_x f$", "msub"),
        (r"$X^\top$", "msup"),
        (r"\(x\)", "mi"),
        (r"\textbf{the $x$ here}", "mi"),
    ],
)
def test_the_structure_of_tex_is_kept(tex: str, inside: str) -> None:
    assert inside in elements(math_html(tex))


def test_no_line_breaks_between_a_formula_and_what_touches_it() -> None:
    joiner = "\N{WORD JOINER}"
    assert re.sub("<.*>", "M", math_html(r"25$x$C")) == f"25{joiner}M{joiner}C"
    assert re.sub("<.*>", "M", math_html(r"a $k$-NN")) == f"a M{joiner}-NN"
    assert joiner not in math_html(r"a $k$, b $n$.")


def test_words_in_italics_are_no_formula_but_a_name_is_one() -> None:
    assert math_html(r"$\textit{two words}$: a") == "two words: a"
    assert "<math" in math_html(r"$\textit{one}$")


def test_a_percent_sign_without_a_backslash_hides_nothing() -> None:
    html = math_html(r"$(\approx 36%)$")
    assert BeautifulSoup(html, "html.parser").get_text() == "(≈36%)"


def test_a_function_stands_apart_from_its_argument() -> None:
    assert math_html(r"$n\log n$").count('<mspace width="0.167em">') == 2
    assert "mspace" not in math_html(r"$\max_x$")


def test_a_name_with_an_escaped_underscore_keeps_all_its_letters() -> None:
    html = math_html(r"$\texttt{SWE\_bench}$")
    assert BeautifulSoup(html, "html.parser").get_text() == "SWE_bench"
    assert "<math" in html


@pytest.mark.parametrize("text", ["plain", "costs $5 and $6", "$90$% of $1.5$", r"\emph{a} -- b"])
def test_a_text_without_a_formula_has_no_mathml(text: str) -> None:
    assert math_html(text) == unicode_math(text)


def test_the_prose_around_a_formula_is_escaped() -> None:
    assert math_html("<b> & $x$").startswith("&lt;b&gt; &amp; <math")


def test_a_wide_formula_can_scroll_by_itself() -> None:
    html = math_html("$" + "+".join("abcdefghijklmnopqrst") + "$")
    assert html.startswith('<span class="formula"><math')


@pytest.mark.parametrize(
    "tex",
    [
        r"$\href{javascript:alert(1)}{x}$",
        r"$\url{javascript:alert(1)}$",
        r"$\text{<script>alert(1)</script>}$",
        r"$\text{<img src=x onerror=alert(1)>}$",
        r"$\text{</math><script>alert(1)</script>}$",
        r"$\style{color:red}{x}$",
        r"$\class{a}{x}$",
        r"$\textcolor{red;}{x}$",
        r'$\color{" onclick="alert(1)}{x}$',
        r"$\mathrm{<b>}$",
        r"$x & y &amp; <b>$",
        r"$\newcommand{\a}{\a\a}\a$",
        r"$\def\a{\a}\a$",
        r"$\unicode{x3c}script$",
        r"$\text{&lt;script&gt;}$",
        r"$\begin{array}{<script>} a \end{array}$",
        r"$\hspace{1em;x}$",
    ],
)
def test_hostile_tex_gives_no_active_html(tex: str) -> None:
    html = math_html(tex)
    soup = BeautifulSoup(html, "html.parser")
    assert not elements(html) & {"script", "img", "a", "b", "style"}
    for tag in soup.find_all():
        assert not set(tag.attrs) & {"href", "style", "class", "onclick", "onerror", "mathcolor"}, (
            html
        )


@pytest.mark.parametrize(
    "unit", [r"\frac{", "{", r"\sqrt{", r"\left(", "x_", "^{", r"\hat", r"\begin{matrix}", r"\over"]
)
def test_a_large_formula_ends_and_keeps_its_letter(unit: str) -> None:
    for count in (10, 60):
        assert "x" in math_html(f"${unit * count}x{'}' * (count if '{' in unit else 0)}$")


@given(st.text(alphabet=r"ab1<>&\"'{}^_$\fractext ", max_size=50))
def test_no_text_raises_an_error_or_gives_other_elements(text: str) -> None:
    allowed = {"math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msub", "msup", "span"}
    assert elements(math_html(f"${text}$")) <= allowed | {
        "msubsup",
        "mover",
        "mtable",
        "mtr",
        "mtd",
    }


@pytest.mark.shared
def test_nearly_all_formulas_of_real_papers_become_mathml(shared: Path) -> None:
    formulas = unicode = 0
    for name in ("arxiv_sample", "daily_papers"):
        with gzip.open(shared / "data" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                html = math_html(row["title"]) + math_html(row.get("abstract") or "")
                formulas += html.count("<math ")
                unicode += len(re.findall(r"\\[a-zA-Z]", html))
    assert (formulas, unicode) == (2169, 4)
