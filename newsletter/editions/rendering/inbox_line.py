"""What an inbox shows of a digest before it is opened: its subject, and the preheader behind it.

The subject is the first paper's heading: its title, or the part of it that fits. Headings are
frozen with the edition, where those of the editions before it are known: so no reader gets the same
subject twice in a row. The preheader goes on where the subject ends, with the next titles.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Final

from django.conf import settings
from django.utils.translation import ngettext, override

from papers.text.shorten import shortened
from web.languages import language_codes

# The versions of the renderer whose subjects are those of wording.py.
LONG_SUBJECT: Final = ("1", "2", "3", "4")
LONGEST_SUBJECT: Final = 59  # letters: phones and web mailboxes show about as many
SHORTEST_ROOM: Final = 20  # of them for the title: less is no title
FIELDS: Final = ("title", "others", "count", "days")
_MOST_PAPERS: Final = 99  # of a digest, for the room that their number takes
_LONGEST_DAYS: Final = len("28. September – 4. Oktober 2026")
_LONGEST_PREHEADER: Final = 200
_FIELD: Final = re.compile(r"\{(\w*)\}")
_MARK: Final = "..."  # and not "…": most subjects then need no encoding
_NAME: Final = re.compile(r"(.{3,}?)(?:: | -{1,2} | [–—] |—)")
# No heading ends in such a word: "A Survey of the..." says less than "A Survey...".
_LAST_WORDS: Final = frozenset(
    (
        *("a", "an", "and", "are", "as", "at", "by", "for", "from", "in", "into", "is", "of", "on"),
        *("or", "over", "the", "their", "to", "towards", "under", "using", "via", "with"),
        *("without", "&", "+", "-", "–"),
    )
)


def heading(title: str, room: int) -> str:
    """`title` in at most `room` letters, in whole words.

    One that does not fit is cut before its explanation ("Name: an explanation"), else at a word.
    A title without blanks, as Chinese ones are, is cut within.
    """
    title = " ".join(title.split())
    if len(title) <= room:
        return title
    name = _NAME.match(title)
    if name and len(name[1]) <= room:
        return name[1]
    # One letter more than the room: the blank before the mark goes.
    head = shortened(title, room + 1, _MARK).removesuffix(_MARK).rstrip()
    words = head.split(" ")
    while len(words) > 1 and (words[-1].lower() in _LAST_WORDS or not words[-1].strip(",;:(")):
        words.pop()
    return " ".join(words)[: room - len(_MARK)].rstrip(" ,;:(-–") + _MARK


def distinct_heading(title: str, taken: Collection[str], days: str, room: int) -> str:
    """The heading of a title, but none of those in `taken`, which are those of earlier editions.

    Args:
        days: what no earlier edition has, such as its last day: it ends a heading that is taken.
    """
    short = heading(title, room)
    if short not in taken:
        return short
    ending = f" ({days})"
    return heading(title, room - len(ending)) + ending


@lru_cache(maxsize=10)
def room_for_title(pattern: str) -> int:
    """The letters that a subject has for a title, in any language. Below 0: none are left."""
    longest = max(
        len(_filled(pattern, "", _MOST_PAPERS, "x" * _LONGEST_DAYS, language))
        for language in language_codes()
    )
    return LONGEST_SUBJECT - longest


@lru_cache(maxsize=10_000)
def subject(title: str, others: int, days: str, language: str, pattern: str = "") -> str:
    """The subject of a digest, in at most LONGEST_SUBJECT letters.

    Args:
        title: the heading of its first paper.
        others: how many papers follow.
        days: of the edition, in words.
        pattern: SUBJECT_PATTERN; empty: the title, and how many papers follow.
    """
    if not pattern and not others:
        return heading(title, LONGEST_SUBJECT)
    if not pattern:
        with override(language):
            words = ngettext(
                "%(title)s, and %(count)s more paper",
                "%(title)s, and %(count)s more papers",
                others,
            )
        whole = words % {"title": title, "count": others}
        if len(whole) <= LONGEST_SUBJECT:
            return whole
    room = LONGEST_SUBJECT - len(_filled(pattern, "", others, days, language))
    return heading(_filled(pattern, heading(title, room), others, days, language), LONGEST_SUBJECT)


def _filled(pattern: str, title: str, others: int, days: str, language: str) -> str:
    if pattern:
        values = {"title": title, "others": str(others), "count": str(others + 1), "days": days}
        return _FIELD.sub(lambda found: values.get(found[1], found[0]), pattern)
    with override(language):
        words = ngettext("%(title)s, and %(count)s more", "%(title)s, and %(count)s more", others)
    return words % {"title": title, "count": others}


def preheader(titles: Sequence[str], reason: str, pattern: str = "") -> str:
    """What an inbox shows behind the subject: the titles that are not in it.

    Args:
        titles: of all papers.
        reason: of the first paper, for a digest that has no other; or what else to say of it.
    """
    following = titles[1:3] if not pattern or "{title}" in pattern else titles[:2]
    return shortened(" · ".join(following or [reason]), _LONGEST_PREHEADER)


def pattern_error(pattern: str) -> str:
    """What is wrong with a SUBJECT_PATTERN, in words; empty if it can be used."""
    names = _FIELD.findall(pattern)
    unknown = [name for name in names if name not in FIELDS]
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in FIELDS)
        return f"has {{{unknown[0]}}}, and only {known} are known"
    if not {"title", "days"} & set(names):
        return "has neither {title} nor {days}, so each digest would have the same subject"
    room = room_for_title(pattern)
    if "title" in names and room < SHORTEST_ROOM:
        return f"leaves fewer than {SHORTEST_ROOM} of {LONGEST_SUBJECT} letters for a title"
    return f"makes a subject of more than {LONGEST_SUBJECT} letters" if room < 0 else ""


def subject_pattern() -> str:
    """The setting, where it can be used: its check says why it cannot."""
    pattern = settings.SUBJECT_PATTERN
    return "" if pattern and pattern_error(pattern) else pattern
