"""What PostgreSQL makes of words, asked once and then known: their stems, and tsqueries of texts.

"networks" and "networking" are one word to a search because both have the stem "network". Only
PostgreSQL has the rules, but they never change, and papers use the same words again and again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from web.sql import rows

_MOST: Final = 50_000  # words, of some 200 bytes each
_MOST_LEXEMES: Final = 5_000  # texts of queries, of 250 letters at most
_LONGEST: Final = 100  # letters; what is longer is no word

# A word of a text is one lexeme, a stop word none.
_STEMS: Final = """
SELECT word, array_to_string(tsvector_to_array(to_tsvector('english', word)), ' ')
FROM unnest(%(texts)s::text[]) AS word
"""
# phraseto_tsquery never fails: it takes any text as words.
_LEXEMES: Final = """
SELECT given, phraseto_tsquery('english', given)::text
FROM unnest(%(texts)s::text[]) AS given
"""


class Answers:
    """What a statement says of each text; it is asked once for a text."""

    def __init__(self, statement: str, most: int) -> None:
        self._statement, self._most = statement, most
        self._known: dict[str, str] = {}

    def of(self, texts: Iterable[str]) -> dict[str, str]:
        """The answer to each text. One query for those that are not known, or none."""
        given = list(texts)
        known = {text: self._known[text] for text in given if text in self._known}
        if new := sorted({*given} - known.keys()):
            known |= self._ask(new)
        return known

    def forget(self) -> None:
        """Ask for each text again."""
        self._known.clear()

    def _ask(self, texts: list[str]) -> dict[str, str]:
        found = {str(text): str(answer) for text, answer in rows(self._statement, texts=texts)}
        if len(self._known) + len(found) > self._most:
            self._known.clear()  # a few searches bring the usual ones back
        self._known.update(found)
        return found


_stems: Final = Answers(_STEMS, _MOST)
_lexemes: Final = Answers(_LEXEMES, _MOST_LEXEMES)


def stems_of(words: Iterable[str]) -> dict[str, str]:
    """The stem of each word; of a stop word it is empty. A very long word is left out.

    One query for the words that this process has not asked for yet; without such a word none.

    Args:
        words: plain, in lower case, each without a separator (`papers.text.searchable`).
    """
    return _stems.of(word for word in words if len(word) <= _LONGEST)


def lexemes_of(texts: Iterable[str]) -> dict[str, str]:
    """The tsquery of each text, its words side by side; empty without a word. One query, or none.

    Args:
        texts: plain and separated (`papers.text.searchable`).
    """
    return _lexemes.of(texts)


def forget() -> None:
    """Ask for each word again."""
    _stems.forget()
    _lexemes.forget()
