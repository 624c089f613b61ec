r"""Letters with accents: `\'e`, `\v{c}`, `\"{\i}`, and letters of their own, such as `\o`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from papers.text.latex.scan import TexScan
from papers.text.latex.symbols import ACCENTS, LETTERS, accented, symbols

_NEXT_LETTER: Final = re.compile(r"\s?(?:\\([ij]|[oOlL](?![a-zA-Z]))\s?|([^\W\d_]))")
# An apostrophe that was escaped on the way: query\'s, don\'t, O\'Neil; but POINCAR\'E.
_ENDING: Final = re.compile(r"(?:s|t|d|m|re|ve|ll)(?![^\W\d_])")
_BEFORE_CAPITAL: Final = re.compile(r"(?:[a-z]|(?<![^\W\d_])[DLO])\Z")
_QUOTE_ENDS: Final = re.compile(r"[^\w{\\]|\Z")
_QUOTE_BEGINS: Final = re.compile(r"[^\"\\\n{}]{1,80}\\\"(?![\w{\\])")
# "Stra\ss e" is one word; authors also write "Wei\ss and", which TeX would join.
_TOUCHING: Final = re.compile(r"(?=[a-z])(?!(?:and|et|und)\b)")


def accent(
    name: str, scan: TexScan, at: int, inner: Callable[[str], str]
) -> tuple[str, int] | None:
    r"""The letter under the accent `name`, and the place after it; None when there is none.

    `at` is the place after the name, and `inner` converts a group: `\'{\i}`.
    """
    if name not in ACCENTS:
        return None
    is_quote = {"'": _is_apostrophe, '"': _is_quote}.get(name)
    if is_quote and is_quote(scan.text, at):
        return name, at
    group = scan.group(at)
    if group is None:
        return _on_next_letter(name, scan.text, at)
    return _on_group(name, *group, inner)


def _on_group(name: str, tex: str, end: int, inner: Callable[[str], str]) -> tuple[str, int]:
    # arXiv reads a Greek letter as an accent: \beta arrives as \b{eta}.
    sign = symbols().get(name + tex) if name.isalpha() and len(tex) > 1 else None
    if sign:
        return sign, end
    if not tex and not name.isalpha():
        return name, end  # \^{} is the sign itself
    letters = inner(tex)
    if len(letters) > 2:  # \b{…} of the authors: bold
        return letters, end
    is_letter = letters[:1].isalpha()  # \d{3} of a regular expression stays
    return accented(ACCENTS[name], letters) if is_letter else f"\\{name}{{{letters}}}", end


def letter(name: str, scan: TexScan, at: int) -> tuple[str, int] | None:
    r"""The letter that the command `name` stands for: `S\o ren` and `S\o{}ren` are Søren."""
    if name not in LETTERS:
        return None
    if scan.text.startswith("{}", at):
        return LETTERS[name], at + 2
    before = scan.text[at - len(name) - 2 : at - len(name) - 1]
    after = scan.skip_blanks(at)
    joins = _TOUCHING.match(scan.text, after) if before.isalpha() else True
    is_word = after > at and scan.text[after : after + 1].isalpha()
    return LETTERS[name], after if is_word and joins else at


def _is_apostrophe(text: str, at: int) -> bool:
    before = text[max(0, at - 4) : at - 2]
    if _ENDING.match(text, at):
        return before[-1:].isalnum()
    return text[at : at + 1].isupper() and _BEFORE_CAPITAL.search(before) is not None


def _is_quote(text: str, at: int) -> bool:
    r"""An escaped quote: one of the two of \"a word\"."""
    if _QUOTE_ENDS.match(text, at):
        return True
    return not text[max(0, at - 3) : at - 2].isalnum() and bool(_QUOTE_BEGINS.match(text, at))


def _on_next_letter(name: str, text: str, at: int) -> tuple[str, int] | None:
    r"""`\'e`, `\' e`, `\'\i` and `\v c`; but `\d+` and `\c` alone are none."""
    found = _NEXT_LETTER.match(text, at)
    if not found:
        return None
    has_blank = found[0][0].isspace()
    if name.isalpha() and not (name in "vcuHk" and has_blank and found[0][1:].isalpha()):
        return None
    if not name.isalpha() and has_blank and name in "=.^~`":
        return None
    return accented(ACCENTS[name], LETTERS[found[1]] if found[1] else found[2]), found.end()
