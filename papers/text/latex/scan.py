r"""Reading TeX: commands, `{groups}` and `[options]`, each with where it ends.

Texts come from outside: a search for the other brace of each brace would take quadratic time in a
text of braces, so all pairs are found once.
"""

from __future__ import annotations

import re
from typing import Final

DEEPEST: Final = 24  # groups within groups; what is deeper stays as it is
_COMMAND: Final = re.compile(
    r"\\(?P<name>[a-zA-Z]+|.)(?:(?<=operatorname)\*|(?<=hspace)\*|(?<=vspace)\*)?", re.DOTALL
)
_BLANKS: Final = re.compile(r"\s*")
_OPTION: Final = re.compile(r"\s*\[[^\[\]{}]*\]")


class TexScan:
    """A piece of TeX. Places are offsets in `text`."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._closing = _pairs(text)

    def command(self, at: int) -> tuple[str, int] | None:
        r"""The name of the command whose backslash is at `at`, and the place after it."""
        found = _COMMAND.match(self.text, at)
        return (found["name"], found.end()) if found else None

    def group(self, at: int) -> tuple[str, int] | None:
        """What is inside the braces that open at `at`, and the place after them."""
        end = self._closing.get(at)
        return None if end is None else (self.text[at + 1 : end], end + 1)

    def argument(self, at: int) -> tuple[str, int] | None:
        """The group that follows `at`, after blanks; None when there is no group."""
        return self.group(self.skip_blanks(at))

    def option(self, at: int) -> tuple[str, int]:
        """What is inside the brackets that follow `at`, or nothing, and the place after them."""
        found = _OPTION.match(self.text, at)
        return (found[0].strip()[1:-1], found.end()) if found else ("", at)

    def skip_blanks(self, at: int) -> int:
        """The place of the next character that is no white space."""
        found = _BLANKS.match(self.text, at)
        return found.end() if found else at


def is_balanced(text: str) -> bool:
    r"""Whether each brace has its other one; `\{` counts as a character."""
    depth = 0
    for found in re.finditer(r"\\.|[{}]", text, re.DOTALL):
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if depth < 0:
            return False
    return depth == 0


def _pairs(text: str) -> dict[int, int]:
    pairs, opened = {}, []
    for found in re.finditer(r"\\.|[{}]", text, re.DOTALL):
        if found[0] == "{":
            opened.append(found.start())
        elif found[0] == "}" and opened:
            pairs[opened.pop()] = found.start()
    return pairs
