"""Followed authors: the names of a typed line, and whether a printed name is the same author.

Sources print one author as "Geoffrey Hinton", "Geoffrey E. Hinton" or "G. Hinton", and readers type
"Hinton, Geoffrey". A name is therefore read in each way that it can be: what is given, what is
the family. Two names are the same author if the families of two readings are equal and what is
given does not conflict. Teams, and names of one word, have to be equal.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from papers.text.names import is_group

Given = tuple[tuple[str, ...], ...]  # given names, each with its hyphenated parts


class Reading(NamedTuple):
    """A way to read a name. `family` has no spaces and hyphens.

    `is_reversed`: the family stands first although no comma says so, as in "LeCun Yann".
    """

    given: Given
    family: str
    is_reversed: bool = False


_INVISIBLE: Final = re.compile("[\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_ACCENTS: Final = re.compile("[\u0300-\u036f]")
_STROKES: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_APOSTROPHES: Final = re.compile("['’‘ʼ＇`´′]")
_HYPHENS: Final = re.compile("[-\u2010-\u2015\u2212\u30fb\u00b7・]")
# Bounds: where nothing closes, a search to the end of the text would take quadratic time.
_BRACKETS: Final = re.compile(r"\([^)]{0,200}\)|\[[^\]]{0,200}\]")
_NICKNAME: Final = re.compile(r"(?<=\w )[\"“”„«»][^\"“”„«»]{0,200}[\"“”„«»](?= \w)")
_NO_NAME: Final = re.compile(r"[^\w\s.\-,]|[\d_]")
_QUOTES: Final = '"“”„«» '
_NOTE_MARKS: Final = "*†‡§¶∗⁎¹²³⁰⁴⁵⁶⁷⁸⁹ "
_MOST_WORDS: Final = 12  # of a name; each more is a way more to read it
_LONGEST: Final = 1_000  # characters of a name; the rest is not read
_WORD: Final = re.compile(r"[^\s.]+\.?")
_TITLES: Final = frozenset({"dr", "prof", "professor", "mr", "mrs", "ms", "sir", "dame"})
_SUFFIXES: Final = frozenset({"jr", "sr", "ii", "iii", "iv", "phd", "esq"})
_PARTICLES: Final = frozenset(
    {
        "af", "al", "ap", "bin", "da", "das", "de", "del", "della", "den", "der", "di", "do",
        "dos", "du", "el", "ibn", "la", "le", "san", "st", "ten", "ter", "van", "vom", "von", "zu",
    }
)  # fmt: skip


# ── one name ─────────────────────────────────────────────────────────────────


def same_author(followed: str, printed: str) -> bool:
    """Whether a followed name and a printed name are the same author, as far as names tell."""
    printed_readings = readings(printed)
    return any(_agree(one, other) for one in readings(followed) for other in printed_readings)


@lru_cache(maxsize=1024)
def readings(name: str) -> tuple[Reading, ...]:
    """The ways to read a name; none if it holds no letter.

    A team, a name of one word, one in a script without spaces and one of too many words have one
    reading, all family.
    """
    shown = _BRACKETS.sub(" ", _NICKNAME.sub(" ", _INVISIBLE.sub("", name[:_LONGEST])))
    shown = " ".join(shown.strip(_QUOTES).split())
    if is_group(shown) or not _has_cases(shown) or len(shown.split()) > _MOST_WORDS:
        whole = _squeezed(_plain(shown))
        return (Reading((), whole),) if whole else ()
    return tuple(
        dict.fromkeys(
            reading
            for spelt in dict.fromkeys([_plain(shown), _plain(shown, _UMLAUTS)])
            for reading in _readings(spelt, shown)
        )
    )


def in_reading_order(name: str) -> str:
    """A name with its family last: "LeCun, Yann" → "Yann LeCun"; any other unchanged."""
    family, comma, given = name.partition(",")
    if not comma or "," in given or _is_suffix(given):
        return name
    return f"{given.strip()} {family.strip()}".strip()


def _has_cases(name: str) -> bool:
    """Whether it is written in letters like these, and not in those of Chinese or Arabic."""
    return name.lower() != name.upper()


def _plain(name: str, letters: dict[int, str] | None = None) -> str:
    """A name in lower case without accents, strokes, apostrophes and signs."""
    name = unicodedata.normalize("NFKC", _HYPHENS.sub("-", _APOSTROPHES.sub("", name))).casefold()
    name = unicodedata.normalize("NFC", name).translate(letters or {}).translate(_STROKES)
    name = _ACCENTS.sub("", unicodedata.normalize("NFD", name))
    return _NO_NAME.sub("", unicodedata.normalize("NFC", name))


def _readings(plain: str, shown: str) -> Iterator[Reading]:
    parts = [words for part in plain.split(",") if (words := _words(part))]
    if len(parts) > 1:
        yield from _with_comma(parts)
    elif parts:
        yield from _without_comma(parts[0])
        yield from _with_joined_initials(parts[0], shown)


def _with_comma(parts: Sequence[list[str]]) -> Iterator[Reading]:
    family, given = parts[0], parts[1]
    yield Reading(_given(given), _squeezed("".join(family)))
    if len(family) == len(given) == 1 and not given[0].endswith("."):
        # A source may print it with the comma lost.
        yield Reading(_given(family), _squeezed(given[0]), is_reversed=True)


def _without_comma(words: list[str]) -> Iterator[Reading]:
    if len(words) == 1:
        yield Reading((), _squeezed(words[0]))
        return
    if words[-1].endswith("."):
        yield from _ending_in_initials(words)
    for place in range(1, len(words)):
        first, last = words[:place], words[place:]
        if not words[-1].endswith("."):
            yield Reading(_given(first), _squeezed("".join(last)))
        if not words[0].endswith("."):
            yield Reading(_given(last), _squeezed("".join(first)), is_reversed=True)


def _ending_in_initials(words: list[str]) -> Iterator[Reading]:
    """ "Yi R." may be all that is known, and "D. O." after a whole name is a degree."""
    yield Reading((), _squeezed("".join(words)))
    while words and words[-1].endswith("."):
        words = words[:-1]
    if len(words) > 1:
        yield from _without_comma(words)


def _with_joined_initials(words: list[str], shown: str) -> Iterator[Reading]:
    """ "Hinton GE" and "GE Hinton": capitals without dots may be initials."""
    written = shown.split()
    if len(written) != 2 or len(words) != 2:
        return
    for place in range(2):
        other = written[1 - place]
        if re.fullmatch("[A-Z]{2,3}", written[place]) and not other.isupper():
            given = tuple((letter,) for letter in words[place])
            yield Reading(given, _squeezed(words[1 - place]), is_reversed=place == 1)


def _words(part: str) -> list[str]:
    """The words of a part of a name, without titles and suffixes: initials keep their dot."""
    words = [word for word in _WORD.findall(part.replace(".-", "-")) if word.strip(".-")]
    while len(words) > 1 and words[0].strip(".") in _TITLES:
        words = words[1:]
    while len(words) > 1 and words[-1].strip(".") in _SUFFIXES:
        words = words[:-1]
    return [] if _is_suffix(" ".join(words)) else words


def _is_suffix(part: str) -> bool:
    return part.replace(".", "").strip().casefold() in _SUFFIXES


def _given(words: Iterable[str]) -> Given:
    parts = (tuple(filter(None, word.strip(".").split("-"))) for word in words)
    return tuple(part for part in parts if part)


def _squeezed(name: str) -> str:
    return re.sub(r"[\s.,-]", "", name)


# ── two names ────────────────────────────────────────────────────────────────


def _agree(one: Reading, other: Reading) -> bool:
    if one.family != other.family or bool(one.given) != bool(other.given):
        return False
    if one.is_reversed and other.is_reversed:  # then both are read alike in the usual order
        return False
    # "Y. Li" is no "Li Yang": only initials of its own show that a name has its family first.
    for reading, opposite in ((one, other), (other, one)):
        if reading.is_reversed and not _has_initials(reading) and _has_initials(opposite):
            return False
    return _fits(one.given, other.given)


def _has_initials(reading: Reading) -> bool:
    return all(len(part) == 1 for part in reading.given[0])


def _fits(one: Given, other: Given) -> bool:
    """Whether given names may be those of one person: the first fits, the others do not conflict.

    Middle names may be missing in either; those that both have must follow in the same order.
    """
    if not one or not other:
        return not one and not other
    flat, flat_other = (tuple(part for name in names for part in name) for names in (one, other))
    if len(flat) == len(flat_other) and all(map(_fits_part, flat, flat_other)):
        return True  # Jean-Baptiste, Jean Baptiste and J. B.
    if "".join(flat) == "".join(flat_other):
        return True  # Weiming and Wei-Ming
    few, many = sorted((one[1:], other[1:]), key=len)
    return _fits_name(one[0], other[0]) and _in_order(few, many)


def _in_order(few: Given, many: Given) -> bool:
    left = iter(many)
    return all(any(_fits_name(name, candidate) for candidate in left) for name in few)


def _fits_name(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    if len(one) == len(other):
        return all(map(_fits_part, one, other))
    if (len(one) == 1 and len(one[0]) == 1) or (len(other) == 1 and len(other[0]) == 1):
        return one[0][0] == other[0][0]  # "J." is Jean-Baptiste
    return "".join(one) == "".join(other)


def _fits_part(one: str, other: str) -> bool:
    is_initial = len(one) == 1 or len(other) == 1
    return one[0] == other[0] if is_initial else one == other


# ── the names of a line ──────────────────────────────────────────────────────

_BETWEEN_NAMES: Final = re.compile(
    "[;|•\t\n\r\v\f\x85\u2028\u2029；]|\\s(?:and|or|&|/)(?=\\s)", re.IGNORECASE
)
_ET_AL: Final = re.compile(r"(?<![\s,])[\s,]*\bet\.?\s+al\.?\s*\Z", re.IGNORECASE)
_FULL_STOP: Final = re.compile(r"(?<=[^\W\d_]{3})\.\Z")  # of a sentence, not of "Y." or "Jr."
_BULLET: Final = re.compile(r"^\s*(?:(?:[-*•·–]|\d{1,2}[.)])\s+)+")  # of a pasted list
_COMMAS: Final = re.compile("[,，、]")


def parse_authors(line: str) -> tuple[str, ...]:
    """The names of a line, each author once, as the later one is written.

    Line ends, semicolons, "and" and the like separate names. So does a comma, unless it stands
    between a family and what is given: "LeCun, Yann" and "Hinton, G., LeCun, Y." have the family
    first.
    """
    names: dict[tuple[Reading, ...], str] = {}
    for part in _BETWEEN_NAMES.split(_BRACKETS.sub(" ", line)):
        for name in _names(_ET_AL.sub("", _BULLET.sub("", part))):
            names[author_key(name)] = name
    return tuple(names.values())


def author_key(name: str) -> tuple[Reading, ...]:
    """What two spellings of a name that differ in case, accents or order have in common."""
    found = readings(in_reading_order(name))
    return found[:1] or (Reading((), name),)


def _names(part: str) -> list[str]:
    names = _with_suffixes(filter(None, map(_bare, _COMMAS.split(part))))
    if len(names) % 2 == 0 and all(map(_is_one_word, names)):
        return [", ".join(pair) for pair in zip(names[::2], names[1::2], strict=True)]
    joined: list[str] = []
    for name in names:
        if joined and _completes(joined[-1], name, is_only=len(names) == 2):
            joined[-1] = f"{joined[-1]}, {name}"
        else:
            joined.append(name)
    return joined


def _bare(name: str) -> str:
    """The name without quotes, marks of notes and the full stop of a sentence."""
    plain = " ".join(_BULLET.sub("", name.strip(_QUOTES)).split())
    return _FULL_STOP.sub("", plain.rstrip(_NOTE_MARKS)) or plain


def _with_suffixes(names: Iterable[str]) -> list[str]:
    """The names, with "Jr." and the like back at the name before it."""
    found: list[str] = []
    for name in names:
        if found and _is_suffix(name):
            found[-1] = f"{found[-1]} {name}"
        else:
            found.append(name)
    return found


def _is_one_word(name: str) -> bool:
    """Whether it may be half of a person's name: one word of letters that have cases."""
    return " " not in name and _has_cases(name) and not is_group(name)


