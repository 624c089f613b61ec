"""Shorten a long sentence at a clause: not inside a word, a formula or a parenthesis."""

from __future__ import annotations

import re
from typing import Final

from papers.text.shorten import place_to_cut
from papers.text.summaries.sentences import HIDDEN

_BREAK: Final = re.compile(
    r"(?P<strong>[;:]\s|,\s+(?=(?:which|where|who|whose|while|whereas|and|but|so|thus|thereby"
    r"|yet|with"
    r"|enabling|achieving|allowing|making|leading|resulting|improving|outperforming|using|by"
    r"|as|for"
    r"|without|including|such|e\.g)\b)|\s(?:--+|—|–)\s|[，；：、])"
    r"|(?P<weak>,\s|\s(?=(?:which|that|while|where|when|because|by|without|using|through|with"
    r"|and|as"
    r"|for|from|over|than|across|on|in|to)\b))"
    r"|(?P<word>\s)"
)
_TRAILING: Final = re.compile(
    r"(?:[\s,;:–—-]|(?<=\s)(?:and|or|but|the|an?|of|to|in|on|by|with|for|from|that|which|as"
    r"|e\.g\.,?"
    r"|i\.e\.,?|is|are|our|its|their)(?=\s*$))+$",
    re.IGNORECASE,
)
_WIDE: Final = "，；：、"
_DEPTHS: Final = {**dict.fromkeys("([{“", 1), **dict.fromkeys(")]}”", -1)}
# How much of the room a break of each kind has to fill: a better one is worth some letters.
_SHARES: Final = {"strong": 0.55, "weak": 0.7, "word": 0.3}


def clause_end(plain: str, longest: int) -> int:
    """Where to cut a sentence, as `hidden` returns it, so that at most `longest` letters are left.

    The last clause that fills at least half of the room, else the last word; in a text without
    blanks, as Chinese is, a letter. A formula stays whole: 0 when the sentence begins with one that
    is longer.
    """
    opened = _open_brackets(plain[: longest + 1])
    return (
        _last_break(plain, longest, opened)
        or _last_break(plain, longest, set())
        or _letter(plain, longest)
    )


def _last_break(plain: str, longest: int, opened: set[int]) -> int:
    """The best place between two words that is not in `opened`; 0: there is none."""
    best = dict.fromkeys(_SHARES, 0)
    for found in _BREAK.finditer(plain, 0, longest + 1):
        place = found.start() + (found[0] in _WIDE)
        if place <= longest and found.start() not in opened:
            best[found.lastgroup or "word"] = place
    fitting = (best[kind] for kind, share in _SHARES.items() if best[kind] >= share * longest)
    return _without_trailing(plain, next(fitting, 0))


def _letter(plain: str, longest: int) -> int:
    formula = plain.find(HIDDEN, 0, longest + 1)
    return place_to_cut(plain, longest) if formula < 0 else formula


def _open_brackets(text: str) -> set[int]:
    """The places at which a bracket is open. A closing one without an opening is text."""
    found, depth = set[int](), 0
    for place, sign in enumerate(text):
        depth = max(0, depth + _DEPTHS.get(sign, 0))
        if depth:
            found.add(place)
    return found


def _without_trailing(plain: str, place: int) -> int:
    found = _TRAILING.search(plain[max(0, place - 40) : place])
    return place - len(found[0]) if found else place
