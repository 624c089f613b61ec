"""The sections of a digest: which papers stand together, in which order, and under which heading.

A digest stores the letter of each of its papers, in order: the digest that is built again a month
later has the same sections, whatever its reader follows by then.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import override

from newsletter.editions.rendering.quoted_printable import quoted_printable
from papers.text.plain_text import COLUMNS, wrapped

FIRST: Final = "f"  # the paper that the digest begins with, which stands alone
NAMED: Final = "n"  # by an author or with a word that the reader follows
OTHERS: Final = "o"
EXPLORED: Final = "x"  # from outside of what the reader likes
FEWEST: Final = 2  # of named papers: one alone needs no heading

# What mail.css would make of it. Here, since the same delivery always gives the same bytes: who
# changes it raises the version of the renderer.
_STYLE: Final = (
    "margin: 32px 0 12px;font: 600 15px/1.4 system-ui, Arial, sans-serif;color: #1b1a18;"
)


class Heading(NamedTuple):
    """The heading of a section in each part of the mail; the last two encoded for transport."""

    html: str
    text: str
    html_bytes: bytes
    text_bytes: bytes


NO_HEADING: Final = Heading("", "", b"", b"")


def arranged(named: Sequence[bool], explored: int | None) -> tuple[list[int], str]:
    """The papers of a digest in the order of its sections, and the letter of each; pure.

    The first one stays first. Within a section the order stays that of the ranking.

    Args:
        named: for each paper, in the ranking's order, whether it is there for an author or a word.
        explored: the place of the paper from outside of the reader's profile, which comes last.

    Returns: the places in `named`, and no letters where sections would not help.
    """
    last = [explored] if explored is not None and len(named) > 1 else []
    first, *rest = [place for place in range(len(named)) if place not in last] or [0]
    found = [place for place in rest if named[place]]
    others = [place for place in rest if not named[place]]
    if len(found) < FEWEST or not others:
        found, others = [], rest
    letters = FIRST + NAMED * len(found) + OTHERS * len(others) + EXPLORED * len(last)
    return [first, *found, *others, *last], letters if found or last else ""


@lru_cache(maxsize=10_000)
def headings(letters: str, language: str) -> tuple[Heading, ...]:
    """What stands before each paper: the heading of the section that begins with it, or nothing.

    Args:
        letters: of the papers that the mail shows.
    """
    found, before = [], ""
    for place, letter in enumerate(letters):
        begins = letter != before and (letter != OTHERS or NAMED in letters[:place])
        found.append(_heading(letter, language) if begins else NO_HEADING)
        before = letter
    return tuple(found)


def size_of_headings(letters: str, language: str) -> int:
    """The bytes that they take in the encoded HTML."""
    return sum([len(heading.html_bytes) for heading in headings(letters, language)])


@lru_cache(maxsize=100)
def _heading(letter: str, language: str) -> Heading:
    with override(language):
        titles = {
            NAMED: _("By the authors and words you follow"),
            OTHERS: _("Also trending"),
            EXPLORED: _("Outside your topics"),
        }
    if letter not in titles:
        return NO_HEADING
    title = titles[letter]
    html = f'<h2 class="section" style="{_STYLE}">{escape(title)}</h2>\n'
    text = f"{wrapped(title.upper())}\n{'-' * COLUMNS}\n\n"
    return Heading(html, text, quoted_printable(html), quoted_printable(text))
