"""The normalised title: what two spellings of one title have in common."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LONGEST_TITLE: Final = 500  # the index of title_key takes about 2,700 bytes
_BETWEEN_WORDS = re.compile("[^0-9a-z]+")


def title_key(title: str) -> str:
    """The normalised title: its letters and digits, in lower case.

    Compatibility forms become plain letters (ﬁ → fi) and all other characters separate words, so
    "Zero-Shot: A Survey" and "zero shot -- a survey" have the same key. Marks that
    belong to a letter stay with it. Empty for a title of symbols only.
    """
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", title).casefold())
    if plain.isascii():  # most titles; one character at a time takes five times as long
        words = _BETWEEN_WORDS.sub(" ", plain)
    else:
        words = "".join(mark if _belongs_to_a_word(mark) else " " for mark in plain)
    return " ".join(words.split())[:LONGEST_TITLE].rstrip()


def _belongs_to_a_word(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character).startswith("M")
