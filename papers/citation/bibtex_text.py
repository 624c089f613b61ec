r"""Texts as values of BibTeX: signs of TeX escaped, formulas kept as TeX, capitals protected.

BibTeX counts braces without knowing escapes: `\{` alone would end the entry at a wrong place. So a
value never holds a brace of a text, only pairs that are made here.
"""

from __future__ import annotations

import re
from typing import Final

from papers.text.clean import fold
from papers.text.tex import parts

_ESCAPES: Final = str.maketrans(
    {
        "\\": r"{\textbackslash}", "{": r"{\textbraceleft}", "}": r"{\textbraceright}",
        "~": r"{\textasciitilde}", "^": r"{\textasciicircum}",
        **{sign: f"\\{sign}" for sign in "&%$#_"},
    }
)  # fmt: skip
_BRACE_COMMANDS: Final = re.compile(r"\\([{}])")
_COMMENT: Final = re.compile(r"(?<!\\)((?:\\\\)*)%")
_DOLLAR: Final = re.compile(r"(?<!\\)(?:\\\\)*\$")
_LAST_BACKSLASH: Final = re.compile(r"(?<!\\)(?:\\\\)*\\\Z")


def escaped(text: str) -> str:
    """A text on one line, with each sign that TeX reads as a command escaped."""
    return fold(text).translate(_ESCAPES)


def title_value(title: str) -> str:
    """A title with its formulas as TeX, and braces around words with capitals.

    Styles of BibTeX write titles in small letters: without the braces BERT becomes bert. A first
    word keeps its capital anyway.
    """
    pieces: list[str] = []
    for shown, tex in parts(title):
        formula = _formula(tex) if tex else ""
        pieces.append(formula or escaped_with_edges(shown))
    words = " ".join("".join(pieces).split(" ")).strip().split(" ")
    return " ".join(_joined(words))


def escaped_with_edges(text: str) -> str:
    """As `escaped`, with one space kept at each end that has white space."""
    plain = escaped(text)
    if not plain:
        return " " if text else ""
    return f"{' ' * text[:1].isspace()}{plain}{' ' * text[-1:].isspace()}"


def _formula(tex: str) -> str:
    """A formula with its dollars in braces; empty where it would break the entry."""
    tex = _BRACE_COMMANDS.sub(
        lambda found: r"\lbrace " if found[1] == "{" else r"\rbrace ", fold(tex)
    )
    tex = _COMMENT.sub(r"\1\\%", tex)
    if _DOLLAR.search(tex) or _LAST_BACKSLASH.search(tex) or not _is_balanced(tex):
        return ""
    return f"{{${tex}$}}"


def _is_balanced(tex: str) -> bool:
    depth = 0
    for sign in tex:
        depth += {"{": 1, "}": -1}.get(sign, 0)
        if depth < 0:
            return False
    return depth == 0


def _joined(words: list[str]) -> list[str]:
    """The words, those with capitals in braces; a formula with blanks in it is one word."""
    whole: list[str] = []
    depth = 0
    for word in words:
        if depth:
            whole[-1] = f"{whole[-1]} {word}"
        else:
            whole.append(word)
        depth += word.count("{") - word.count("}")
    return [_protected(word, is_first=not place) for place, word in enumerate(whole)]


def _protected(word: str, *, is_first: bool) -> str:
    letters = re.sub(r"\{?\\[a-z]+\}?|\{\$.*?\$\}", "", word)
    capitals = letters[1:] if is_first else letters
    return f"{{{word}}}" if capitals != capitals.lower() else word
