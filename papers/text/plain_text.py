"""Lines of a mail's text part: wrapped by what the letters take in a fixed-width font."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from papers.text.shorten import columns, fitting

COLUMNS: Final = 72
_ADDRESS: Final = re.compile(r"https?://|[!-~]+@[!-~]+\Z")  # of a page, or of a mailbox
_LONGEST_ADDRESS: Final = 500  # a broken address is none, but a line has at most 998 bytes


def wrapped(text: str, indent: str = "") -> str:
    """`text` as lines of at most 72 columns, each with `indent`; an address stays in one piece.

    Chinese and Japanese have no blanks, so a word that is too long is cut where a line ends.
    """
    lines, room = [""], COLUMNS - len(indent)
    for piece in _pieces(text, room):
        if lines[-1] and columns(lines[-1]) + 1 + columns(piece) > room:
            lines.append("")
        lines[-1] += f" {piece}" if lines[-1] else piece
    return "\n".join(indent + line for line in lines if line)


def paragraphs(text: str) -> str:
    """`text` with each of its lines wrapped; empty lines stay."""
    return "\n".join(map(wrapped, text.splitlines()))


def page(text: str) -> str:
    """The text part of a mail, each line of it a paragraph; it ends with one line end."""
    return f"{paragraphs(text).strip()}\n"


def _pieces(text: str, room: int) -> Iterator[str]:
    for word in text.split():
        rest = word
        is_address = bool(_ADDRESS.match(word)) and len(word) <= _LONGEST_ADDRESS
        while not is_address and columns(rest) > room:
            place = fitting(rest, room)
            yield rest[:place]
            rest = rest[place:]
        if rest:
            yield rest
