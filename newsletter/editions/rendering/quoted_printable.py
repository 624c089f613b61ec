"""Quoted-printable (RFC 2045) for text with placeholders, so that it is encoded only once.

A placeholder is one character of the text; its value is not known yet, but the most bytes of that
value are: its width. Lines are folded as if the values were filled in, and never inside a value.
The result has lines of at most 76 bytes, none of which begins with a dot: no server needs eight
bits, long lines or dot-stuffing from us.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

_WIDTH: Final = 76
_PLAIN: Final = re.compile(r"[ -<>-~]*\Z")


def quoted_printable(text: str, widths: Mapping[str, int] | None = None) -> bytes:
    """The text in quoted-printable with CRLF line ends; placeholders stay, as UTF-8.

    Args:
        widths: placeholder → the most bytes of its value. A placeholder of width 0 must stand on a
            line of its own.
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
    has_placeholders = any(placeholder in line for placeholder in widths)
    if len(line) <= _WIDTH and not has_placeholders:
        return line
    parts = _folded_around(line, widths) if has_placeholders else _folded(line)
    return "=\r\n".join(parts)


def _escape(found: re.Match[str]) -> str:
    return "".join(f"={byte:02X}" for byte in found[0].encode())


def _folded(line: str) -> Iterator[str]:
    """The line in parts that leave one column for the "=" of a soft line break."""
    at, last = 0, len(line)
    while last - at > _WIDTH:
        cut = at + _WIDTH - 1
        # Never inside an escape: "=" and two digits.
        cut -= 1 if line[cut - 1] == "=" else 2 if line[cut - 2] == "=" else 0
        yield line[at:cut]
        at = cut
        if line[at] == ".":
            line, at = "=2E" + line[at + 1 :], 0
            last = len(line)
    yield line[at:]


def _folded_around(line: str, widths: Mapping[str, int]) -> Iterator[str]:
    """The same, one character or escape at a time, for the few lines with placeholders."""
    part, used = "", 0
    for atom in re.findall(r"=[0-9A-F]{2}|.", line):
        width = widths.get(atom, len(atom))
        if used + width > _WIDTH - 1:
            yield part
            part, used = "", 0
        starts_with_dot = not part and atom == "."
        part += "=2E" if starts_with_dot else atom
        used += 3 if starts_with_dot else width
    yield part
