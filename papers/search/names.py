"""Names of authors in a query: `Y. LeCun`, `LeCun, Yann`, `J.-B. Alayrac`, au:"Geoffrey Hinton".

A stored author has a key for each longer part of the name with the initial of each part before:
"Jean-Baptiste Alayrac" has 'au:alayrac.j', 'au:alayrac.b' and 'au:baptiste.j'.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from papers.search.conditions import AUTHORS, All, Condition, Either, First, Key, Near, Words
from papers.text.searchable import plain, words

_INITIALS: Final = re.compile(r"(?:[^\W\d_]\.-?)+,?")


def are_initials(word: str) -> bool:
    """Whether a word is initials with their dots: "Y.", "J.-B.", "G.E."."""
    return bool(_INITIALS.fullmatch(plain(word)))


def is_letter(word: str) -> bool:
    """Whether a word is one letter: an initial without its dot, perhaps."""
    parts = words(word)
    return len(parts) == 1 and len(parts[0]) == 1 and parts[0].isalpha()


def is_name(word: str) -> bool:
    """Whether a word may be a name in full."""
    return any(len(part) > 1 and part.isalpha() for part in words(word))


def with_initial(initial: str, name: str) -> Condition:
    """The authors with a part `name` and the first of these initials before it."""
    first = words(initial)[0][0]
    parts = [part for part in words(name) if len(part) > 1]
    return All(tuple(Key(f"au:{part}.{first}", shown=part) for part in parts))


def author(value: str, *, is_unfinished: bool = False) -> Condition:
    """The papers that one author with this name has written; empty for no name.

    Middle initials need not match: "Geoffrey E. Hinton" and "Geoffrey Hinton" find each other.
    """
    surname, comma, given = value.partition(",")
    parts = words(f"{given} {surname}" if comma else value)
    names = [part for part in parts if len(part) > 1]
    initials = [part for part in parts if len(part) == 1]
    if not names:
        return All(tuple(Words(part, AUTHORS) for part in parts))
    if len(names) == 1:
        return with_initial(initials[0], names[0]) if initials else _one_name(value, is_unfinished)
    orders = [names, [*names[1:], names[0]]] if len(names) == 2 and not comma else [names]
    return Either(tuple(_full_name(order) for order in orders))


def _one_name(value: str, is_unfinished: bool) -> Condition:
    """A given name or a surname. PostgreSQL stores no word "he": then the keys of "he" count."""
    (name,) = (part for part in words(value) if len(part) > 1)
    exact = First((Words(value, AUTHORS), Key(f"au:{name}.", is_unfinished=True, shown=name)))
    if not is_unfinished:
        return exact
    begun = (Words(name, AUTHORS, is_unfinished=True), Key(f"au:{name}", is_unfinished=True))
    return Either((exact, *begun))


def _full_name(names: Sequence[str]) -> Condition:
    first, *others = names
    keys = (Key(f"au:{name}.{first[0]}", shown=name) for name in others)
    return All((*keys, *(Near(*pair) for pair in pairwise(names))))
