"""Commands of TeX among prose."""

from __future__ import annotations

import pytest

from papers.text.latex.commands import commands_undone
from papers.text.tex import unicode_math


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (r"{\em very} {\bf bold} \textit{\textbf{both}}", "very bold both"),
        (r"\textcolor{red}{warning} {\color{red}here}", "warning here"),
        (r"1\textsuperscript{st} of m\textsuperscript{2}", "1st of m²"),
        (r"\textsc{Scope} and \uline{F}eature", "Scope and Feature"),
        (r"\method{} beats \ours, \ourmodel's", "method beats ours, ourmodel's"),
        (r"\method\xspace wins", "method wins"),
        (r"\rev{new text} in \INT{8}", "new text in INT8"),
        (r"\gls{LST} and \mbox{a b}", "LST and a b"),
        (r"(\eg, a) or \ie. b, \etal (2020)", "(e.g., a) or i.e. b, et al. (2020)"),
        (r"text\footnote{A note.} goes on", "text (A note.) goes on"),
        (r"shown before~\citep{a}, \cite[p.~3]{b}.", "shown before,."),
        (r"by \citet{ada}", "by [ada]"),
        (r"Section~\ref{x} \label{y}", "Section "),
        (r"\begin{itemize}\item one \item[x] two\end{itemize}", "• one • two"),
        (r"one \newline two and {\color{black} three}", "one two and three"),
        (r"{\textbf one} \it{two} \color{red}{three}", "one two three"),
        (r"Ada\thanks{Equal.} and Jo\footnotemark[1] too", "Ada (Equal.) and Jo too"),
        (r"\textquotedblleft a\textquotedblright, \textbackslash n", r"“a”, \n"),
        (r"\noindent Text\\ more\ text\,ms \- x", "Text more text ms  x"),
        (r"0.8 \pm 0.1, 5\textmu m, 25\textdegree C", "0.8 ± 0.1, 5µm, 25° C"),
        (r"\keywords{one \and two}", "one · two"),
        (r"\% \& \$ \# \_ \{ \}", "% & $ # _ { }"),
        (r"\hat{x} and \mathbb{R}", "x̂ and ℝ"),
        (r"\S 3", "§ 3"),
        (r"\LaTeX{} and \LaTeX", "LaTeX and LaTeX"),
    ],
)
def test_a_command_in_prose_becomes_text(tex: str, expected: str) -> None:
    assert unicode_math(tex) == expected


@pytest.mark.parametrize(
    "text",
    [
        r"the expressions \d+, \w* and \S+ match \n",
        r"a file C:\new\table.txt",
        r"the user DOMAIN\ada",
        r"\emph{never closed",
        r"\frac{1}{ and",
        "a backslash \\",
        r"{plain braces}",
        r"the expression \d{3}",
    ],
)
def test_what_only_looks_like_a_command_stays(text: str) -> None:
    assert unicode_math(text) == text


def test_commands_are_undone_without_touching_quotes_and_dashes() -> None:
    assert commands_undone(r"\emph{``a--b''}") == "``a--b''"


@pytest.mark.parametrize(
    "command", ["frac", "ours", "'", "b", "footnote", "textcolor{red}", "hat", "cite", "href{a.b/}"]
)
def test_commands_in_commands_take_a_moment(command: str) -> None:
    unicode_math(rf"\{command}{{" * 1000 + "1" + "}" * 1000)


def test_groups_that_are_nested_too_deep_stay() -> None:
    tex = r"\emph{" * 100 + "x" + "}" * 100
    assert commands_undone(tex).startswith(r"\emph{")
