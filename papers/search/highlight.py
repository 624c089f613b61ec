"""Highlight the words of a query in the texts of a paper that a page shows.

"networks" is marked where "networking" was searched for, because PostgreSQL gives both the same
stem (`stems`). Words are compared as the index has them, without accents and punctuation but with
each letter at its place, so that the marks fit the text that people read. The texts of a paper are
escaped here and nowhere else.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from papers.models import Paper
from papers.search.stems import stems_of
from papers.text.names import initials
from papers.text.searchable import compounds, plain_character, separate
from papers.text.tex import unicode_math
from papers.wording import opening
from web.isolation import is_about_one_row, log_once

log = logging.getLogger(__name__)
Range = tuple[int, int]  # the first character and the one after the last

_BORDER: Final = "\x1f"  # between the letters and the digits of a word; in no text that is shown
_GAP: Final = "\n "  # between two texts; in none of them is a new line
# Letters and digits, and the marks above and below letters of other scripts. The underscore
# separates words, but here it is a space already.
_WORD: Final = re.compile(
    "[\\w\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0d7f\u0e31-\u0e4e]+"
)
_INSIDE_WORDS: Final = frozenset("-._/'’\u2010\u2011\u2013")
_LONGEST_ENDING: Final = 4  # letters that a stem lacks: "finetun" is "finetuning"
_SENTENCE_ENDS: Final = frozenset('.!?"”’)')
_BEFORE: Final = 60  # characters to show before a marked word
_STEM: Final = re.compile(r"'((?:[^']|'')+)'(:\*)?")


@dataclass(frozen=True, slots=True)
class Highlight:
    """A paper's texts as HTML, with <mark> around the words of the query.

    `opening` is the part of the summary to show first; `summary` is empty where that is all.
    """

    title: SafeString
    authors: SafeString
    opening: SafeString
    summary: SafeString


def highlight(marks: str, papers: Sequence[Paper]) -> list[Highlight]:
    """The texts of the papers with marks, in the order of the papers.

    At most one query, for words that no search has met yet.

    Args:
        marks: a tsquery, as in `ParsedQuery`; empty: no word is marked, and no query runs.
    """
    texts = [_texts_or_title(paper) for paper in papers]
    flat = [text for of_paper in texts for text in of_paper]
    ranges = iter(_marked_ranges(marks, flat) if marks else [[]] * len(flat))
    return [
        _highlight_or_title(paper, of_paper, [next(ranges) for _ in of_paper])
        for paper, of_paper in zip(papers, texts, strict=True)
    ]


def _texts_or_title(paper: Paper) -> list[str]:
    try:
        return _texts(paper)
    except Exception as error:  # any: a paper must not cost the others
        if not is_about_one_row(error):
            raise
        log_once(log, "the search", f"paper {paper.pk}", error)
        return [paper.title, ""]


def _highlight_or_title(
    paper: Paper, texts: Sequence[str], ranges: Sequence[Sequence[Range]]
) -> Highlight:
    try:
        return _highlight(texts, ranges)
    except Exception as error:  # as above
        if not is_about_one_row(error):
            raise
        log_once(log, "the search", f"paper {paper.pk}", error)
        nothing = SafeString("")
        return Highlight(escape(paper.title), nothing, nothing, nothing)


def _texts(paper: Paper) -> list[str]:
    """The title, the summary and each author, as pages show them."""
    names = [str(name) for name in paper.authors if str(name).strip()]
    shown = [unicode_math(paper.title), unicode_math(paper.summary), *names]
    return [unicodedata.normalize("NFC", " ".join(text.split())) for text in shown]


def _highlight(texts: Sequence[str], ranges: Sequence[Sequence[Range]]) -> Highlight:
    summary, in_summary = texts[1], ranges[1]
    first, last = passage(summary, in_summary)
    is_whole = (first, last) == (0, len(summary))
    opening = _marked(summary[first:last], _ranges_within(in_summary, first, last))
    is_cut = last < len(summary) and summary[last - 1] not in _SENTENCE_ENDS
    return Highlight(
        title=_marked(texts[0], ranges[0]),
        authors=_author_line(texts[2:], ranges[2:]),
        opening=format_html("{}{}{}", "… " if first else "", opening, " …" if is_cut else ""),
        summary=SafeString("") if is_whole else _marked(summary, in_summary),
    )


# ── the places of the words ────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Marked:
    """What to mark: whole stems, and stems that may go on, those of an unfinished last word."""

    whole: frozenset[str]
    beginnings: tuple[str, ...]

    @classmethod
    def of(cls, marks: str) -> _Marked:
        found = [(_written(stem), end) for stem, end in _STEM.findall(marks)]
        return cls(
            frozenset(stem for stem, end in found if not end),
            tuple(stem for stem, end in found if end),
        )

    @property
    def stems(self) -> frozenset[str]:
        return self.whole.union(self.beginnings)

    def words(self, words: Iterable[str]) -> set[str]:
        """Those of these words that are to be marked.

        A stem begins like its word. So most words are left out before PostgreSQL is asked.
        """
        first = {stem[0] for stem in self.stems}
        likely = [word for word in words if word[0] in first]
        return {
            word
            for word, stem in stems_of(likely).items()
            if stem in self.whole or (stem and stem.startswith(self.beginnings))
        }


def _written(stem: str) -> str:
    """A stem without the signs that escape it in a tsquery."""
    return stem.replace("''", "'").replace("\\\\", "\\")


def _marked_ranges(marks: str, texts: Sequence[str]) -> list[list[Range]]:
    """The ranges to mark in each text.

    All texts of a page are read as one: there are some hundred, most of them names.
    """
    plain = [_plain_in_place(text) for text in texts]
    whole = _GAP.join(plain)
    marked = _Marked.of(marks)
    found = sorted([*_word_ranges(marked, whole), *_compound_ranges(whole, marked.stems)])
    ranges, start, last = [], 0, 0
    for text in plain:
        end = start + len(text)
        first = last
        while last < len(found) and found[last][1] <= end:
            last += 1
        ranges.append(merged(text, _ranges_within(found[first:last], start, end)))
        start = end + len(_GAP)
    return ranges


def _plain_in_place(text: str) -> str:
    """The text in plain characters, each at its place."""
    return text if text.isascii() else "".join(map(plain_character, text))


def _word_ranges(marked: _Marked, text: str) -> Iterator[Range]:
    """The places of the words to mark in a plain text."""
    separated = separate(text, _BORDER).lower()
    for word in marked.words({*_WORD.findall(separated)}):
        start = separated.find(word)
        while start >= 0:
            end = start + len(word)
            if not _WORD.search(separated[end : end + 1] + separated[max(start - 1, 0) : start]):
                at = start - separated.count(_BORDER, 0, start)
                yield at, at + len(word)
            start = separated.find(word, end)


def _compound_ranges(text: str, stems: Iterable[str]) -> Iterator[Range]:
    """The compounds whose form as one word has one of these stems: "fine-tuning", 'finetun'."""
    # "bi-directionality": 'bidirectionali' and the like
    beginnings = {stem.removesuffix("i"): len(stem) + _LONGEST_ENDING for stem in sorted(stems)}
    any_of_them = tuple(beginnings)
    for start, end, form in compounds(text):
        word = form.lower()
        if word.startswith(any_of_them) and any(
            word.startswith(beginning) and len(word) <= longest
            for beginning, longest in beginnings.items()
        ):
            yield start, end


def merged(text: str, ranges: Iterable[Range]) -> list[Range]:
    """The ranges in their order, as one where only punctuation inside a word is between two."""
    joined: list[Range] = []
    for start, end in sorted(ranges):
        if joined and _INSIDE_WORDS.issuperset(text[joined[-1][1] : start]):
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return joined


# ── the texts with marks ────────────────────────────────────────────────────────────


def passage(text: str, ranges: Sequence[Range]) -> Range:
    """The part of an abstract to show: its opening, or the sentences with the marked words.

    About three lines. It is the opening if that has a mark, or if there is no mark at all.
    """
    head = 0, _opening_length(text)
    if not ranges or _ranges_within(ranges, *head):
        return head
    first, last = ranges[0]
    start = _sentence_start(text, first)
    if start + _opening_length(text[start:]) < last:
        # A long sentence: begin a few words before the first mark.
        start = text.rfind(" ", 0, max(first - _BEFORE, 1)) + 1
    return start, start + _opening_length(text[start:])


def _opening_length(text: str) -> int:
    """How many characters fit into three lines."""
    return len(opening(text).removesuffix(" …"))


def _sentence_start(text: str, before: int) -> int:
    ends = [text.rfind(end, 0, before) for end in (". ", "! ", "? ")]
    return max(ends) + 2 if max(ends) >= 0 else 0


def _ranges_within(ranges: Iterable[Range], first: int, last: int) -> list[Range]:
    """The ranges inside a part of the text, counted from the beginning of that part."""
    return [(start - first, end - first) for start, end in ranges if first <= start and end <= last]


def _author_line(names: Sequence[str], ranges: Sequence[Sequence[Range]]) -> SafeString:
    """`A. Das, S. Kottur, Dhruv <mark>Batra</mark> and 4 more`: marked authors in full."""
    few = len(names) <= 3
    line = [
        _marked(name, of_name) if of_name else escape(initials(name))
        for place, (name, of_name) in enumerate(zip(names, ranges, strict=True))
        if of_name or few or place < 2
    ]
    if others := len(names) - len(line):
        more = ngettext("%(names)s and %(count)s more", "%(names)s and %(count)s more", others)
        return SafeString(more % {"names": _in_a_row(line), "count": others})
    *first, last = line or [SafeString("")]
    if not first:
        return last
    return SafeString(gettext("%(names)s and %(last)s") % {"names": _in_a_row(first), "last": last})


def _in_a_row(parts: Sequence[SafeString]) -> SafeString:
    return SafeString(", ".join(parts))


def _marked(text: str, ranges: Sequence[Range]) -> SafeString:
    edges = [0, *(edge for one in ranges for edge in one), len(text)]
    parts = [escape(text[start:end]) for start, end in pairwise(edges)]
    parts[1::2] = [SafeString(f"<mark>{part}</mark>") for part in parts[1::2]]
    return SafeString("".join(parts))
