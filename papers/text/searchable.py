"""The form of a text that the search compares: which characters separate words, which join them.

PostgreSQL's own rules make one word of "Audio/Video", of "llama.cpp" and of "Qwen2.5-VL", and the
number −4 of the 4 in "GPT-4", so that "video", "qwen" and "GPT 4" would not find them. Here all
punctuation separates words, and so does the border between two letters and a digit.

The database has the same rules for papers as `papers_fold`, `papers_separate` and
`papers_joined`; a test compares the two.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

_PUNCTUATION: Final = r"""!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~""" + "\u2014\u2015\u2026"
_SPACES: Final = dict.fromkeys(map(ord, _PUNCTUATION), " ")
_PLAIN: Final = str.maketrans(
    "ØøŁłĐđÐðĦħı\u2010\u2011\u2012\u2013\u2212\u2018\u2019\u02bc", "OoLlDdDdHhi-----'''"
) | str.maketrans({"ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "þ": "th", "Þ": "TH"})
_REMOVED: Final = {0x2122: " ", **dict.fromkeys([0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])}
_ACCENT: Final = re.compile("[\u0300-\u036f]")
# What papers_joined finds: two parts with a hyphen, and the name before a version ("DINOv2").
_COMPOUND: Final = re.compile(
    r"[a-zA-Z0-9]*[a-zA-Z][-._'][a-zA-Z][a-zA-Z0-9]*"
    r"|(?<!\w)[a-zA-Z][-._'][0-9]+|[0-9]+-[a-zA-Z](?!\w)"
)
# No compound: a regular expression that looks for one in it takes quadratic time.
_LONG_RUN: Final = re.compile("[a-zA-Z0-9]{101,}")
_VERSION: Final = re.compile("[a-zA-Z]*(?:[A-Z]v|[a-z]V)[0-9]")
_JOINED: Final = re.compile("[-._'](?=[a-zA-Z0-9])")
_VERSIONED: Final = re.compile("[vV](?=[0-9])")
_JOINTS: Final = re.compile("[-._']")
# One letter and a digit are a word: "3D", "4o", "T5". "gpt4", "wav2vec" and "4bit" are several.
_DIGITS: Final = re.compile("[0-9]+")


def plain(text: str) -> str:
    """The text without accents, with full-width, small and mathematical characters as plain ones.

    Hyphens of all kinds become "-", apostrophes "'". `papers_fold` is the same in the database.
    """
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFKD", text.translate(_REMOVED))
    return unicodedata.normalize("NFKC", _ACCENT.sub("", parts)).translate(_PLAIN)


@lru_cache(maxsize=4096)
def plain_character(character: str) -> str:
    """The plain form of one character where that is one character, or else the character itself.

    For texts in which each letter must stay at its place.
    """
    found = plain(character)
    return found if len(found) == 1 else character


def separate(text: str, border: str = " ") -> str:
    """A plain text with a space for each separator, and `border` between letters and a digit."""
    return _DIGITS.sub(lambda found: _bordered(found, border), text.translate(_SPACES))


def _bordered(digits: re.Match[str], border: str) -> str:
    """The digits with a border to two letters or more on either side."""
    text, start, end = digits.string, *digits.span()
    before = border if _are_letters(text[max(start - 2, 0) : start]) else ""
    after = border if _are_letters(text[end : end + 2]) else ""
    return f"{before}{digits[0]}{after}"


def _are_letters(two: str) -> bool:
    return len(two) == 2 and two.isascii() and two.isalpha()


def words(text: str) -> list[str]:
    """The words of any text, as the search compares them, in lower case."""
    return separate(plain(text)).lower().split()


def joined_form(word: str) -> str:
    """A compound of two parts as one word: "fine-tuning" → "finetuning"; empty for another word.

    Also empty where the two parts stay words of their own: "GPT-4" is searched like "GPT 4".
    """
    return _JOINTS.sub("", word) if _COMPOUND.fullmatch(word) else ""


def compounds(text: str) -> Iterator[tuple[int, int, str]]:
    """The compounds of a plain text: first character, last + 1, and the form as one word."""
    for start, part in _parts_with(_JOINED, text):
        for found in _COMPOUND.finditer(part):
            yield start + found.start(), start + found.end(), _JOINTS.sub("", found[0])
    for start, part in _parts_with(_VERSIONED, text):
        for found in _VERSION.finditer(part):
            yield start + found.start(), start + found.end() - 2, found[0][:-2]


def _parts_with(sign: re.Pattern[str], text: str) -> Iterator[tuple[int, str]]:
    """The parts of a text between blanks that have a sign of a compound, each with its place.

    Looking for compounds in all of an abstract would take twenty times as long.
    """
    end = -1
    for found in sign.finditer(text):
        if found.start() < end:
            continue
        start = text.rfind(" ", 0, found.start()) + 1
        end = text.find(" ", found.end())
        end = len(text) if end < 0 else end
        yield start, _LONG_RUN.sub(lambda run: " " * len(run[0]), text[start:end])


def pair_as_one(first: str, second: str) -> str:
    """Two words written as one: "fine", "tuning" → "finetuning". Empty if that changes nothing.

    "gpt" and "4" are the words of "gpt4" anyway. "2" and "5" are not 25.
    """
    both = first + second
    if not both.isalnum() or (first[-1:].isdecimal() and second[:1].isdecimal()):
        return ""
    return both if words(both) != [*words(first), *words(second)] else ""
