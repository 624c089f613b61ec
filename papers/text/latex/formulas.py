r"""Mathematics of TeX as one line of Unicode: `\frac{k+1}{k+2}` → `(k+1)/(k+2)`.

What TeX shows by place or size needs brackets on a line: a fraction, a root or a power of more
than one sign gets them, because `k+1/k+2` is another number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Final

from papers.text.latex.command_lists import (
    BINOMIALS,
    FENCES,
    FRACTIONS,
    FUNCTIONS,
    MATH_DROPPED,
    MATH_DROPPED_WITH_ARGUMENT,
    MATH_LETTERS,
    MATH_SPACES,
    MATRICES,
    PLAIN,
    PROSE_INSIDE,
)
from papers.text.latex.layout import Piece, decorated, fraction, join, rooted, scripted
from papers.text.latex.scan import DEEPEST, TexScan
from papers.text.latex.symbols import ALPHABETS, MATH_ACCENTS, alphabet, symbols

Convert = Callable[[str, int], str]

_OPERATORS: Final = frozenset(("operatorname", "DeclareMathOperator"))
# Plain TeX writes a fraction as {a \\over b}, and a binomial as {n \\choose k}. Nothing is read in
# two ways: a text of \overset, which begins with \over, would else take exponential time.
_INFIX: Final = re.compile(
    r"\{((?:[^{}\\]|\\[a-zA-Z]++|\{[^{}]*+\})*?)\\(over|choose)(?![a-zA-Z])"
    r"((?:[^{}]|\{[^{}]*+\})*+)\}"
)
# |x|: these commands say on which side of it the inside is.
_OPENED: Final = re.compile(r"(\\l[vV]ert|\\left\s*(?:\||\\\||\\l?[vV]ert))(?![a-zA-Z])\s+")
_CLOSED: Final = re.compile(r"\s+(?=\\r[vV]ert(?![a-zA-Z])|\\right\s*(?:\||\\\||\\r?[vV]ert))")
_RANGE: Final = re.compile(r"(?<=\d)--(?=\d)")  # 0.80--0.92: written as in prose
# A sign before its operand; all other mathematical signs stand between two.
_PREFIXES: Final = frozenset("∀∃∄∇∂∑∏∐∫∮¬√∛∜∞ℓ⋃⋂⊤⊥")


def math_text(tex: str, prose: Convert, depth: int = 0, before: str = "", after: str = "") -> str:
    r"""The mathematics in `tex` as Unicode.

    Args:
        prose: converts the argument of `\text`; gets the TeX and the depth of its group.
        before, after: the text beside the formula: 2$\frac12$ needs brackets, or it becomes 21/2.
    """
    if depth > DEEPEST:
        return tex
    pieces = _Formula(_prepared(_RANGE.sub("–", tex)), prose, depth).pieces()
    return join(pieces, before[-1:], after[:1])


def _prepared(tex: str) -> str:
    r"""`tex` with the structures that stand between their operands written before them."""
    if "\\over" in tex or "\\choose" in tex:
        tex = _INFIX.sub(_infix, tex)
    return _CLOSED.sub("", _OPENED.sub(r"\1{}", tex)) if "ert" in tex or "\\left" in tex else tex


def _infix(found: re.Match[str]) -> str:
    name = "frac" if found[2] == "over" else "binom"
    return f"{{\\{name}{{{found[1].strip()}}}{{{found[3].strip()}}}}}"


class _Formula:
    def __init__(self, tex: str, prose: Convert, depth: int) -> None:
        self._scan = TexScan(tex)
        self._tex = tex
        self._prose = prose
        self._depth = depth
        self._nested = 0

    def pieces(self) -> list[Piece]:
        pieces, at = [], 0
        while at < len(self._tex):
            piece, at = self._piece(at)
            pieces.append(piece)
        return pieces

    def _piece(self, at: int) -> tuple[Piece, int]:
        sign = self._tex[at]
        if sign in "^_":
            return self._script(sign, at + 1)
        if sign == "\\":
            return self._command(at)
        if group := self._scan.group(at):
            return Piece(self._inner(group[0])), group[1]
        return Piece({"~": " ", "'": "′", "{": "", "}": "", "&": " "}.get(sign, sign)), at + 1

    def _inner(self, tex: str) -> str:
        return math_text(tex, self._prose, self._level() + 1)

    def _level(self) -> int:
        r"""How deep this place is: groups and \\hat\\hat\\hat count together, as on the stack."""
        return self._depth + self._nested

    def _operand(self, at: int) -> tuple[str, int]:
        """The argument at `at`: a group, a command with its own arguments, or one character."""
        at = self._scan.skip_blanks(at)
        if at >= len(self._tex):
            return "", at
        if self._level() >= DEEPEST:  # a text of \\hat\\hat\\hat…
            return self._tex[at], at + 1
        self._nested += 1
        piece, end = self._piece(at)
        self._nested -= 1
        return piece.text.strip(), end

    # ── scripts ──────────────────────────────────────────────────────────────

    def _script(self, kind: str, at: int) -> tuple[Piece, int]:
        body, end = self._operand(at)
        is_first = at == 1
        is_followed = self._tex[end : end + 1].isalnum()
        return Piece(scripted(kind, body, is_first, is_followed)), end

    # ── commands ─────────────────────────────────────────────────────────────

    def _command(self, at: int) -> tuple[Piece, int]:
        command = self._scan.command(at)
        if command is None:
            return Piece("\\"), at + 1
        name, end = command
        for known in (self._structure, self._wrapper, self._decoration):
            if found := known(name, end):
                return found
        return self._sign(name, end)

    def _structure(self, name: str, at: int) -> tuple[Piece, int] | None:
        if name in FRACTIONS or name in BINOMIALS:
            above, at = self._operand(at)
            below, at = self._operand(at)
            if name in BINOMIALS:
                return Piece(f"C({above}, {below})"), at
            return fraction(above, below), at
        if name == "sqrt":
            option, at = self._scan.option(at)
            body, at = self._operand(at)
            is_followed = self._tex[at : at + 1].isalnum()
            return Piece(rooted(self._inner(option), body, is_followed)), at
        if name in {"overset", "stackrel", "underset"}:
            script, at = self._operand(at)
            body, at = self._operand(at)
            return Piece(body + scripted("_" if name == "underset" else "^", script)), at
        if name in {"xrightarrow", "xleftarrow"}:
            body, at = self._operand(at)
            return Piece(("→" if name == "xrightarrow" else "←") + scripted("^", body)), at
        return None

    def _wrapper(self, name: str, at: int) -> tuple[Piece, int] | None:
        if name in ALPHABETS or name in PLAIN:
            body, at = self._operand(at)
            return Piece(alphabet(name, body) if name in ALPHABETS else body), at
        if name in FENCES:
            body, at = self._operand(at)
            return Piece(body.join(FENCES[name])), at
        group = self._scan.argument(at)
        if group is None:
            return None
        if name in PROSE_INSIDE:
            return Piece(self._prose(f"\\{name}{{{group[0]}}}", self._level() + 1)), group[1]
        if name in _OPERATORS:
            return Piece(self._inner(group[0]), is_word=True), group[1]
        return self._labelled(name, group)

    def _labelled(self, name: str, first: tuple[str, int]) -> tuple[Piece, int] | None:
        """A link or a coloured part: its second argument is what is shown."""
        second = self._scan.argument(first[1]) if name in {"href", "textcolor"} else None
        if second is None:
            return None
        if name == "textcolor":
            return Piece(self._inner(second[0])), second[1]
        link = f"\\href{{{first[0]}}}{{{second[0]}}}"
        return Piece(self._prose(link, self._level() + 1)), second[1]

    def _decoration(self, name: str, at: int) -> tuple[Piece, int] | None:
        if name in MATH_ACCENTS:
            body, at = self._operand(at)
            return Piece(decorated(name, body)), at
        if name == "not":
            body, at = self._operand(at)
            sign = unicodedata.normalize("NFC", f"{body}\u0338") if body else ""
            return Piece(f" {sign}" if self._tex[at : at + 1].isspace() else sign), at
        if name == "rule":
            _, at = self._scan.option(at)
            for _ in range(2):
                group = self._scan.argument(at)
                at = group[1] if group else at
            return Piece("—"), at
        if name in MATH_DROPPED_WITH_ARGUMENT:
            group = self._scan.argument(at)
            return Piece(""), group[1] if group else at
        return self._environment(name, at)

    def _environment(self, name: str, at: int) -> tuple[Piece, int] | None:
        group = self._scan.argument(at) if name in {"begin", "end"} else None
        if group is None:
            return None
        columns = self._scan.argument(group[1]) if name == "begin" and group[0] == "array" else None
        brackets = MATRICES.get(group[0], ("", ""))
        return Piece(brackets[name == "end"]), (columns or group)[1]

    def _sign(self, name: str, at: int) -> tuple[Piece, int]:
        return self._blank(name, at) or self._word(name, at) or self._symbol(name, at)

    def _blank(self, name: str, at: int) -> tuple[Piece, int] | None:
        if name in MATH_DROPPED:
            after = self._scan.skip_blanks(at)
            is_hidden = name in {"left", "right"} and self._tex[after : after + 1] == "."
            return Piece(""), after + is_hidden
        if name in MATH_SPACES:
            group = self._scan.argument(at) if name == "hspace" else None
            return Piece(" "), group[1] if group else at
        if name != "\\":
            return None
        doubly = self._scan.command(at - 1)  # \\omega: a backslash was escaped on the way
        if doubly and doubly[0] in symbols() and len(doubly[0]) > 1:
            return self._sign(*doubly)
        return Piece("; "), self._scan.option(at)[1]

    def _word(self, name: str, at: int) -> tuple[Piece, int] | None:
        if name == "bmod":
            return Piece("mod", is_word=True), at
        if name not in FUNCTIONS:
            return None
        parts = re.fullmatch(r"(lim|arg)(sup|inf|max|min)", name)
        return Piece(" ".join(parts.groups()) if parts else name, is_word=True), at

    def _symbol(self, name: str, at: int) -> tuple[Piece, int]:
        sign = MATH_LETTERS.get(name) or symbols().get(name)
        if sign is None:
            return self._unknown(name, at)
        if sign in "∂∇¬" and self._tex[at : at + 1].isspace():
            return Piece(sign), self._scan.skip_blanks(at)
        group = self._scan.group(at) if sign in "ℝℕℤℚℂ" else None
        if group:  # \R{n} of the authors
            return Piece(sign + scripted("^", self._inner(group[0]))), group[1]
        return self._spaced(sign, at), at

    def _spaced(self, sign: str, at: int) -> Piece:
        r"""TeX needs the blank in `a\times b`; on a line it needs one on the other side too."""
        start = self._tex.rfind("\\", 0, at)
        before = self._tex[start - 1 : start]
        between = unicodedata.category(sign[0]) in {"Sm", "So"} and sign not in _PREFIXES
        has_operand = bool(before) and (before.isalnum() or before in ")]}'")
        if between and has_operand and self._tex[at : at + 1].isspace():
            return Piece(f" {sign}")
        return Piece(sign)

    def _unknown(self, name: str, at: int) -> tuple[Piece, int]:
        """A command of the authors: its name as a word, and what it is applied to."""
        if not name[0].isalpha():
            return Piece("" if name in "!-/@" else name), at
        group = self._scan.group(at)
        if group is None:
            return Piece(name, is_word=True), at
        inner = self._inner(group[0])
        return Piece(f"{name}({inner})" if inner else name, is_word=True), group[1]
