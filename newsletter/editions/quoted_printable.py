"""Quoted-printable (RFC 2045) for text with marks in it, so that it is encoded only once.

A mark is one character of the text that stands for something not known yet. Its room is
known, so lines are folded around it as if it were filled in, and never through it. What
comes out has lines of at most 76 bytes, none of which begins with a dot: no server needs
eight bits, long lines or dot-stuffing from us.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

_WIDTH: Final = 76
_PLAIN: Final = re.compile(r"[ -<>-~]*\Z")


def quoted_printable(text: str, widths: Mapping[str, int] | None = None) -> bytes:
    """The text in quoted-printable with CRLF line ends; marks come out as UTF-8.

    Args:
        widths: mark → the most bytes that will stand in its place. One of no width must stand
            on a line of its own.
    """
    widths = widths or {}
    unsafe = re.compile(rf"[^ -<>-~{''.join(map(re.escape, widths))}]")
    lines = (_line(line, unsafe, widths) for line in text.split("\n"))
    return "\r\n".join(lines).encode()


def _line(line: str, unsafe: re.Pattern[str], widths: Mapping[str, int]) -> str:
    if not _PLAIN.match(line):
        line = unsafe.sub(_escape, line)
    if line.endswith(" "):
        line = line[:-1] + "=20"
    if line.startswith("."):
        line = "=2E" + line[1:]
    has_marks = any(mark in line for mark in widths)
    if len(line) <= _WIDTH and not has_marks:
        return line
    return "=\r\n".join(_folded_around(line, widths) if has_marks else _folded(line))


def _escape(found: re.Match[str]) -> str:
    return "".join(f"={byte:02X}" for byte in found[0].encode())


def _folded(line: str) -> Iterator[str]:
    """The line in parts that leave room for the "=" of a soft break."""
    at, last = 0, len(line)
    while last - at > _WIDTH:
        cut = at + _WIDTH - 1
        # Never within an escape: "=", two digits.
        cut -= 1 if line[cut - 1] == "=" else 2 if line[cut - 2] == "=" else 0
        yield line[at:cut]
        at = cut
        if line[at] == ".":
            line, at = "=2E" + line[at + 1 :], 0
            last = len(line)
    yield line[at:]


def _folded_around(line: str, widths: Mapping[str, int]) -> Iterator[str]:
    """The same, atom by atom, for the few lines that hold marks."""
    part, used = "", 0
    for atom in re.findall(r"=[0-9A-F]{2}|.", line):
        room = widths.get(atom, len(atom))
        if used + room > _WIDTH - 1:
            yield part
            part, used = "", 0
        starts_with_dot = not part and atom == "."
        part += "=2E" if starts_with_dot else atom
        used += 3 if starts_with_dot else room
    yield part
