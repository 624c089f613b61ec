"""The conditions of a query as a tree, and the tsqueries of PostgreSQL that it becomes.

`Words` hold text that PostgreSQL turns into lexemes ("networks" → 'network'); everything else is
put around these lexemes here. One tree gives several tsqueries, because the index can answer less
than a query asks, and ranking needs only the words.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import ClassVar, Final

Lexemes = Mapping[str, str]  # from a text to its tsquery, as PostgreSQL writes it
AUTHORS: Final = "C"  # the weight of names
TEXTS: Final = "AB"  # those of titles and abstracts
_LEXEME: Final = re.compile("'(?:[^']|'')*'")
_FOLLOWED_BY: Final = re.compile(r" <(?:-|\d+)> ")


class Use(Enum):
    """What a tsquery is for.

    MATCH: the whole query. INDEX: what the index can answer without reading the words of a paper,
    so no phrases, weights or excluded words. TITLE: of that, what a title can match. RANK: the
    words as they were typed, without other forms.
    """

    MATCH = auto()
    INDEX = auto()
    TITLE = auto()
    RANK = auto()


class Condition(ABC):
    """A condition that a paper fulfils or not."""

    @abstractmethod
    def texts(self) -> set[str]:
        """The texts whose lexemes the other methods need."""

    def guesses(self) -> set[str]:
        """Of these texts, those whose lexemes count only if they stand so in some paper."""
        return set()

    @abstractmethod
    def tsquery(self, use: Use, lexemes: Lexemes) -> str:
        """The text of a tsquery; empty when there is no word in it."""

    @abstractmethod
    def marks(self, lexemes: Lexemes) -> set[str]:
        """The words to mark in the texts of a paper, each as a tsquery."""


@dataclass(frozen=True, slots=True)
class Words(Condition):
    """Words one after the other. `weight`: only in titles (A), abstracts (B) or names (C).

    `is_unfinished`: the last word is a beginning. `least`: no condition with fewer lexemes.
    """

    text: str
    weight: str = ""
    is_unfinished: bool = False
    least: int = 1

    def texts(self) -> set[str]:
        return {self.text}

    def tsquery(self, use: Use, lexemes: Lexemes) -> str:
        found = lexemes[self.text]
        count = len(_LEXEME.findall(found))
        if count < self.least or (use is Use.TITLE and not _is_in_titles(self.weight)):
            return ""
        weight = self.weight if use is Use.MATCH else ""
        last = f"*{weight}" if self.is_unfinished else weight
        labels = iter([*[weight] * (count - 1), last])
        labelled = _LEXEME.sub(lambda lexeme: _labelled(lexeme[0], next(labels)), found)
        return labelled if use in {Use.MATCH, Use.RANK} else _anywhere(labelled)

    def marks(self, lexemes: Lexemes) -> set[str]:
        found = _LEXEME.findall(lexemes[self.text])
        if self.least > 1:  # of "E. coli" only the name: a letter is in many places
            found = [lexeme for lexeme in found if len(lexeme) > len("'e'")]
        last = "*" if self.is_unfinished else ""
        return {*found[:-1], *(_labelled(lexeme, last) for lexeme in found[-1:])}


class Guess(Words):
    """Two words that may be another form of what was typed: "fine tuning" for "finetuning"."""

    def guesses(self) -> set[str]:
        return {self.text}


@dataclass(frozen=True, slots=True)
class Key(Condition):
    """A stored lexeme of an author or a category. `shown`: the word to rank and mark instead."""

    lexeme: str
    is_unfinished: bool = False
    shown: str = ""

    def texts(self) -> set[str]:
        return {self.shown} if self.shown else set()

    def tsquery(self, use: Use, lexemes: Lexemes) -> str:
        if use is Use.RANK:
            return lexemes[self.shown] if self.shown else ""
        written = _labelled(quoted(self.lexeme), "*" if self.is_unfinished else "")
        return "" if use is Use.TITLE else written

    def marks(self, lexemes: Lexemes) -> set[str]:
        return set(_LEXEME.findall(lexemes[self.shown])) if self.shown else set()


@dataclass(frozen=True, slots=True)
class Stem(Condition):
    """The lexeme of a word, exactly as it is stored."""

    lexeme: str
    weight: str = ""

    def texts(self) -> set[str]:
        return set()

    def tsquery(self, use: Use, lexemes: Lexemes) -> str:
        if use is Use.TITLE and not _is_in_titles(self.weight):
            return ""
        return _labelled(quoted(self.lexeme), self.weight if use is Use.MATCH else "")

    def marks(self, lexemes: Lexemes) -> set[str]:
        return {quoted(self.lexeme)}


@dataclass(frozen=True, slots=True)
class Near(Condition):
    """Two parts of one author's name, with at most two others between them.

    Three words that are not stored stand between two authors: a third part would be one of those.
    """

    first: str
    second: str

    def texts(self) -> set[str]:
        return {self.first, self.second}

    def tsquery(self, use: Use, lexemes: Lexemes) -> str:
        written = [lexemes[text] for text in (self.first, self.second) if lexemes[text]]
        if use is Use.TITLE:
            return ""
        if use is not Use.MATCH:
            return " & ".join(map(_anywhere, written))
        parts = [_LEXEME.sub(lambda lexeme: f"{lexeme[0]}:{AUTHORS}", text) for text in written]
        if len(parts) < 2:
            return "".join(parts)
        first, second = (f"( {part} )" for part in parts)
        return " | ".join(f"{first} {between} {second}" for between in ("<->", "<2>", "<3>"))

    def marks(self, lexemes: Lexemes) -> set[str]:
        return {lexeme for text in self.texts() for lexeme in _LEXEME.findall(lexemes[text])}


@dataclass(frozen=True, slots=True)
class Without(Condition):
    """The part does not match."""

    part: Condition

    def texts(self) -> set[str]:
        return self.part.texts()

    def guesses(self) -> set[str]:
        return self.part.guesses()

    def tsquery(self, use: Use, lexemes: Lexemes) -> str:
        inner = self.part.tsquery(use, lexemes) if use is Use.MATCH else ""
        return f"!( {inner} )" if inner else ""

    def marks(self, lexemes: Lexemes) -> set[str]:
        return set()


@dataclass(frozen=True, slots=True)
class _Several(Condition):
    parts: tuple[Condition, ...]

    def texts(self) -> set[str]:
        return _union(part.texts() for part in self.parts)

    def guesses(self) -> set[str]:
        return _union(part.guesses() for part in self.parts)

    def marks(self, lexemes: Lexemes) -> set[str]:
        return _union(part.marks(lexemes) for part in self.parts)

    def _written(self, use: Use, lexemes: Lexemes) -> list[str]:
        """The different tsqueries of the parts that have one."""
        written = (part.tsquery(use, lexemes) for part in self.parts)
        return list(dict.fromkeys(filter(None, written)))


class All(_Several):
    """Every part matches."""

    def tsquery(self, use: Use, lexemes: Lexemes) -> str:
        written = self._written(use, lexemes)
        if len(written) > 1:
            written = [f"( {text} )" if " | " in text else text for text in written]
        return " & ".join(written)


class Either(_Several):
    """At least one part matches."""

    def tsquery(self, use: Use, lexemes: Lexemes) -> str:
        return " | ".join(self._written(use, lexemes))


class First(_Several):
    """The first part that has a word: "he" is none to PostgreSQL, but a surname."""

    def tsquery(self, use: Use, lexemes: Lexemes) -> str:
        return next(iter(self._written(use, lexemes)), "")


class Forms(_Several):
    """The first part was typed, the rest are other forms of it. Without a word it has no forms.

    Papers with another form only rank below those with the words as typed.
    """

    are_ranked: ClassVar = False

    def tsquery(self, use: Use, lexemes: Lexemes) -> str:
        typed, *_ = self.parts
        is_only_typed = use is Use.RANK and not self.are_ranked
        if is_only_typed or not typed.tsquery(Use.MATCH, lexemes):
            return typed.tsquery(use, lexemes)
        return " | ".join(self._written(use, lexemes))


class Same(Forms):
    """Forms that rank alike: "GPU" and "GPUs"."""

    are_ranked: ClassVar = True


def quoted(lexeme: str) -> str:
    """A lexeme as tsqueries write it."""
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def _labelled(lexeme: str, label: str) -> str:
    return f"{lexeme}:{label}" if label else lexeme


def _anywhere(phrase: str) -> str:
    """A phrase as its words, at any place of a paper."""
    return _FOLLOWED_BY.sub(" & ", phrase)


def _is_in_titles(weight: str) -> bool:
    return not weight or "A" in weight


def _union(sets: Iterable[set[str]]) -> set[str]:
    return {text for one in sets for text in one}
