"""Formulas, links, code and addresses are found in a text, and prices are not."""

from __future__ import annotations

import pytest

from papers.text.latex.spans import spans


@pytest.mark.parametrize(
    ("text", "kind", "tex"),
    [
        ("a $x$ b", "math", "x"),
        ("a $$x$$ b", "math", "x"),
        (r"a \(x\) b", "math", "x"),
        (r"a \[x\] b", "math", "x"),
        (r"\begin{equation*}x\end{equation*}", "math", "x"),
        (r"$a \text{ if $b$} c$", "math", r"a \text{ if $b$} c"),
        (r"about \frac{1}{2} of it", "math", r"\frac{1}{2}"),
        (r"top-\$p\$ sampling", "math", "p"),
        (r"\url{https://a.org/b}", "url", "https://a.org/b"),
        (r"\texttt{a--b}", "code", "a--b"),
        (r"\verb|a_b|", "private", "a_b"),
        ("at https://a.org/b--c.", "address", "https://a.org/b--c"),
        ("at github.com/a/b, too", "address", "github.com/a/b"),
    ],
)
def test_a_span_is_found_with_what_is_inside(text: str, kind: str, tex: str) -> None:
    assert [(span.kind, span.tex) for span in spans(text)] == [(kind, tex)]


def test_a_link_has_its_address_and_its_text() -> None:
    (link,) = spans(r"see \href{https://a.org/b}{the \emph{code}}.")
    assert (link.kind, link.tex, link.label) == ("link", "https://a.org/b", r"the \emph{code}")


def test_a_link_that_lost_its_command_is_still_a_link() -> None:
    (link,) = spans("see https://a.org/b{project page}.")
    assert (link.kind, link.tex, link.label) == ("link", "https://a.org/b", "project page")


def test_a_part_of_a_template_of_addresses_is_no_label() -> None:
    (address,) = spans("GET https://a.org/b/{id}/x")
    assert (address.kind, address.tex) == ("address", "https://a.org/b/")


@pytest.mark.parametrize(
    "text",
    ["$5 and $6", r"\$5", "$x", "$$", "$", "$x^{2$", r"\(x", r"\href{a}", "\\", r"\frac{1}{"],
)
def test_nothing_is_found_in_money_and_in_broken_tex(text: str) -> None:
    assert list(spans(text)) == []


def test_a_formula_after_a_price_is_found() -> None:
    assert [span.tex for span in spans("costs $7,000. For n=$x$ and $y$")] == ["x", "y"]


@pytest.mark.parametrize("unit", ["${", "$", "\\(", "\\href{", "$x^", "github.com/"])
def test_a_long_hostile_text_takes_a_moment(unit: str) -> None:
    list(spans(unit * 5_000))
