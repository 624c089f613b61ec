"""Whether two dollars stand around a formula, or are the dollars of two prices.

A wrong pair would take the dollars of prices, and every later pair would be wrong too.
"""

from __future__ import annotations

import re
from typing import Final

_TEX: Final = re.compile(r"[\\^_{]")
_CLEAR: Final = re.compile(r"\\[a-zA-Z]|[_^]\{")
_COMMANDS: Final = re.compile(
    r"\\(?:text\w*|mbox|operatorname\*?|math\w+)\s*\{[^{}]*\}|\\[a-zA-Z]+"
)
_NUMBER: Final = re.compile(r"\s*\d")
_PRICE: Final = re.compile(
    r"\s*\d[\d.,]*\s*[a-zA-Z]*\s+[a-z]{2,}"  # "5 for it", "3 million to"
    r"|.*[.;:!?,]\s+[A-Za-z]{2,}"  # "7,000. For n="
    r"|.*\b[a-z]{2,}\s+[a-z]{2,}",
    re.DOTALL,
)
_CURRENCY: Final = re.compile(r"(?:\b|_)(?:US|USD|CA|CAD|AU|AUD|NZ|HK|SG|TW)\Z")
_WORDS: Final = re.compile(r"[A-Za-z]{2,}(?:[\s,]+[A-Za-z]{2,}){2}")
_LONG_WORD: Final = re.compile(r"\b[A-Za-z]{3,}\s")
_WORD_AND_BLANK: Final = re.compile(r"\b[A-Za-z]{2,}\s")


def is_mathematics(tex: str, before: str, after: str) -> bool:
    r"""Whether `tex`, found between two dollars, is a formula.

    Args:
        before, after: the text beside the dollars; `US$5` is money, and `$\sim$5` is not.
    """
    plain = _COMMANDS.sub("", tex)
    if _NUMBER.match(tex):
        return not _is_price(tex, plain, before, after)
    if tex[-1:].isspace() and _WORD_AND_BLANK.search(plain):
        # "$HOME and $PATH", but "$O(mn\log n) $"
        return bool(_CLEAR.search(tex)) and not _LONG_WORD.search(plain)
    if _CLEAR.search(tex):
        return True
    return not _WORDS.search(plain) and (bool(_TEX.search(tex)) or _is_plain_formula(tex, after))


def _is_plain_formula(tex: str, after: str) -> bool:
    """Whether a text without TeX is a formula: `$k$-NN` and `$>$25`, but not `$PATH:$HOME`."""
    if after.isdigit():
        return len(tex.strip()) == 1 or not any(map(str.isalnum, tex))
    return not (tex.rstrip()[-1:] in {":", "/"} and after.isalnum())


def _is_price(tex: str, plain: str, before: str, after: str) -> bool:
    if _CURRENCY.search(before) or _PRICE.match(plain):
        return True
    if _TEX.search(tex):
        return False
    is_open = tex.count("(") != tex.count(")") or tex[-1:].isspace()
    return is_open or after.isdigit() or (not tex[-1:].isalnum() and after.isalnum())
