r"""The normalised title: what two spellings of one title have in common."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from papers.text.clean import clean
from papers.text.tex import unicode_math

LONGEST_TITLE: Final = 500  # the index of title_key takes about 2,700 bytes
_BETWEEN_WORDS = re.compile("[^0-9a-z]+")
# Most titles have none of these; the conversion of TeX takes ten times as long as all the rest.
_WRITTEN_IN_TEX = re.compile(r"[\\$]|[_^]\{")
# A script is typed π_0, π₀ or π0, and x^2, x² or x2; but SWE_bench is SWE-bench.
_SCRIPT = re.compile(r"(?<=\w)\^\(?|(?<=\b[^\W\d_])_(?=[\w(∞])\(?")
_TAG = re.compile(r"</?(?:i|b|u|em|strong|sub|sup|tt|span)>", re.IGNORECASE)
# Signs that are a part of a name: C, C++ and C# are three languages, and A* is an algorithm.
_SIGN = re.compile(
    r"(?<=[^\W_])\++(?![\w+])|(?<=\b[^\W\d_])[#♯*∗⋆★](?!\w)"
    r"|(?<=\w)∞|∞(?=-?\w)|(?<=\d)\s*×(?:\s*(?=\d))?"
)
_SPOKEN = {"#": "sharp", "♯": "sharp", "∞": "infinity", "×": "x"}


def title_key(title: str) -> str:
    r"""The normalised title: its letters and digits, in lower case.

    TeX, tags and entities are undone, compatibility forms become plain letters (ﬁ → fi, ² → 2),
    and all other characters separate words, except signs that are a part of a name: C++, C#, A*.
    So "Zero-Shot: A Survey" and "zero shot -- a survey" have the same key, and so have "τ-bench"
    and "$\tau$-bench". Marks that belong to a letter stay with it. Empty for a title of symbols
    only.
    """
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", _plain(title)).casefold())
    plain = _SIGN.sub(_spoken, plain)
    if plain.isascii():  # most titles; one character at a time takes five times as long
        words = _BETWEEN_WORDS.sub(" ", plain)
    else:
        words = "".join(mark if _belongs_to_a_word(mark) else " " for mark in plain)
    return " ".join(words.split())[:LONGEST_TITLE].rstrip()


def _plain(title: str) -> str:
    if "&" in title:
        title = clean(title)
    if "<" in title:
        title = _TAG.sub("", title)
    if _WRITTEN_IN_TEX.search(title):
        title = unicode_math(title)
    return _SCRIPT.sub("", title) if "^" in title or "_" in title else title


def _spoken(found: re.Match[str]) -> str:
    sign = found[0].strip()
    return "plus" * len(sign) if sign[0] == "+" else _SPOKEN.get(sign, "star")


def _belongs_to_a_word(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character).startswith("M")
