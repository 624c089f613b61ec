"""Highlight: where the words of a query stand in what a page shows of a paper.

PostgreSQL marks the words, because only it knows that "networks" matches "networking". It
gets each text letter for letter as plain as the index has it, so that its marks can be laid
over the text as people read it; what comes from a paper is escaped here and nowhere else.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from django.db import connection
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

from papers.mathtext import unicode_math
from papers.models import Paper
from papers.wording import initials, lead

Span = tuple[int, int]

_OPEN, _CLOSE = "\ue000", "\ue001"  # for private use: no text means anything by them
_HIDDEN: Final = dict.fromkeys(map(ord, f"<>&{_OPEN}{_CLOSE}"), "\ue002")  # no tags, no entities
_SENTENCE_ENDS: Final = frozenset('.!?"”’)')
_BEFORE: Final = 60  # characters to show before a word that was found
_WITHOUT_ACCENT: Final = str.maketrans("ØøŁłĐđĦħı", "OoLlDdHhi")  # as papers_fold has it
_OPTIONS: Final = f"HighlightAll=true, StartSel={_OPEN}, StopSel={_CLOSE}"
_HEADLINES: Final = """
SELECT ts_headline('english', plain, %s::tsquery, %s)
FROM unnest(%s::text[]) WITH ORDINALITY AS given (plain, place)
ORDER BY place
"""


@dataclass(frozen=True, slots=True)
class Highlight:
    """A paper's texts as HTML, with <mark> around the words that were searched for.

    `opening` is the part of the summary to show first; `summary` is empty where that is all.
    """

    title: SafeString
    authors: SafeString
    opening: SafeString
    summary: SafeString


def highlight(wanted: str, papers: Sequence[Paper]) -> list[Highlight]:
    """The papers' texts with marks, in their order. One query.

    Args:
        wanted: a query as the index understands it, `Wanted.exact`; empty: nothing is marked.
    """
    texts = [_texts(paper) for paper in papers]
    flat = [text for of_paper in texts for text in of_paper]
    spans = iter(_spans(wanted, flat) if wanted else [[]] * len(flat))
    return [_highlight(of_paper, [next(spans) for _ in of_paper]) for of_paper in texts]


def _texts(paper: Paper) -> list[str]:
    """The title, the summary and each author, as they are shown."""
    names = [str(name) for name in paper.authors if str(name).strip()]
    shown = [unicode_math(paper.title), unicode_math(paper.summary), *names]
    return [unicodedata.normalize("NFC", " ".join(text.split())) for text in shown]


def _highlight(texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> Highlight:
    summary, in_summary = texts[1], spans[1]
    first, last = passage(summary, in_summary)
    is_whole = (first, last) == (0, len(summary))
    opening = _marked(summary[first:last], _within(in_summary, first, last))
    is_cut = last < len(summary) and summary[last - 1] not in _SENTENCE_ENDS
    return Highlight(
        title=_marked(texts[0], spans[0]),
        authors=_author_line(texts[2:], spans[2:]),
        opening=format_html("{}{}{}", "… " if first else "", opening, " …" if is_cut else ""),
        summary=SafeString("") if is_whole else _marked(summary, in_summary),
    )


# ── where the words stand ────────────────────────────────────────────────────


def _spans(wanted: str, texts: Sequence[str]) -> list[list[Span]]:
    with connection.cursor() as cursor:
        cursor.execute(_HEADLINES, [wanted, _OPTIONS, [_plain(text) for text in texts]])
        headlines = [row[0] for row in cursor.fetchall()]
    return [marks(headline, len(text)) for headline, text in zip(headlines, texts, strict=True)]


def _plain(text: str) -> str:
    """The text as the index has it, each letter still at its place."""
    text = text.translate(_HIDDEN)
    return text if text.isascii() else "".join(map(_letter, text)).translate(_WITHOUT_ACCENT)


@lru_cache(maxsize=4096)
def _letter(letter: str) -> str:
    parts = unicodedata.normalize("NFD", letter)
    is_accented = len(parts) > 1 and all(map(unicodedata.combining, parts[1:]))
    return parts[0] if is_accented else letter


def marks(headline: str, length: int) -> list[Span]:
    """Where the marks of a headline stand in its text, which is `length` characters long.

    Nothing, should PostgreSQL have left out a part of the text: no mark is better than a
    wrong one.
    """
    spans: list[Span] = []
    at = start = 0
    for character in headline:
        if character == _OPEN:
            start = at
        elif character == _CLOSE:
            spans.append((start, at))
        else:
            at += 1
    return spans if at == length else []


# ── what is shown ────────────────────────────────────────────────────────────


def passage(text: str, spans: Sequence[Span]) -> Span:
    """The part of an abstract to show: its opening, or the sentences where the words stand.

    About three lines. The opening is shown when it holds a mark, or when nothing does.
    """
    opening = 0, _reach(text)
    if not spans or _within(spans, *opening):
        return opening
    first, last = spans[0]
    start = _sentence_start(text, first)
    if start + _reach(text[start:]) < last:
        # A long sentence: begin a few words before what was found.
        start = text.rfind(" ", 0, max(first - _BEFORE, 1)) + 1
    return start, start + _reach(text[start:])


def _reach(text: str) -> int:
    """How much of the text fits into three lines."""
    return len(lead(text).removesuffix(" …"))


def _sentence_start(text: str, before: int) -> int:
    ends = [text.rfind(end, 0, before) for end in (". ", "! ", "? ")]
    return max(ends) + 2 if max(ends) >= 0 else 0


def _within(spans: Iterable[Span], first: int, last: int) -> list[Span]:
    """The spans that lie in a part of the text, counted from its beginning."""
    return [(start - first, end - first) for start, end in spans if first <= start and end <= last]


def _author_line(names: Sequence[str], spans: Sequence[Sequence[Span]]) -> SafeString:
    """`A. Das, S. Kottur, Dhruv <mark>Batra</mark> and 4 more`: who was searched for is named."""
    few = len(names) <= 3
    line = [
        _marked(name, of_name) if of_name else escape(initials(name))
        for place, (name, of_name) in enumerate(zip(names, spans, strict=True))
        if of_name or few or place < 2
    ]
    if others := len(names) - len(line):
        line.append(escape(f"{others} more"))
    *first, last = line or [SafeString("")]
    if not first:
        return last
    return format_html("{} and {}", format_html_join(", ", "{}", ((one,) for one in first)), last)


def _marked(text: str, spans: Sequence[Span]) -> SafeString:
    edges = [0, *(edge for span in spans for edge in span), len(text)]
    parts = (text[start:end] for start, end in pairwise(edges))
    return format_html_join(
        "",
        "{}",
        (
            (format_html("<mark>{}</mark>", part) if n % 2 else part,)
            for n, part in enumerate(parts)
        ),
    )
