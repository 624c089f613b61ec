"""The body of an answer: taken piece by piece, unpacked, and never more than is wanted."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping

from papers.sources import SourceError
from papers.sources.answer import place_of


def read_body(url: str, headers: Mapping[str, str], pieces: Iterable[bytes], most: int) -> bytes:
    """The whole body, unpacked.

    Raises:
        SourceError: it holds, or says that it holds, more than `most` bytes; no more of it is
            read then. Or it is packed in a way that cannot be undone.
    """
    declared = headers.get("content-length", "")
    too_much = SourceError(f"{place_of(url)} answered with more than {most / 2**20:.3g} MB")
    if declared.isdecimal() and int(declared) > most:
        raise too_much
    unpacker, body = _Unpacker(url, headers.get("content-encoding", "")), bytearray()
    for piece in pieces:
        body += unpacker.unpack(piece, most - len(body) + 1)
        if len(body) > most:
            raise too_much
    unpacker.finish()
    return bytes(body)


class _Unpacker:
    """Unpacks a body piece by piece, never more than asked: 1 MB of gzip may hold 1 GB."""

    def __init__(self, url: str, encoding: str) -> None:
        name = encoding.strip().lower()
        if name not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise SourceError(f"{place_of(url)} answered packed as {name[:20]!r}, unasked")
        self._url = url
        self._is_empty = True  # as a 304 is, whatever packing it names
        self._zlib = (
            zlib.decompressobj(zlib.MAX_WBITS | 32) if name not in ("", "identity") else None
        )

    def unpack(self, piece: bytes, most: int) -> bytes:
        """What `piece` adds to the body, cut after `most` bytes."""
        if self._zlib is None:
            return piece
        self._is_empty = False
        try:
            return self._zlib.decompress(piece, most)
        except zlib.error as error:
            raise self._broken() from error

    def finish(self) -> None:
        """Refuse a body that was cut short."""
        if self._zlib is not None and not self._zlib.eof and not self._is_empty:
            raise self._broken()

    def _broken(self) -> SourceError:
        return SourceError(f"{place_of(self._url)} answered with broken gzip", permanent=False)
