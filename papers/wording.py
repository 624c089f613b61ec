"""The wording of pages and mails about papers: authors, figures, the opening of a text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from django.utils.formats import date_format, get_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from papers.text.names import initials
from papers.text.shorten import place_to_cut, shortened
from papers.windows import Window

_SENTENCE_END: Final = re.compile(r"[.!?][\"”’)]*(?=\s+[^a-z])")
# "e.g." does not end a sentence, and an initial does not either: "J. Doe".
_NO_END: Final = re.compile(
    r"(?:\b(?:e\.g|i\.e|et al|cf|vs|resp|fig|eq|sec|approx|a\.k\.a)|\b\w)\.$", re.IGNORECASE
)
_SOURCES: Final = {
    "hugging_face": "Hugging Face",
    "arxiv": "arXiv",
    "semantic_scholar": "Semantic Scholar",
    "github": "GitHub",
    "sample": gettext_lazy("sample data"),
}
_SPANS: Final = {
    "day": "%(day)s",
    "week": gettext_lazy("the week to %(day)s"),
    "month": gettext_lazy("the month to %(day)s"),
}
_LONGEST_NAME: Final = 80  # in a line of names
OPENING_LENGTH: Final = 210  # three lines of 68 characters
_SHORTEST_OPENING: Final = 90
_SPARE: Final = 60  # a text this much longer is shown whole: "more" for a few words is no help


def author_line(names: Sequence[str], shown: int = 2) -> str:
    """`A. Das, S. Kottur and 5 more`; a short list has all names.

    "and 1 more" is as long as a name, so three authors are three names.
    """
    known = [name for name in names if name.strip()]
    others = len(known) - shown
    if others > 1:
        known = known[:shown]  # a list of thousands costs no more than its first two
    short = [shortened(initials(name), _LONGEST_NAME) for name in known]
    if others <= 1:
        return _and(short)
    words = ngettext("%(names)s and %(count)s more", "%(names)s and %(count)s more", others)
    return words % {"names": ", ".join(short), "count": others}


def short_figure(number: float) -> str:
    """A short count: 84, 1.2k, 34k, 1.2M; in German 1,2k. Rounded down: 999,999 is never 1M."""
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if number >= size:
            tenths = int(number * 10 // size)
            whole, tenth = divmod(tenths, 10)
            return f"{whole}{_point()}{tenth}{unit}" if whole < 10 and tenth else f"{whole}{unit}"
    return f"{int(number)}"


def signed(points: float) -> str:
    """Points of a trend with two digits and a true minus: `−0.08`."""
    return f"{points:.2f}".replace("-", "−").replace(".", _point())


def span(window: Window, day: date) -> str:
    """The days of a list: `22 November 2026`, `the week to 22 November 2026`."""
    return str(_SPANS[window]) % {"day": date_format(day, "DATE_FORMAT")}


def source_name(source: str) -> str:
    """The display name of a source: `hugging_face` → `Hugging Face`."""
    return str(_SOURCES.get(source, "")) or source.replace("_", " ")


def opening(text: str) -> str:
    """The opening of a part of an abstract, about three lines: whole sentences if they fit.

    Returns the whole text if at most 60 characters would be left out.
    """
    text = " ".join(text.split())
    if len(text) <= OPENING_LENGTH + _SPARE:
        return text
    for end in reversed(list(_SENTENCE_END.finditer(text, 0, OPENING_LENGTH + 1))):
        if end.end() >= _SHORTEST_OPENING and not _NO_END.search(text[: end.end()]):
            return text[: end.end()]
    head = text[:OPENING_LENGTH].rpartition(" ")[0].rstrip(",;:–—- ")
    if len(head) < _SHORTEST_OPENING:  # a text without blanks, as Chinese is
        head = text[: place_to_cut(text, OPENING_LENGTH)].rstrip()
    return f"{head} …"


def topic_text(text: str) -> str:
    """The name or the description of a topic in the active language.

    Those of a new installation are translated; what an operator has written stays as it is.
    """
    return pgettext("topic", text) if text else ""


def _and(names: Sequence[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    words = _("%(names)s and %(last)s")
    return words % {"names": ", ".join(names[:-1]), "last": names[-1]}


def _point() -> str:
    return str(get_format("DECIMAL_SEPARATOR"))
