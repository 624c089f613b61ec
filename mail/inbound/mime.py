"""Take a mail apart, in bounded time and memory, however it was built. Pure.

Python's own parser follows any depth and any number of parts, and keeps all of them. Here the
first INBOUND_BYTES count, PARTS parts and DEPTH levels: the reports of mail servers are small and
flat, and what people write stands first. Nothing is decompressed.
"""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.utils import collapse_rfc2231_value
from typing import Final

from django.conf import settings

from mail.inbound.header_text import read_headers

PARTS: Final = 100
DEPTH: Final = 8
_LONGEST_PARAMETERS: Final = 2_000
_LONGEST_TEXT: Final = 200_000  # bytes of one part that are decoded
# A doubled CR would be an empty line. So many at most: of any number each start would be tried.
_LINE_ENDS: Final = re.compile(rb"\r{1,3}\n|\r")
_BEFORE: Final = re.compile(rb"\A\s*(?:>?From [^\n]*\n)?")  # of a mailbox file
_MESSAGES: Final = frozenset({"message/rfc822", "message/global"})
_NOT_FOR_TEXT: Final = frozenset({"idna", "punycode", "undefined", "unicode_escape"})


@dataclass(frozen=True, slots=True)
class Part:
    """A mail, or one part of it, with the parts in it."""

    headers: dict[str, list[str]]  # names in lower case, values unfolded
    body: bytes  # still encoded; line ends are LF
    kind: str = "text/plain"
    parameters: dict[str, str] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()

    def header(self, name: str) -> str:
        """The first header of this name; empty where there is none."""
        return next(iter(self.headers.get(name, [])), "")

    def walk(self, *, into_messages: bool = False) -> Iterator[Part]:
        """This part and all in it, but not in an attached mail: that is another mail."""
        yield self
        if self.kind in _MESSAGES and not into_messages:
            return
        for part in self.parts:
            yield from part.walk(into_messages=into_messages)

    def content(self) -> bytes:
        """The body without its transfer encoding; what cannot be decoded stays as it is."""
        return _decoded(self.body[:_LONGEST_TEXT], self.header("content-transfer-encoding"))

    def text(self) -> str:
        """The content as text, whatever its charset claims to be."""
        return decoded_text(self.content(), self.parameters.get("charset", ""))


class _Budget:
    """How many parts may still be read."""

    def __init__(self) -> None:
        self.left = PARTS


def take_apart(raw: bytes) -> Part:
    """The parts of a mail; what is beyond the limits is not read."""
    plain = _LINE_ENDS.sub(b"\n", raw[: settings.INBOUND_BYTES])
    return _part(_BEFORE.sub(b"", plain, count=1), 0, _Budget(), "text/plain")


def _part(data: bytes, depth: int, budget: _Budget, default: str) -> Part:
    budget.left -= 1
    headers, body = read_headers(data)
    kind, parameters = _content_type(headers.get("content-type", [""])[0], default)
    inner: tuple[Part, ...] = ()
    if depth < DEPTH:
        if kind.startswith("multipart/"):
            digest = kind == "multipart/digest"
            default = "message/rfc822" if digest else "text/plain"
            inner = _inner(body, parameters.get("boundary", ""), depth, budget, default)
        elif kind in _MESSAGES and budget.left > 0:
            encoding = next(iter(headers.get("content-transfer-encoding", [])), "")
            whole = _LINE_ENDS.sub(b"\n", _decoded(body, encoding)).lstrip(b"\n")
            inner = (_part(whole, depth + 1, budget, "text/plain"),)
    return Part(headers, body, kind, parameters, inner)


def _inner(
    body: bytes, boundary: str, depth: int, budget: _Budget, default: str
) -> tuple[Part, ...]:
    if not boundary:
        return ()
    mark = re.escape(boundary.encode("utf-8", "replace"))
    found: list[Part] = []
    start = None
    for delimiter in re.finditer(rb"^--" + mark + rb"(--)?[ \t]*$", body, re.MULTILINE):
        if start is not None and budget.left > 0:
            found.append(_part(body[start : delimiter.start()], depth + 1, budget, default))
        start = delimiter.end() + 1
        if delimiter[1] or budget.left <= 0:
            return tuple(found)
    if start is not None and budget.left > 0:  # cut off before its end
        found.append(_part(body[start:], depth + 1, budget, default))
    return tuple(found)


def _content_type(value: str, default: str) -> tuple[str, dict[str, str]]:
    """The type in lower case and its parameters, as Python reads them; of junk, the default."""
    message = Message()
    try:
        message["Content-Type"] = value[:_LONGEST_PARAMETERS] or default
        kind = message.get_content_type()
        given = message.get_params(failobj=[], unquote=True)[1:]
        parameters = {name.lower(): collapse_rfc2231_value(one) for name, one in given}
    except (ValueError, LookupError, TypeError):
        return default, {}
    return kind, {name: one.strip() for name, one in parameters.items()}


def _decoded(body: bytes, encoding: str) -> bytes:
    name = encoding.strip().lower()
    if name == "base64":
        letters = re.sub(rb"[^A-Za-z0-9+/]", b"", body)
        try:
            return binascii.a2b_base64(letters[: len(letters) // 4 * 4])
        except binascii.Error:
            return body
    return quopri.decodestring(body) if name == "quoted-printable" else body


def decoded_text(data: bytes, charset: str) -> str:
    """Bytes as text: by the charset they name, else UTF-8, else one letter a byte."""
    name = charset.strip().lower()
    for one in (name, "utf-8") if name and name not in _NOT_FOR_TEXT else ("utf-8",):
        try:
            return data.decode(one, "replace" if one == name else "strict")
        except (LookupError, ValueError):
            continue
    return data.decode("latin-1")
