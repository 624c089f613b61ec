r"""Commands of TeX among prose: around words, for signs, references, and those of the authors.

A command of the authors (`\method`) is shown as its name, and what only looks like TeX, such as
`\d+` or `C:\new`, stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from papers.text.latex.accents import accent, letter
from papers.text.latex.command_lists import (
    BLANKS,
    DROPPED,
    DROPPED_WITH_ARGUMENT,
    ESCAPED,
    KEPT_ARGUMENT,
    NOTHING,
    STRUCTURES,
)
from papers.text.latex.scan import DEEPEST, TexScan
from papers.text.latex.symbols import (
    ABBREVIATIONS,
    ALPHABETS,
    MATH_ACCENTS,
    accented,
    alphabet,
    small,
    symbols,
)

Found = tuple[str, int]  # what is shown, and the place after the command

_FIRST_PRIVATE: Final = 0xF0000  # from here on one character stands for a formula or an address
_PATH: Final = re.compile(r"(?<![\w\\])[A-Za-z]:\\[^\s,;]*")
_REFERENCE: Final = re.compile(r"(?:page|name|auto|c|C|v|eq|sub|fig)?[rR]ef")
_CITATION: Final = re.compile(r"(?:no|paren|foot|super|auto|text)?[cC]ite[a-zA-Z]*")
_NAMING: Final = re.compile(r"(?:text)?[cC]ite(?:t|author|alt|alp)")  # "as [ada] shows"
_CAPITALS: Final = re.compile(r"(?<=[a-z])[A-Z]+\Z")
_DECORATED: Final = frozenset(
    ("footnote", "thanks", "enquote", "textquote", "textsuperscript", "textsubscript")
)
_JOINING: Final = frozenset(
    ("textmu", "micro", "textbackslash", "textquotedblleft", "textquoteleft", "lq")
)
_LEFT_OUT: Final = "\0left out"  # in place of a citation; never a part of the result


def commands_undone(text: str, depth: int = 0) -> str:
    """`text` without commands; its quotes and dashes stay, as code and names need them."""
    if "\\" not in text or depth > DEEPEST:
        return text
    return "".join(_Prose(text, depth).parts())


class _Prose:
    def __init__(self, text: str, depth: int) -> None:
        self._text = text
        self._scan = TexScan(text)
        self._depth = depth
        self._paths = {found.start() + 2: found.end() for found in _PATH.finditer(text)}

    def parts(self) -> Iterator[str]:
        at = 0
        for found in re.finditer(r"[\\{]", self._text):
            if found.start() < at:
                continue
            part, end = self._part(found.start())
            between = self._text[at : found.start()]
            # A citation that is not shown takes the blank or the tie before it away.
            spare = " ~\n" if part == _LEFT_OUT else " " if part == " " else ""
            yield between.rstrip(spare) if spare else between
            yield part.removeprefix(_LEFT_OUT)
            at = end
        yield self._text[at:]

    def _part(self, at: int) -> Found:
        if self._text[at] == "{":
            return self._group(at)
        if at in self._paths:
            return self._text[at : self._paths[at]], self._paths[at]
        command = self._scan.command(at)
        if command is None:
            return "\\", at + 1
        return self._command(*command) or self._unknown(command[0], at, command[1])

    def _command(self, name: str, at: int) -> Found | None:
        return (
            accent(name, self._scan, at, self._inner)
            or letter(name, self._scan, at)
            or self._sign(name, at)
            or self._without_argument(name, at)
            or self._with_two(name, at)
            or self._with_argument(name, at)
            or self._reference(name, at)
        )

    def _inner(self, tex: str) -> str:
        return commands_undone(tex, self._depth + 1)

    def _group(self, at: int) -> Found:
        """Braces around commands group them; around plain words they are a part of the text."""
        group = self._scan.group(at)
        if group and len(group[0]) == 1 and ord(group[0]) >= _FIRST_PRIVATE:
            return group  # {https://…}
        if group is None or "\\" not in group[0] or group[0].lstrip().startswith("\\{"):
            return "{", at + 1
        return self._inner(group[0]), group[1]

    # ── without an argument ──────────────────────────────────────────────────

    def _sign(self, name: str, at: int) -> Found | None:
        if name in ESCAPED:
            return name, at
        if name in ABBREVIATIONS:
            end = self._after_braces(at)
            return ABBREVIATIONS[name], end + self._text.startswith(".", end)
        is_section = name in {"S", "P"} and re.match(r"\s*[\dA-Z]", self._text[at : at + 4])
        if name == "item":
            return "• ", self._scan.skip_blanks(self._scan.option(at)[1])
        sign = "·" if name == "and" else symbols().get(name)
        if sign is None or (len(name) == 1 and not is_section):
            return None  # \d of a regular expression
        end = self._after_braces(at)
        joins = name in _JOINING and self._text[end : end + 1].isspace()
        return sign, end + joins

    def _without_argument(self, name: str, at: int) -> Found | None:
        if name in NOTHING or name in {"xspace", "footnotemark"}:
            return "", self._scan.option(at)[1] if name == "footnotemark" else at
        if name in BLANKS:
            at = self._scan.option(at)[1] if name == "\\" else at
            return " ", at + (self._text[at : at + 1] == " ")
        if name in DROPPED:
            at = self._after_braces(at)
            group = self._scan.group(at)  # \it{one} of authors who mean \textit
            return (self._inner(group[0]), group[1]) if group else ("", self._scan.skip_blanks(at))
        return None

    def _after_braces(self, at: int) -> int:
        r"""The place after a command: `\method{}` ends with its braces."""
        return at + 2 if self._text.startswith("{}", at) else at

    # ── with arguments ───────────────────────────────────────────────────────

    def _with_two(self, name: str, at: int) -> Found | None:
        if name == "color":
            return self._colored(at)
        if name not in {"textcolor", "colorbox", "rule", "resizebox"}:
            return None
        first = self._scan.argument(self._scan.option(at)[1])
        second = self._scan.argument(first[1]) if first else None
        if second is None:
            return None
        return "—" if name == "rule" else self._inner(second[0]), second[1]

    def _colored(self, at: int) -> Found | None:
        r"""{\color{red} D}, \color{red}{D}, and \color{redD}, which lost its own braces."""
        color = self._scan.argument(self._scan.option(at)[1])
        if color is None:
            return None
        group = self._scan.group(color[1])
        if group:
            return self._inner(group[0]), group[1]
        letters = "".join(_CAPITALS.findall(color[0]))
        return letters, color[1] if letters else self._scan.skip_blanks(color[1])

    def _with_argument(self, name: str, at: int) -> Found | None:
        at = self._scan.option(at)[1] if name == "includegraphics" else at
        argument = self._scan.argument(at)
        if argument is None:
            return None
        shown = self._shown(name, argument[0])
        return None if shown is None else (shown, argument[1])

    def _shown(self, name: str, tex: str) -> str | None:
        if name in KEPT_ARGUMENT:
            return self._inner(tex)
        if name in DROPPED_WITH_ARGUMENT:
            return ""
        if name == "ding":  # signs by their numbers, in tables of methods
            return {"51": "✓", "52": "✓", "55": "✗", "56": "✗"}.get(tex.strip(), "")
        # An unknown command is converted later; twice at each of 24 levels would never end.
        is_known = name in ALPHABETS or name in MATH_ACCENTS or name in _DECORATED
        return self._decorated(name, self._inner(tex)) if is_known else None

    def _decorated(self, name: str, text: str) -> str | None:
        decorations = {
            "footnote": f" ({text.strip()})",
            "thanks": f" ({text.strip()})",
            "enquote": f"“{text}”",
            "textquote": f"“{text}”",
            "textsuperscript": text if text.isalpha() else small("^", text) or text,
            "textsubscript": text if text.isalpha() else small("_", text) or text,
        }
        if name in ALPHABETS:
            return alphabet(name, text)
        if name in MATH_ACCENTS:
            return accented(MATH_ACCENTS[name], text)
        return decorations.get(name)

    def _reference(self, name: str, at: int) -> Found | None:
        if not (_CITATION.fullmatch(name) or _REFERENCE.fullmatch(name)):
            return None
        at += self._text.startswith("*", at)
        for _ in range(2):
            at = self._scan.option(at)[1]
        argument = self._scan.argument(at)
        if argument is None:
            return None
        return f"[{argument[0]}]" if _NAMING.fullmatch(name) else _LEFT_OUT, argument[1]

    def _unknown(self, name: str, at: int, end: int) -> Found:
        r"""A command of the authors: what it is applied to, else its name as a word."""
        group = self._scan.group(end)
        is_broken = name in STRUCTURES or (group is None and self._text.startswith("{", end))
        if not name[0].isalpha() or is_broken or (group is None and self._is_code(name, at)):
            return f"\\{name}", end
        if group is None and name in KEPT_ARGUMENT:  # {\textbf one}
            return "", self._scan.skip_blanks(end)
        if group is None:
            return name, end
        inner = self._inner(group[0])
        if name.isupper():  # \INT{8}
            return name + inner, group[1]
        return (inner if inner.strip() else name), group[1]

    def _is_code(self, name: str, at: int) -> bool:
        r"""Whether this is no command: `\d+`, `DOMAIN\user`, `a\\b`."""
        before = self._text[at - 1 : at] if at else ""
        return len(name) == 1 or before.isalnum() or before in {"\\", "/", ":"}
