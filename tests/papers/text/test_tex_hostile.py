r"""Texts made to break the functions of papers.text: nested TeX, marks without an end, long runs.

None may raise, none may take more than linear time, and none may grow without bounds. Time is not
measured: an alarm stops a test that would take minutes, and each call takes milliseconds.
"""

from __future__ import annotations

import inspect
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from types import FrameType
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from papers.lead import lead_of_text
from papers.text import (
    addresses,
    arxiv_ids,
    author_match,
    clean,
    mathml,
    names,
    plurals,
    searchable,
    terms,
    tex,
    titles,
    withdrawal,
)
from papers.wording import author_line

_SECONDS: Final = 20  # a call takes less than a tenth of one; a quadratic one takes minutes
_LONG: Final = 100_000
# These call unicode_math, which is read at full length by itself.
_SHORTER: Final = dict.fromkeys(("parts", "math_html", "title_key", "names_of"), 20_000)
_TERM: Final = terms.compile_term("diffusion model")
FUNCTIONS: Final[dict[str, Callable[[str], Any]]] = {
    "clean": clean.clean,
    "fold": clean.fold,
    "fold_paragraphs": clean.fold_paragraphs,
    "unicode_math": tex.unicode_math,
    "parts": lambda text: list(tex.parts(text)),
    "formula_text": tex.formula_text,
    "math_html": mathml.math_html,
    "title_key": titles.title_key,
    "plain": searchable.plain,
    "words": searchable.words,
    "joined_form": searchable.joined_form,
    "compounds": lambda text: list(searchable.compounds(text)),
    "pair_as_one": lambda text: searchable.pair_as_one(text, "a"),
    "plain_address": addresses.plain_address,
    "without_punctuation": addresses.without_punctuation,
    "undo_tex_in_addresses": addresses.undo_tex_in_addresses,
    "linked": lambda text: addresses.linked(text, text),
    "arxiv_id": arxiv_ids.arxiv_id,
    "pasted_id": arxiv_ids.pasted_id,
    "same_author": lambda text: author_match.same_author(text, f"{text} b"),
    "parse_authors": author_match.parse_authors,
    "in_reading_order": author_match.in_reading_order,
    "names_of": lambda text: names.names_of([text]),
    "split_names": names.split_names,
    "clean_name": names.clean_name,
    "initials": names.initials,
    "is_group": names.is_group,
    "number_forms": plurals.number_forms,
    "folded": terms.folded,
    "parse_terms": terms.parse_terms,
    "fold_term": terms.fold_term,
    "spellings": terms.spellings,
    "compile_term": terms.compile_term,
    "mentions": lambda text: _TERM and terms.mentions(terms.folded(text), _TERM),
    "withdraws": withdrawal.withdraws,
    "is_only_notice": withdrawal.is_only_notice,
    "lead": lambda text: lead_of_text(text).text,
    "author_line": lambda text: author_line([text] * 3),
}
UNITS: Final = (
    r"\sqrt{", r"\frac{1}{", r"\text{", r"\left(", r"\hat", r"\overset", r"{a\over b", r"\begin{a}",
    "{", "}", "$", "$$", "$x", r"\(", r"\[", r"\(a\)", "\\", r"\'{", r"\mathbb{", r"\href{a}{",
    r"\cite{", "x^", "a_{", "`", "``a", "'", '"', "--", "~", "a", " ", "a ", "\t", "\n", "\n ", ".",
    "a.", "A. ", "&", "&amp;", "&#", "<", "[", "(", "/", "http://", "http://a.", "github.com/", "1",
    "1.", "2401.12345", "arXiv:", "@", "a@", "a-", "a'", "+", "*", "a,", ", ", ": ", "a lab: ",
    " and ", "withdrawn by the authors ", "this paper has been ", "aB", "中", "e\u0301", "\u0301",
    "\u200d", "👩\u200d", "ﷺ", "𝐀", "ß", "\u202e", "\x00",
)  # fmt: skip


class TooSlow(BaseException):
    """Not an Exception: the functions hold those back."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_unit_that_is_repeated_for_100_kb_takes_no_quadratic_time(name: str) -> None:
    size = _SHORTER.get(name, _LONG)
    for unit in UNITS:
        with within(_SECONDS):
            FUNCTIONS[name]((unit * (size // len(unit) + 1))[:size])


@pytest.mark.parametrize("depth", [12, 24, 114, 300])
@pytest.mark.parametrize("commands", [1, 12, 23])
@pytest.mark.parametrize(
    "name", ["sqrt", "frac", "hat", "not", "text", "textbf", "mathbb", "overset", "foo", "texttt"]
)
def test_commands_within_commands_are_read_at_any_depth(
    name: str, commands: int, depth: int
) -> None:
    nested = (f"\\{name}" * commands + "{") * depth + "x" + "}" * depth
    for text in (nested, f"${nested}$", f"${nested[: len(nested) // 2]}", f"$a {nested} b$"):
        for convert in (tex.unicode_math, mathml.math_html, titles.title_key):
            with within(_SECONDS):
                assert len(convert(text)) <= 40 * len(text)


def test_many_teams_before_colons_are_split_without_recursion() -> None:
    assert len(names.split_names("Walrus Lab: " * 3_000)) == 3_000


def test_a_text_is_left_as_it_is_where_the_stack_is_nearly_full() -> None:
    def at_depth(depth: int) -> str:
        return tex.unicode_math(r"$\frac{1}{2}$") if depth == 0 else at_depth(depth - 1)

    frames = len(inspect.stack(0))
    assert at_depth(sys.getrecursionlimit() - frames - 30) in {"1/2", r"$\frac{1}{2}$"}


TEXTS: Final = st.one_of(
    st.text(),
    st.lists(st.sampled_from([*UNITS, "}", "$", "x", r"\right)", "|", r"\lvert"])).map("".join),
    st.lists(st.sampled_from(UNITS), min_size=1, max_size=4).map(
        lambda units: "".join(islice(cycle(units), 60))
    ),
)


@pytest.mark.parametrize("name", FUNCTIONS)
@settings(max_examples=25, deadline=None)
@given(text=TEXTS)
def test_any_text_gives_the_same_bounded_answer_twice(name: str, text: str) -> None:
    with within(_SECONDS):
        answer = FUNCTIONS[name](text)
    assert FUNCTIONS[name](text) == answer
    if isinstance(answer, str):
        assert len(answer) <= 1_000 + 100 * len(text)
