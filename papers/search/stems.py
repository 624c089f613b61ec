"""The stems of words: what PostgreSQL makes of each, asked once and then known.

"networks" and "networking" are one word to a search because both have the stem "network". Only
PostgreSQL has the rules, but they never change, and papers use the same words again and again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from web.sql import rows

_MOST: Final = 50_000  # words, of some 200 bytes each
_LONGEST: Final = 100  # letters; what is longer is no word

# A word of a text is one lexeme, a stop word none.
_STEMS: Final = """
SELECT word, array_to_string(tsvector_to_array(to_tsvector('english', word)), ' ')
FROM unnest(%(words)s::text[]) AS word
"""

_known: dict[str, str] = {}


def stems_of(words: Iterable[str]) -> dict[str, str]:
    """The stem of each word; of a stop word it is empty. A very long word is left out.

    One query for the words that this process has not asked for yet; without such a word none.

    Args:
        words: plain, in lower case, each without a separator (`papers.text.searchable`).
    """
    given = [word for word in words if len(word) <= _LONGEST]
    known = {word: _known[word] for word in given if word in _known}
    if new := sorted({*given} - known.keys()):
        known |= _ask(new)
    return known


def forget() -> None:
    """Ask for each word again."""
    _known.clear()


def _ask(words: list[str]) -> dict[str, str]:
    found = {str(word): str(stem) for word, stem in rows(_STEMS, words=words)}
    if len(_known) + len(found) > _MOST:
        _known.clear()  # the words of a few searches bring the usual ones back
    _known.update(found)
    return found
