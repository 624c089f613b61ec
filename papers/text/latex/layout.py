r"""Formulas on one line: which parts need brackets, and where a blank stands.

`1/2n` is read as n/2, and `e^iπ` as another power than `e^(iπ)`: whatever TeX groups by place and
is more than one sign gets brackets.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from papers.text.latex.symbols import MATH_ACCENTS, SMALL_SIGNS, small

_ROOTS: Final = {"": "√", "2": "√", "3": "∛", "4": "∜"}
_ONE: Final = re.compile(
    r"[^\W_]['′]*[₀-₉ₐ-ₜᵢᵣᵤᵥⱼ\u0300-\u036f]*|\d+(?:[.,]\d+)*|[^\w\s+\-−=<>/^_]"
)
_FACTOR: Final = re.compile(r"[\w.…′∘°!∞\u0300-\u036f]+")
_POWER: Final = re.compile(rf"(?:{_ONE.pattern})[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ᵃ-ᶻⁱⁿ]*")
_MIXED: Final = re.compile(r"\d+/\d+")
_ROW_END: Final = re.compile(r"([,.:;]) ?;")
_LAST_ROW_END: Final = re.compile(r" ?; ?(?=[)\]])")
# log₂x is "log₂ x": a function with its scripts before a letter or a number.
_FUNCTION: Final = re.compile(
    r"(?<![^\W\d_])(?:arg )?(?:log|ln|lg|max|min|sup|inf|lim|sin|cos|tan|exp|det|Pr)"
    rf"(?:[{SMALL_SIGNS}]|_\([^()]*\))++(?=[^\W_])(?![{SMALL_SIGNS}])"
)
_INSIDE: Final = re.compile(r"(?<=[⌊⌈⟨(\[{]) | (?=[⌋⌉⟩)\]}])")
_NAME: Final = re.compile(r"[A-Za-z]+|[A-Za-z]*\d+(?:\.\d+)?[A-Za-z]*")  # of a subscript
_WORD_AND_MORE: Final = re.compile(r"[^\W\d_]{2} | [^\W\d_]{2}")
_WORD: Final = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A converted part of a formula.

    `loose`: it needs brackets beside a factor, as `a/b` does; `is_word`: blanks set it apart from
    letters, as in `n log n`.
    """

    text: str
    loose: bool = False
    is_word: bool = False


def join(pieces: list[Piece], before: str, after: str) -> str:
    """The pieces as one line, with brackets around fractions that touch a factor."""
    text = lead = ""
    for place, piece in enumerate(pieces):
        following = "".join(one.text for one in pieces[place + 1 : place + 4]).lstrip() or after
        shown, previous = piece.text, text.rstrip()[-1:] or before
        is_bound = _binds(following[:1], opens=True)
        if _MIXED.fullmatch(shown) and previous.isdecimal() and not is_bound:
            # 2\frac{1}{2} is a mixed number; in brackets it would be a product.
            lead = lead if text else " "
            shown = f" {shown}"
        elif piece.loose and (_binds(previous) or is_bound):
            shown = f"({shown})"
        elif piece.is_word:
            shown = _apart(shown, text, pieces[place + 1].text if place + 1 < len(pieces) else "")
        text += shown
    text = " ".join(text.split()) or text[:1]
    text = _FUNCTION.sub(r"\g<0> ", text)
    return lead + _LAST_ROW_END.sub("", _ROW_END.sub(r"\1", _INSIDE.sub("", text)))


def _apart(word: str, before: str, after: str) -> str:
    """A function with blanks where a letter touches it: `n log n`, but `log₂`."""
    touches = before[-1:].isalnum() or before[-1:] in {")", "]", "′"}
    is_letter = after[:1].isalnum() and not _is_small(after[:1])
    return f"{' ' if touches else ''}{word}{' ' if is_letter else ''}"


def _binds(sign: str, *, opens: bool = False) -> bool:
    """Whether a fraction beside this sign would be read as a part of it."""
    if not sign:
        return False
    return (
        sign.isalnum()
        or sign in ("([{√∛∜^/!∑∏∐∫∮∂∇|‖⟨⌊⌈" if opens else ")]}/√′")
        or _is_small(sign)
    )


def _is_small(sign: str) -> bool:
    return "SUPERSCRIPT" in (name := unicodedata.name(sign, "")) or "SUBSCRIPT" in name


def scripted(kind: str, body: str, is_first: bool = False, is_followed: bool = False) -> str:
    """x^2 → x²; what has no small characters gets brackets: e^(iπ)."""
    if not body or (kind == "^" and set(body) == {"′"}):
        return body
    is_long_word = _WORD.fullmatch(body) is not None and len(body) > 2
    # sin x is no product of four letters.
    is_long_word = is_long_word or _WORD_AND_MORE.search(body) is not None
    if not is_long_word and (found := small(kind, body)) is not None:
        return found
    if is_first and kind == "^" and len(body) == 1:
        return body
    is_word = kind == "_" and _NAME.fullmatch(body) is not None
    if not is_followed and (is_word or len(unicodedata.normalize("NFC", body)) == 1):
        return f"{kind}{body}"
    return f"{kind}{body}" if _is_bracketed(body) else f"{kind}({body})"


def rooted(index: str, body: str, is_followed: bool) -> str:
    """√x, ∛(a+b), ⁵√x; `is_followed`: a letter right behind it would be read as under the root."""
    root = _ROOTS.get(index) or f"{scripted('^', index, is_first=True)}√"
    return f"{root}{body}" if _ONE.fullmatch(body) and not is_followed else f"{root}({body})"


def fraction(above: str, below: str) -> Piece:
    """`(k+1)/(k+2)`, with the brackets that keep its value."""
    return Piece(f"{_numerator(above)}/{_factor(below)}", loose=True)


def _numerator(text: str) -> str:
    is_one = _FACTOR.fullmatch(text) or _is_call(text) or _is_bracketed(text)
    return text if is_one else f"({text})"


def _factor(text: str) -> str:
    """What may follow a slash without brackets: one number, one variable, or f(x)."""
    one = _POWER.fullmatch(text) or (_FACTOR.fullmatch(text) and len(text) == 1)
    return text if one or _is_call(text) or _is_bracketed(text) else f"({text})"


def _is_call(text: str) -> bool:
    if text[:1] in _ROOTS.values() and _ONE.fullmatch(text[1:]):
        return True
    name, bracket, rest = text.lstrip("√∛∜").partition("(")
    return (
        bool(bracket)
        and (not name or _FACTOR.fullmatch(name) is not None)
        and _is_bracketed(f"({rest}")
    )


def _is_bracketed(text: str) -> bool:
    if text[:1] in {"|", "‖"} and text[:1] == text[-1:] and text.count(text[0]) == 2:
        return True
    if not (text.startswith("(") and text.endswith(")")):
        return False
    depth = 0
    for place, sign in enumerate(text):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if depth == 0:
            return place == len(text) - 1
    return False


def decorated(name: str, body: str) -> str:
    """x̂ for one letter, with or without an index; hat(AB) for more."""
    mark = MATH_ACCENTS[name]
    letters = unicodedata.normalize("NFC", body)
    if len(letters) == 1:
        return unicodedata.normalize("NFC", letters + mark)
    if len(letters) > 1 and letters[1] in "₀₁₂₃₄₅₆₇₈₉ᵢⱼₖₙₘₜ" and len(letters) == 2:
        return unicodedata.normalize("NFC", letters[0] + mark) + letters[1:]
    if name == "overline" and letters.isalnum():
        return "".join(letter + mark for letter in letters)
    return f"{name.removeprefix('wide').lower()}({body})" if letters else ""
