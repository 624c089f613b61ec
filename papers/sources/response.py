"""The response of a service, and how to read it: as text, as JSON, or as a reason why not."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from typing import Any, Final, NoReturn
from urllib.parse import urlsplit

import httpx2

from papers.sources import SourceError
from papers.sources.json_values import decode_json

_LONGEST_MESSAGE: Final = 160
_TITLE = re.compile(r"<title[^>]*>(.{0,500}?)</title>", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Response:
    """A response with its whole body, unpacked. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    charset: str  # as the response names it, in lower case
    url: str
    asked: str  # the address of the first request: another one after a redirect

    @property
    def place(self) -> str:
        """Host and path, fit for a log: without parameters, which may be secret."""
        return place_of(self.url)

    @cached_property
    def text(self) -> str:
        """The body as text.

        Raises:
            SourceError: it is not in the encoding that it names, or in UTF-8 if it names none.
        """
        charset = "utf-8-sig" if self.charset in ("utf-8", "utf8") else self.charset
        try:
            return self.body.decode(charset)
        except UnicodeDecodeError as error:
            self._fail(f"bytes that are not {self.charset} (at byte {error.start})", error)
        except LookupError as error:
            self._fail(f"an unknown encoding, {charset[:40]!r}", error)

    @cached_property
    def json(self) -> Any:
        """The body as JSON.

        Raises:
            SourceError: it is something else, or was cut short.
        """
        try:
            return decode_json(self.text)
        except ValueError as error:
            self._fail(_why_not_json(self.text, error), error)

    @property
    def message(self) -> str:
        """The message of a refusal in one short line; empty when it has none."""
        try:
            found = self.json
        except SourceError:
            return _title(self.body.decode("utf-8", "replace"))
        keys = ("message", "error", "detail")
        texts = [found.get(key) for key in keys] if isinstance(found, dict) else []
        return _short(next((text for text in texts if isinstance(text, str)), ""))

    def _fail(self, what: str, cause: Exception) -> NoReturn:
        # It may be a proxy's page or a cut line, gone in a minute: so never permanent.
        raise SourceError(f"{self.place} answered with {what}", permanent=False) from cause


def is_json(response: Response) -> object:
    """A check for `Http.get`: a body that is not JSON is requested again."""
    return response.json


def place_of(url: str) -> str:
    """Host and path of an address: parameters and passwords may be secret."""
    parts = urlsplit(url)
    return f"{parts.hostname or ''}{parts.path}"


def read_body(received: httpx2.Response, most: int) -> bytes:
    """The whole body, unpacked here: httpx2 takes gzip that was cut short for whole.

    No piece is unpacked further than needed, since 1 MB of gzip may hold 1 GB.

    Raises:
        SourceError: it holds, or declares, more than `most` bytes; the rest is not read then.
            Or it is packed in a way that we did not accept, or that cannot be undone.
    """
    place = place_of(str(received.url))
    too_much = SourceError(f"{place} answered with more than {most / 2**20:.3g} MB")
    declared = received.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > most:
        raise too_much
    packing = received.headers.get("content-encoding", "").strip().lower()
    if packing not in ("", "identity", "gzip", "x-gzip"):
        raise SourceError(f"{place} answered packed as {packing[:20]!r}, unasked")
    gzip = zlib.decompressobj(zlib.MAX_WBITS | 16) if packing not in ("", "identity") else None
    body, is_empty = bytearray(), True  # as a 304 is, whatever packing it names
    try:
        for piece in received.iter_raw():
            is_empty = False
            body += gzip.decompress(piece, most - len(body) + 1) if gzip else piece
            if len(body) > most:
                raise too_much
    except zlib.error as error:
        raise _broken_gzip(place) from error
    if gzip and not gzip.eof and not is_empty:
        raise _broken_gzip(place)
    return bytes(body)


def _broken_gzip(place: str) -> SourceError:
    return SourceError(f"{place} answered with broken gzip", permanent=False)


def _why_not_json(text: str, error: Exception) -> str:
    if not text.strip():
        return "nothing at all, where JSON was expected"
    if text.lstrip().startswith("<"):
        title = _title(text)
        return f"a page instead of JSON: {title}" if title else "a page instead of JSON"
    if isinstance(error, json.JSONDecodeError):
        if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated"):
            return "JSON that was cut short"
        return f"broken JSON at character {error.pos}: {error.msg}"
    return f"JSON that cannot be read: {_short(str(error))}"


def _title(text: str) -> str:
    found = _TITLE.search(text[:10_000])
    return _short(unescape(found[1])) if found else ""


def _short(text: str) -> str:
    return " ".join(text.split())[:_LONGEST_MESSAGE]
