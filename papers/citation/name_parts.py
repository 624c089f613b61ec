"""The parts of an author's name that a reference needs: given names, family, suffix."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from papers.text.clean import fold
from papers.text.names import is_group

_SUFFIX: Final = re.compile(r"(?:Jr|Sr|Jun|Sen)\.?|I{2,3}|IV|VI{0,3}|Esq\.?")
_INITIALS: Final = re.compile(r"(?:[^\W\d_]\.?-?){1,4}")
# Words that begin a family name. In capitals they may be given names, so fewer count there.
_PARTICLES: Final = frozenset(
    ("af", "al", "ap", "auf", "bin", "bint", "da", "dal", "das", "de", "degli", "dei", "del",
     "della", "den", "der", "des", "di", "do", "dos", "du", "e", "el", "ibn", "im", "la", "las",
     "le", "lo", "los", "'s", "st.", "te", "ten", "ter", "tot", "v.", "van", "vom", "von", "vor",
     "y", "zu", "zum", "zur", "'t", "ben", "bar", "mac")
)  # fmt: skip
_CAPITAL_PARTICLES: Final = frozenset(
    ("Da", "Dal", "De", "Del", "Della", "Den", "Der", "Des", "Di", "Dos", "Du", "El", "La", "Las",
     "Los", "St.", "Ten", "Ter", "Van", "Vander", "Von")
)  # fmt: skip
# "Nguyen Van Anh": Van is a middle name there.
_VIETNAMESE: Final = frozenset(
    ("bui", "cao", "dang", "dao", "dinh", "do", "doan", "duong", "ha", "ho", "hoang", "huynh",
     "lam", "le", "luong", "luu", "ly", "mai", "ngo", "nguyen", "pham", "phan", "phung", "ta",
     "thai", "to", "tran", "trinh", "truong", "vo", "vu", "vuong")
)  # fmt: skip


class NameParts(NamedTuple):
    """A name in parts. A group, a single name and one without cases are all `family`.

    `is_whole`: the family must not be divided further, as that of a group.
    """

    family: str
    given: str = ""
    suffix: str = ""
    is_whole: bool = False

    @property
    def inverted(self) -> str:
        """`van der Maaten, Laurens`, `King, Martin Luther, Jr.`; a whole name as it is."""
        return ", ".join(filter(None, (self.family, self.given, self.suffix)))


def name_parts(name: str) -> NameParts:
    """The parts of a full name in any script, as sources print it; never raises.

    The family of "Laurens van der Maaten" is "van der Maaten". A Chinese or a Korean name in its
    own script stays whole: nothing in it tells how many of its signs are the family.
    """
    name = fold(name)
    if is_group(name) or name.lower() == name.upper() or " " not in name:
        return NameParts(name.replace(",", ""), is_whole=True)
    if "," in name:
        return _with_comma(name)
    words, suffix = _without_suffix(name.split())
    if len(words) < 2:
        return NameParts(" ".join(words), suffix=suffix)
    at = _family_at(words)
    return NameParts(" ".join(words[at:]), " ".join(words[:at]), suffix)


def _with_comma(name: str) -> NameParts:
    """`Roe, Jane` and `Jane Roe, Jr.`"""
    first, *others = (part.strip() for part in name.split(","))
    if len(others) == 1 and _SUFFIX.fullmatch(others[0]):
        return name_parts(first)._replace(suffix=others[0])
    suffix = next((part for part in others if _SUFFIX.fullmatch(part)), "")
    given = " ".join(part for part in others if part and part != suffix)
    return NameParts(first, given, suffix, is_whole=not given)


def _without_suffix(words: list[str]) -> tuple[list[str], str]:
    """A suffix stands behind two words at least: in "Wei V" the V is a family."""
    if len(words) > 2 and _SUFFIX.fullmatch(words[-1]) and words[-1] != "V":
        return words[:-1], words[-1]
    return words, ""


def _family_at(words: list[str]) -> int:
    """The place of the first word of the family: the last word, and the particles before it."""
    last = len(words) - 1
    if _INITIALS.fullmatch(words[last]) and words[last].endswith(".") and last == 1:
        return last  # "Yi R.": nothing else is known
    for place in range(1, last):
        if words[place] in _PARTICLES or _is_capital_particle(words, place):
            return place
    return last


def _is_capital_particle(words: list[str], place: int) -> bool:
    ends = {words[0].lower(), words[-1].lower()}
    return words[place] in _CAPITAL_PARTICLES and not ends & _VIETNAMESE
