r"""Texts as values of BibTeX."""

from __future__ import annotations

import pytest

from papers.citation.bibtex_text import escaped, title_value
from tests.papers.citation.hostile_titles import TITLES


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("R&D at 50% of $5, #1 a_b", r"R\&D at 50\% of \$5, \#1 a\_b"),
        ("{x}", r"{\textbraceleft}x{\textbraceright}"),
        (r"a\b~c^d", r"a{\textbackslash}b{\textasciitilde}c{\textasciicircum}d"),
        ("Erdős and 王伟", "Erdős and 王伟"),
        ("one\n\u2028 line", "one line"),
    ],
)
def test_signs_of_tex_are_escaped(text: str, value: str) -> None:
    assert escaped(text) == value


@pytest.mark.parametrize(
    ("title", "value"),
    [
        ("Visual Dialog", "Visual {Dialog}"),
        ("BERT for everyone", "{BERT} for everyone"),
        ("learning with LLaMA-2", "learning with {LLaMA-2}"),
        ("On R&D", r"On {R\&D}"),
        (r"Where $\alpha$ goes", r"Where {$\alpha$} goes"),
        (r"An $O(n \log N)$ bound", r"An {$O(n \log N)$} bound"),
        (r"The set $\{x\}$", r"The set {$\lbrace x\rbrace $}"),
        (r"At $50%$", r"At {$50\%$}"),
        (r"Erd\H{o}s graphs", "Erdős graphs"),
    ],
)
def test_a_title_keeps_its_formulas_and_capitals(title: str, value: str) -> None:
    assert title_value(title) == value


@pytest.mark.parametrize("title", TITLES)
def test_the_braces_of_a_value_are_balanced(title: str) -> None:
    depth = 0
    for sign in title_value(title):
        depth += {"{": 1, "}": -1}.get(sign, 0)
        assert depth >= 0
    assert depth == 0


@pytest.mark.parametrize("title", TITLES)
def test_a_value_is_one_line_without_a_comment(title: str) -> None:
    value = title_value(title)
    assert len(value.splitlines()) <= 1
    assert "%" not in value.replace(r"\%", "")
