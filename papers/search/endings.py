"""What an unfinished word may become: PostgreSQL's stems make a beginning match less than it says.

"diffusio" is no beginning of the stored lexeme, which is 'diffus'. So a beginning matches the
lexemes that begin with it, and those to which it adds a part of an ending.
"""

from __future__ import annotations

from typing import Final

SHORTEST: Final = 3  # letters; a shorter beginning is one of most words
SHORTEST_OF_SEVERAL: Final = 2  # after other words, as in "Yann Le"
_SHORTEST_STEM: Final = 3
# Endings that the stemmer for English removes, alone or one after the other.
_ENDINGS: Final = [
    "ability",
    "ables",
    "abling",
    "ably",
    "alities",
    "ality",
    "alized",
    "alizing",
    "alization",
    "ally",
    "ance",
    "ances",
    "ancy",
    "ant",
    "ated",
    "ates",
    "ating",
    "ation",
    "ational",
    "ations",
    "ative",
    "atively",
    "ator",
    "ators",
    "ed",
    "ement",
    "ements",
    "ences",
    "ency",
    "ent",
    "ently",
    "ers",
    "es",
    "esses",
    "eness",
    "ial",
    "ially",
    "ibility",
    "ibly",
    "ical",
    "ically",
    "icities",
    "icity",
    "ics",
    "ied",
    "ier",
    "ies",
    "iest",
    "iously",
    "ious",
    "ing",
    "ingly",
    "ings",
    "ional",
    "ions",
    "isation",
    "ises",
    "ising",
    "ism",
    "isms",
    "ists",
    "ities",
    "ity",
    "ively",
    "iveness",
    "ivity",
    "ization",
    "izations",
    "ized",
    "izer",
    "izers",
    "izes",
    "izing",
    "ly",
    "ments",
    "nesses",
    "ors",
    "ously",
    "ousness",
    "ss",
    "ted",
    "ting",
    "ured",
    "ures",
    "uring",
    "ys",
]


def is_beginning(word: str, least: int = SHORTEST) -> bool:
    """Whether a word is long enough to be completed, and only letters."""
    return len(word) >= least and word.isalpha()


def stems_of_beginning(word: str) -> list[str]:
    """The lexemes of which `word` may be a form whose ending is not written out.

    "diffusio" gives "diffus" ("diffusion") among others. They are shorter than the word; the
    caller also matches what begins with the word itself.
    """
    cuts = range(max(_SHORTEST_STEM, len(word) - 7), len(word))
    return [word[:cut] for cut in cuts if _begins_ending(word[cut:], word[cut - 1])]


def _begins_ending(rest: str, last: str) -> bool:
    """Whether an ending begins so, perhaps after the stem's last letter again: "plan-ning"."""
    rests = {rest, rest.removeprefix(last)}
    return any(ending.startswith(one) for ending in _ENDINGS for one in rests)