def _completes(before: str, name: str, *, is_only: bool) -> bool:
    """Whether `name`, after a comma, belongs to the name before it."""
    if is_group(before) or is_group(name) or "," in before or not _has_cases(name):
        return False
    words, family = _words(_plain(name)), _words(_plain(before))
    if not words or not family:
        return False
    if all(map(_is_initial, words)) or (_is_initial(words[-1]) and words[-1].endswith(".")):
        return True  # "Y.", "G. E." or "Gabriel J."
    if _is_initial(words[0]) and words[-1] not in _PARTICLES:
        return False  # "Y. LeCun" is a name of its own, "A. van den" is none
    is_one_family = len(family) == 1 or sum(word not in _PARTICLES for word in family) == 1
    return is_only and (is_one_family or len(words) == 1)


def _is_initial(word: str) -> bool:
    return all(len(part) == 1 for part in word.strip(".").split("-"))


# ── many printed names ───────────────────────────────────────────────────────


def _is_needed(printed: Reading) -> bool:
    """Not "Yann LeCun" with the family Yann: a followed "LeCun Yann" is read both ways itself."""
    return not printed.is_reversed or len(printed.given) > 1 or _has_initials(printed)


class PrintedAuthors:
    """The authors of papers, by family, to find the papers of a followed name quickly."""

    def __init__(self, papers: Sequence[Sequence[str]]) -> None:
        self.size = len(papers)
        self._by_family: dict[str, list[tuple[Reading, int]]] = {}
        for row, authors in enumerate(papers):
            for name in authors:
                for reading in filter(_is_needed, readings(name)):
                    self._by_family.setdefault(reading.family, []).append((reading, row))

    def written_by(self, line: str) -> list[bool]:
        """For each paper, whether an author of the line is among those that it prints.

        A stored name is read like a typed line, because old ones may hold several.
        """
        found = {
            row
            for name in parse_authors(line)
            for reading in readings(name)
            for printed, row in self._by_family.get(reading.family, ())
            if _agree(reading, printed)
        }
        return [row in found for row in range(self.size)]
