"""Highlight the words of a query in the texts of a paper that a page shows.

PostgreSQL marks the words, because only it has the rule that "networks" matches "networking".
It gets each text as the index has it, without accents and punctuation but with each letter at its
place, so that its marks fit the text that people read. The texts of a paper are escaped here and
nowhere else.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from papers.models import Paper
from papers.text.names import initials
from papers.text.searchable import compounds, plain_character, separate
from papers.text.tex import unicode_math
from papers.wording import opening
from web.isolation import is_about_one_row, log_once
from web.sql import rows

log = logging.getLogger(__name__)
Range = tuple[int, int]  # the first character and the one after the last

_OPEN, _CLOSE = "\ue000", "\ue001"  # for private use: they have no meaning in a text
_BORDER: Final = "\x1f"  # between the letters and the digits of a word; in no text that is shown
_NEUTRAL: Final = dict.fromkeys(map(ord, f"{_OPEN}{_CLOSE}{_BORDER}"), " ")
_INSIDE_WORDS: Final = frozenset("-._/'’\u2010\u2011\u2013")
_LONGEST_ENDING: Final = 4  # letters that a stem lacks: "finetun" is "finetuning"
_SENTENCE_ENDS: Final = frozenset('.!?"”’)')
_BEFORE: Final = 60  # characters to show before a marked word
_OPTIONS: Final = f"HighlightAll=true, StartSel={_OPEN}, StopSel={_CLOSE}"
_HEADLINES: Final = """
SELECT ts_headline('english', plain, %(query)s::tsquery, %(options)s)
FROM unnest(%(texts)s::text[]) WITH ORDINALITY AS given (plain, place)
ORDER BY place
"""
_STEM: Final = re.compile("'((?:[^']|'')+)'")


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
    """The texts of the papers with marks, in the order of the papers. One query.

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


def _marked_ranges(marks: str, texts: Sequence[str]) -> list[list[Range]]:
    plain = [_plain_in_place(text) for text in texts]
    headlines = rows(
        _HEADLINES,
        query=marks,
        options=_OPTIONS,
        texts=[separate(text, _BORDER) for text in plain],
    )
    stems = [found.replace("''", "'") for found in _STEM.findall(marks)]
    return [
        merged(text, [*parse_headline(headline, len(text)), *_compound_ranges(text, stems)])
        for (headline,), text in zip(headlines, plain, strict=True)
    ]


def _plain_in_place(text: str) -> str:
    """The text in plain characters, each at its place."""
    text = text.translate(_NEUTRAL)
    return text if text.isascii() else "".join(map(plain_character, text))


def _compound_ranges(text: str, stems: Sequence[str]) -> Iterator[Range]:
    """The compounds whose form as one word has one of these stems: "fine-tuning", 'finetun'."""
    for start, end, form in compounds(text):
        if any(_is_form(form.lower(), stem) for stem in stems):
            yield start, end


def _is_form(word: str, stem: str) -> bool:
    beginning = stem.removesuffix("i")  # "bi-directionality": 'bidirectionali' and the like
    return word.startswith(beginning) and len(word) - len(stem) <= _LONGEST_ENDING


def merged(text: str, ranges: Iterable[Range]) -> list[Range]:
    """The ranges in their order, as one where only punctuation inside a word is between two."""
    joined: list[Range] = []
    for start, end in sorted(ranges):
        if joined and _INSIDE_WORDS.issuperset(text[joined[-1][1] : start]):
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return joined


def parse_headline(headline: str, length: int) -> list[Range]:
    """The marked ranges of a headline in its text of `length` characters.

    Empty if PostgreSQL left out a part of the text: no mark is better than a wrong one.
    """
    ranges: list[Range] = []
    at = start = 0
    for character in headline:
        if character == _OPEN:
            start = at
        elif character == _CLOSE:
            ranges.append((start, at))
        elif character != _BORDER:
            at += 1
    return ranges if at == length else []


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
    return format_html_join(", ", "{}", ((one,) for one in parts))


def _marked(text: str, ranges: Sequence[Range]) -> SafeString:
    edges = [0, *(edge for one in ranges for edge in one), len(text)]
    parts = (text[start:end] for start, end in pairwise(edges))
    return format_html_join(
        "",
        "{}",
        (
            (format_html("<mark>{}</mark>", part) if n % 2 else part,)
            for n, part in enumerate(parts)
        ),
    )
