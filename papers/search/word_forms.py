"""Other forms of a word of a query that PostgreSQL's stems do not know to be the same.

"GPUs" and "matrices" have other stems than "GPU" and "matrix"; "tau-bench" is also "τ-bench", and
"finetuning" is "fine-tuning" and "fine tuning".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from papers.text.plurals import number_forms

# Shorter words are in too many others: "model" is no "mod el". The ends of "we're" and "we've"
# are words of their own in the index.
_SHORTEST: Final = 6
_LONGEST: Final = 24
_SHORTEST_PART: Final = 2
_NO_PARTS: Final = frozenset({"re", "ve", "ll"})
_VOWEL: Final = re.compile("[aeiouy]")
_VERSIONED: Final = re.compile("([a-z]{2,})(v[0-9].*)")

_GREEK: Final = {
    unicodedata.name(letter).split()[-1].lower().replace("lamda", "lambda"): letter
    for letter in "αβγδεζηθικλμνξοπρστυφχψω"
}
_NAMES: Final = {letter: name for name, letter in _GREEK.items()}
_GREEK_LETTER: Final = re.compile(
    rf"(?<![^\W_])({'|'.join(_GREEK)}|[{''.join(_NAMES)}])[_^]*(?![^\W\d_])"
)


def other_forms(word: str) -> list[str]:
    """Texts that are the same as a plain word, and other words to PostgreSQL.

    The singular or plural, a Greek letter for its name and its name for it.
    """
    lower = word.lower()
    forms = [form for form in number_forms(lower)[1:] if not _have_one_stem(lower, form)]
    forms += _greek_forms(lower)
    return [form for form in dict.fromkeys(forms) if form != lower]


def _have_one_stem(word: str, form: str) -> bool:
    """Whether PostgreSQL knows the two to be one: "model", "models"; not "GPUs", "analyses"."""
    short, long = sorted((word, form), key=len)
    if long not in {f"{short}s", f"{short}es", f"{short[:-1]}ies"}:
        return False
    is_in_s = long.endswith("us") or (short.endswith("s") and not short.endswith("ss"))
    return not is_in_s and bool(_VOWEL.search(short[:-1]))


def _greek_forms(word: str) -> list[str]:
    """`pi0` gives `π0` and, because "π_0" is two words, `π 0`."""
    if not _GREEK_LETTER.search(word):
        return []
    return [
        _GREEK_LETTER.sub(lambda found: _NAMES.get(found[1], found[1]), word),
        _GREEK_LETTER.sub(lambda found: _GREEK.get(found[1], found[1]), word),
        _GREEK_LETTER.sub(lambda found: _GREEK.get(found[1], found[1]) + " ", word).strip(),
    ]


def parts_of_compound(word: str) -> Iterator[tuple[str, str]]:
    """The ways to write one word as two; most of them are in no paper.

    "realtime" gives "re", "altime" no more than "real", "time".
    """
    lower = word.lower()
    if found := _VERSIONED.fullmatch(lower):
        yield found[1], found[2]
    if not (_SHORTEST <= len(lower) <= _LONGEST and lower.isascii() and lower.isalpha()):
        return
    for cut in range(_SHORTEST_PART, len(lower) - _SHORTEST_PART + 1):
        if _NO_PARTS.isdisjoint((lower[:cut], lower[cut:])):
            yield lower[:cut], lower[cut:]
