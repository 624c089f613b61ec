"""What TeX commands stand for in Unicode: symbols, letters, accents, alphabets, small signs."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

from pylatexenc.latex2text import get_default_latex_context_db

# What pylatexenc leaves out, or has in a form that no reader of an abstract expects.
_OWN: Final = {
    "ne": "≠", "implies": "⇒", "impliedby": "⇐", "iff": "⇔", "land": "∧", "lor": "∨", "neg": "¬",
    "deg": "°", "degree": "°", "textdegree": "°", "celsius": "°C", "colon": ":", "coloneqq": "≔",
    "mid": "|", "vert": "|", "lvert": "|", "rvert": "|", "|": "‖", "checkmark": "✓", "cmark": "✓",
    "xmark": "✗", "euro": "€", "texteuro": "€", "pounds": "£", "copyright": "©", "S": "§", "P": "¶",
    "Re": "Re", "Im": "Im", "Box": "□", "Diamond": "◇", "bigstar": "★", "models": "⊨",
    "leadsto": "⇝", "slash": "/", "textslash": "/", "textunderscore": "_", "textless": "<",
    "textgreater": ">", "textbackslash": "\\", "backslash": "\\", "textasciitilde": "~",
    "textasciicircum": "^", "LaTeX": "LaTeX", "TeX": "TeX", "BibTeX": "BibTeX", "dag": "†",
    "ddag": "‡", "textdagger": "†", "textellipsis": "…", "dotsc": "…", "dotsb": "⋯", "dotsm": "⋯",
    "lbrace": "{", "rbrace": "}", "lbrack": "[", "rbrack": "]", "sharp": "♯", "flat": "♭",
    "gets": "←", "owns": "∋", "doteq": "≐", "bot": "⊥", "surd": "√", "micro": "µ", "ohm": "Ω",
    "clubsuit": "♣", "heartsuit": "♥", "spadesuit": "♠", "diamondsuit": "♦", "lt": "<", "gt": ">",
    "And": "&", "textquotesingle": "'", "lq": "‘", "rq": "’", "textvisiblespace": "␣",
    "trademark": "™", "percent": "%", "textpercent": "%", "textdollar": "$", "textampersand": "&",
    "prime": "′", "lll": "⋘", "ggg": "⋙", "triangle": "△", "imath": "ı", "jmath": "ȷ",
    "restriction": "↾", "bigsqcup": "⨆", "biguplus": "⨄", "bigodot": "⨀", "varpropto": "∝",
    "coloneq": "≔", "eqqcolon": "≕", "eqsim": "≂", "ncong": "≇", "nsim": "≁", "ddagger": "‡",
    "yen": "¥", "circledR": "®", "vDash": "⊨", "Join": "⋈", "textbar": "|", "textbraceleft": "{",
    "textbraceright": "}", "diameter": "⌀", "angstrom": "Å", "permil": "‰", "perthousand": "‰",
    "llbracket": "⟦", "rrbracket": "⟧", "nsubset": "⊄", "dashrightarrow": "⇢", "hdots": "…",
    "blacksquare": "■", "Nabla": "∇", "upmu": "μ", "lgroup": "(", "rgroup": ")",
    "Real": "ℝ", "Reals": "ℝ", "eps": "ε", "smallsetminus": "∖", "bigo": "O", "qed": "∎",
}  # fmt: skip
# Abbreviations that the classes of conferences define: nearly every paper spells them alike.
ABBREVIATIONS: Final = {
    "eg": "e.g.", "Eg": "E.g.", "ie": "i.e.", "Ie": "I.e.", "etc": "etc.", "etal": "et al.",
    "cf": "cf.", "vs": "vs.", "wrt": "w.r.t.", "aka": "a.k.a.", "iid": "i.i.d.", "dof": "d.o.f.",
}  # fmt: skip
LETTERS: Final = {
    "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ss": "ß", "SS": "ẞ", "ae": "æ", "AE": "Æ", "oe": "œ",
    "OE": "Œ", "aa": "å", "AA": "Å", "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ",
    "dj": "đ", "DJ": "Đ", "ng": "ŋ", "NG": "Ŋ",
}  # fmt: skip
ACCENTS: Final = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304",
    ".": "\u0307", "c": "\u0327", "v": "\u030c", "u": "\u0306", "H": "\u030b", "k": "\u0328",
    "r": "\u030a", "d": "\u0323", "b": "\u0331", "t": "\u0361",
}  # fmt: skip
MATH_ACCENTS: Final = {
    "hat": "\u0302", "widehat": "\u0302", "tilde": "\u0303", "widetilde": "\u0303", "bar": "\u0304",
    "vec": "\u20d7", "dot": "\u0307", "ddot": "\u0308", "check": "\u030c", "breve": "\u0306",
    "acute": "\u0301", "grave": "\u0300", "mathring": "\u030a", "overline": "\u0305",
    "Hat": "\u0302", "Tilde": "\u0303", "Bar": "\u0304", "Vec": "\u20d7", "Dot": "\u0307",
    "Ddot": "\u0308", "Check": "\u030c", "Breve": "\u0306", "widebar": "\u0304",
}  # fmt: skip
_SMALL: Final = {
    "^": dict(zip(
        "0123456789+-−=()abcdefghijklmnoprstuvwxyzTVW",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀⱽᵂ", strict=True)),
    "_": dict(zip(
        "0123456789+-−=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True)),
}  # fmt: skip
SMALL_SIGNS: Final = re.escape(
    "".join(sign for signs in _SMALL.values() for sign in signs.values())
)
# Signs that already stand high: no sign for "superscript" is needed before them.
_HIGH: Final = {
    "∘": "°",
    "°": "°",
    "′": "′",
    "″": "″",
    "†": "†",
    "‡": "‡",
    "⊤": "ᵀ",
    "™": "™",
    "®": "®",
}
_ALPHABETS: Final = {
    "mathbb": "DOUBLE-STRUCK", "Bbb": "DOUBLE-STRUCK", "mathds": "DOUBLE-STRUCK",
    "mathbbm": "DOUBLE-STRUCK", "mathbbold": "DOUBLE-STRUCK", "mathbbmss": "DOUBLE-STRUCK",
    "mathcal": "SCRIPT", "mathscr": "SCRIPT", "cal": "SCRIPT", "mathfrak": "FRAKTUR",
    "frak": "FRAKTUR",
}  # fmt: skip
ALPHABETS: Final = frozenset(_ALPHABETS)


@cache
def symbols() -> dict[str, str]:
    """Commands without an argument and their characters: alpha → α, leq → ≤, infty → ∞."""
    database = get_default_latex_context_db()
    found = {
        name: spec.simplify_repl
        for category in database.category_list
        for name, spec in database.d[category]["macros"].items()
        if isinstance(spec.simplify_repl, str) and len(spec.simplify_repl) == 1
    }
    return {**found, **_OWN}


def alphabet(command: str, text: str) -> str:
    r"""`text` in the letters of a mathematical alphabet: `\mathbb` and R give ℝ."""
    return "".join(_in_alphabet(_ALPHABETS[command], letter) for letter in text)


@cache
def _in_alphabet(style: str, letter: str) -> str:
    if not (letter.isascii() and letter.isalnum()):
        return letter
    case = "DIGIT" if letter.isdigit() else "CAPITAL" if letter.isupper() else "SMALL"
    name = unicodedata.name(letter).rpartition(" ")[2]
    old = {"FRAKTUR": "BLACK-LETTER"}.get(style, style)  # the letters that Unicode had first
    for full in (f"MATHEMATICAL {style} {case} {name}", f"{old} {case} {name}"):
        try:
            return unicodedata.lookup(full)
        except KeyError:
            continue
    return letter


def accented(mark: str, letters: str) -> str:
    """`letters` with a combining mark on the first, composed where Unicode has one character."""
    if not letters:
        return letters
    first = {"ı": "i", "ȷ": "j"}.get(letters[0], letters[0])
    return unicodedata.normalize("NFC", first + mark) + letters[1:]


def small(kind: str, text: str) -> str | None:
    """`text` as superscript (`^`) or subscript (`_`) characters; None when one is missing."""
    if kind == "^" and text in _HIGH:
        return _HIGH[text]
    signs = _SMALL[kind]
    squeezed = text.replace(" ", "")
    return "".join(signs[sign] for sign in squeezed) if set(squeezed) <= set(signs) else None
