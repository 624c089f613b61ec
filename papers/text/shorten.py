"""Shorten a text at a word, or within one that is too long; never within a character.

A character that people see may be several of Unicode's: a letter with its marks, an emoji of a
family, a flag, a Hangul syllable in parts.
"""

from __future__ import annotations

import unicodedata
from typing import Final

_JOINER: Final = "\u200d"
_VIRAMA: Final = 9  # the combining class of marks that join two letters
_MOST_MARKS: Final = 40  # of one character: more is no text, and may be cut


def shortened(text: str, longest: int, mark: str = "…") -> str:
    """`text` on one line, in at most `longest` characters of Unicode, with `mark` where it is cut.

    It is cut at a blank, and within a word where all that is left would be less than half as long.
    """
    text = " ".join(text.split())
    if len(text) <= longest:
        return text
    room = longest - len(mark) - 1
    head = text[: room + 1].rpartition(" ")[0].rstrip()
    if 2 * len(head) >= room:
        return f"{head} {mark}"
    return text[: place_to_cut(text, longest - len(mark))].rstrip() + mark


def place_to_cut(text: str, longest: int) -> int:
    """The last place, at most `longest`, at which no character that people see is parted."""
    place = min(longest, len(text))
    first = max(1, place - _MOST_MARKS)
    while place > first and is_within_a_character(text, place):
        place -= 1
    return longest if is_within_a_character(text, place) else place


def is_within_a_character(text: str, place: int) -> bool:
    """Whether a line or a text cannot be cut at `place` (by the main rules of UAX 29)."""
    if not 0 < place < len(text):
        return False
    before, sign = text[place - 1], text[place]
    if sign.isascii():
        return False
    if before == _JOINER or _continues(sign):
        return True
    if unicodedata.combining(before) == _VIRAMA and sign.isalpha():
        return True
    if _is_flag_letter(before) and _is_flag_letter(sign):
        start = place
        while start and _is_flag_letter(text[start - 1]) and place - start < _MOST_MARKS:
            start -= 1
        return (place - start) % 2 == 1
    return _is_leading(before) and "\u1100" <= sign <= "\u1112"


def _continues(sign: str) -> bool:
    """A mark, a joiner, a skin tone, a tag of a flag, or the vowel or the end of a syllable."""
    return (
        unicodedata.category(sign)[0] == "M"
        or sign in "\u200c\u200d\uff9e\uff9f"
        or "\U0001f3fb" <= sign <= "\U0001f3ff"
        or "\U000e0020" <= sign <= "\U000e007f"
        or "\u1160" <= sign <= "\u11ff"
        or "\ud7b0" <= sign <= "\ud7ff"
    )


def _is_flag_letter(sign: str) -> bool:
    return "\U0001f1e6" <= sign <= "\U0001f1ff"


def _is_leading(sign: str) -> bool:
    return "\u1100" <= sign <= "\u115f"


def columns(text: str) -> int:
    """How many columns the text takes in a fixed-width font: two for a Chinese sign."""
    if text.isascii():
        return len(text)
    return sum(_columns_of(sign) for sign in text)


def _columns_of(sign: str) -> int:
    if sign == _JOINER or unicodedata.category(sign) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1


def fitting(text: str, most: int) -> int:
    """How many characters of `text` fit into `most` columns, at least one that people see."""
    used = place = 0
    while place < len(text) and (used := used + _columns_of(text[place])) <= most:
        place += 1
    return max(place_to_cut(text, place), 1)
