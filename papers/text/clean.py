"""The characters of a text from outside: white space folded, invisible characters removed."""

from __future__ import annotations

import re

_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")
_PARAGRAPH_END = re.compile(r"\n[^\S\n]*\n")


def fold(text: str) -> str:
    """`text` on one line: a run of white space becomes one space, invisible characters go."""
    return " ".join(_INVISIBLE.sub("", text).split())


def fold_paragraphs(text: str) -> str:
    """`text` with each paragraph folded to one line, and one empty line between two."""
    return "\n\n".join(filter(None, map(fold, _PARAGRAPH_END.split(text))))
