"""Read the headers of a mail that arrived: bounded, and without an error for any of them. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.utils import getaddresses, parsedate_to_datetime
from typing import Final

HEADER_BYTES: Final = 64_000  # of one part
HEADER_LINES: Final = 600
_LONGEST: Final = 4_000  # characters of one header: a thread of fifty mails has as many
_SHOWN: Final = 500  # characters that are decoded, for people
_MOST_ADDRESSES: Final = 50
_BARE: Final = re.compile(r"[^\s<>()\",;:@]{1,64}@[\w.-]{1,255}")
_NAME: Final = re.compile(r"([!-9;-~]{1,100})[ \t]*:(.*)")


def read_headers(data: bytes) -> tuple[dict[str, list[str]], bytes]:
    """The headers at the start of the data, names in lower case, and what follows them.

    Values are unfolded and not decoded. A line that is no header is left out: some gateways put
    their remarks there.
    """
    if data.startswith(b"\n"):
        return {}, data[1:]
    end = data.find(b"\n\n", 0, HEADER_BYTES)
    block = data[: end if end >= 0 else HEADER_BYTES]
    body = data[end + 2 :] if end >= 0 else b""
    headers: dict[str, list[str]] = {}
    values: list[str] = []
    for line in block.split(b"\n")[:HEADER_LINES]:
        text = _text(line)
        if text[:1] in (" ", "\t"):
            if values and len(values[-1]) < _LONGEST:
                values[-1] += " " + text.strip()[:_LONGEST]
        elif found := _NAME.match(text):
            values = headers.setdefault(found[1].lower(), [])
            values.append(found[2].strip()[:_LONGEST])
    return headers, body


def _text(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("latin-1")


def shown(value: str) -> str:
    """A header as people read it, its encoded words decoded, on one line."""
    value = value[:_SHOWN]
    try:
        pieces = decode_header(value) if "=?" in value else [(value, None)]
    except (HeaderParseError, ValueError, LookupError):
        return " ".join(value.split())
    return " ".join("".join(_piece(text, charset) for text, charset in pieces).split())


def _piece(text: bytes | str, charset: str | None) -> str:
    if isinstance(text, str):
        return text
    try:
        return text.decode(charset or "ascii", "replace")
    except (LookupError, ValueError):
        return text.decode("latin-1")


def addresses_in(values: list[str]) -> list[str]:
    """The bare addresses in some headers, at most fifty."""
    try:
        found = getaddresses([value[:_LONGEST] for value in values[:_MOST_ADDRESSES]])
    except (ValueError, IndexError, RecursionError):  # of brackets within brackets
        return [one[0].strip("<>") for one in _BARE.finditer(" ".join(values)[:_LONGEST])][:1]
    return [address.strip() for _, address in found if "@" in address][:_MOST_ADDRESSES]


def moment_of(value: str) -> datetime | None:
    """The time of a Date or Received header; None where it cannot be read."""
    try:
        found = parsedate_to_datetime(value.rpartition(";")[2].strip()[:100])
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
