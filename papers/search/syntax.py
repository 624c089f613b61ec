"""The syntax of a query: words, "exact phrases", or, -not, and au:, ti:, abs:, cat: before a value.

No text is an error: what is no syntax is a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

Field = Literal["", "au", "ti", "abs", "cat"]
_FIELDS: Final[dict[str, Field]] = {
    **dict.fromkeys(("au", "author", "authors"), "au"),
    **dict.fromkeys(("ti", "title"), "ti"),
    **dict.fromkeys(("abs", "abstract"), "abs"),
    **dict.fromkeys(("cat", "category"), "cat"),
}
# Each of the same length as what it replaces: the places of the terms stay.
_QUOTES: Final = str.maketrans(dict.fromkeys("“”„‟«»″＂", '"') | {"：": ":", "\u2212": "-"})
_TERM: Final = re.compile(
    rf"""(?P<minus>-*) (?: \b(?P<field>{"|".join(_FIELDS)}):[ ]* )?
         (?: "(?P<phrase>[^"]*)" | (?P<word>[^\s"]+) )?""",
    re.VERBOSE | re.IGNORECASE,
)
# Between words that count alone: "audio/video" is two. A comma stays with the word before it,
# because it tells the surname in "LeCun, Y.".
_WORD: Final = re.compile(r"[^/,;:|&+()\[\]{}…]+,?")
_GLUED_INITIALS: Final = re.compile(r"(?<![^\W_])((?:[^\W\d_]\.-?)+)(?=[^\W\d_]{2})")


@dataclass(frozen=True, slots=True)
class Term:
    """A word or a phrase of a query, and its place there: the first character, and the last + 1."""

    text: str
    start: int
    end: int
    field: Field = ""
    is_phrase: bool = False
    is_excluded: bool = False


def read_terms(query: str) -> list[list[Term]]:
    """The alternatives of a query, which "or" separates, each with its terms in their order."""
    alternatives: list[list[Term]] = [[]]
    for term in _terms(query.translate(_QUOTES)):
        if _is_or(term):
            alternatives.append([])
        else:
            alternatives[-1] += _single_words(term)
    return [terms for terms in alternatives if terms]


def _terms(query: str) -> Iterator[Term]:
    for found in _TERM.finditer(query):
        text = found["phrase"] if found["phrase"] is not None else found["word"]
        if text and text.strip():
            yield Term(
                text,
                *found.span("word" if found["phrase"] is None else "phrase"),
                field=_FIELDS[found["field"].lower()] if found["field"] else "",
                is_phrase=found["phrase"] is not None,
                is_excluded=bool(found["minus"]),
            )


def _is_or(term: Term) -> bool:
    is_plain = not (term.is_phrase or term.is_excluded or term.field)
    return is_plain and term.text.lower() == "or"


def _single_words(term: Term) -> Sequence[Term]:
    """The words of a term that stand without a space between: `audio/video`, `Y.LeCun`."""
    if term.is_phrase or term.is_excluded or term.field in {"au", "cat"}:
        return [term]
    spaced = _GLUED_INITIALS.sub(lambda found: found[1] + "\0", term.text)
    found = [place for part in re.finditer(r"[^\0]+", spaced) for place in _places(part)]
    shift = [spaced[:start].count("\0") for start, _ in found]
    return [
        replace(
            term,
            text=spaced[start:end],
            start=term.start + start - less,
            end=term.start + end - less,
        )
        for (start, end), less in zip(found, shift, strict=True)
    ]


def _places(part: re.Match[str]) -> Iterator[tuple[int, int]]:
    for word in _WORD.finditer(part[0]):
        yield part.start() + word.start(), part.start() + word.end()
