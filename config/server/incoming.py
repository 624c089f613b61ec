"""Read a request from a peer completely, up to a limit, before any thread works on it.

gunicorn parses the head. The body is read here, because gunicorn's own readers block a thread
until the peer has sent it.
"""

from __future__ import annotations

import re
from asyncio import LimitOverrunError, StreamReader
from collections.abc import Callable
from typing import Any, Final

from gunicorn.http.body import ChunkedReader
from gunicorn.http.parser import RequestParser

from config.server.limits import HEAD_BYTES, KB, TOO_LARGE

_CHUNK: Final = re.compile(rb"([0-9a-fA-F]{1,8})(?:;[^\r\n]*)?\r\n")
_RESPONSE: Final = (
    "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n"
    "Content-Length: {length}\r\n\r\n{text}"
)
_MOST_FRAMING: Final = 64 * KB  # sizes, extensions and trailers of one chunked body


class Refused(Exception):
    """A request that the application does not get.

    Attributes:
        response: the bytes to send before the connection is closed.
    """

    def __init__(self, response: bytes) -> None:
        super().__init__(response[:40])
        self.response = response


def refused(status: str, text: str) -> Refused:
    """With a response in plain text; `status` is like "413 Content Too Large"."""
    length = len(text.encode())
    return Refused(_RESPONSE.format(status=status, length=length, text=text).encode())


async def read_head(reader: StreamReader) -> bytes:
    """The request line and the headers, up to and with the empty line.

    Raises:
        Refused: they are longer than HEAD_BYTES.
        asyncio.IncompleteReadError: the peer has closed the connection.
    """
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except LimitOverrunError:
        text = f"The headers are longer than {HEAD_BYTES} bytes.\n"
        raise refused("431 Request Header Fields Too Large", text) from None


def parse(cfg: Any, head: bytes, client: Any) -> Any:
    """gunicorn's request of a complete head; its errors are those of gunicorn.http.errors."""
    return next(RequestParser(cfg, iter([head]), client))


def declared_length(request: Any) -> int | None:
    """The length of the body in bytes; None when it comes in chunks, with its length unknown."""
    framing = request.body.reader
    return None if isinstance(framing, ChunkedReader) else int(framing.length)


async def read_body(
    reader: StreamReader, length: int | None, largest: int, keep: Callable[[int], None]
) -> bytes:
    """The whole body, decoded.

    Args:
        keep: called with the number of bytes that are kept, as it grows.

    Raises:
        Refused: it is larger than `largest`, or its chunks are malformed.
        asyncio.IncompleteReadError: the peer has closed the connection.
    """
    if length is None:
        return await _read_chunks(reader, largest, keep)
    keep(length)
    return await reader.readexactly(length)


async def _read_chunks(reader: StreamReader, largest: int, keep: Callable[[int], None]) -> bytes:
    body, framing = bytearray(), 0
    while True:
        line = await _line(reader)
        framing += len(line)
        found = _CHUNK.fullmatch(line)
        if not found or framing > _MOST_FRAMING + largest:
            raise malformed()
        size = int(found[1], 16)
        if len(body) + size > largest:
            raise too_large()
        if not size:
            break
        keep(len(body) + size)
        body += await reader.readexactly(size)
        if await reader.readexactly(2) != b"\r\n":
            raise malformed()
    while (line := await _line(reader)) != b"\r\n":  # trailers: nothing here reads them
        framing += len(line)
        if framing > _MOST_FRAMING + largest:
            raise malformed()
    return bytes(body)


async def _line(reader: StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n")
    except LimitOverrunError:
        raise malformed() from None


def malformed() -> Refused:
    """400, for a body that is not framed as HTTP says."""
    return refused("400 Bad Request", "The chunks of this request are malformed.\n")


def too_large() -> Refused:
    """413, before the body was read."""
    return refused("413 Content Too Large", TOO_LARGE)
