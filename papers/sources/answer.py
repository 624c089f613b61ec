"""What a service answered, and how to read it: as text, as JSON, or as a reason why not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from typing import Any, Final, NoReturn
from urllib.parse import urlsplit

from papers.sources import SourceError

_LONGEST_MESSAGE: Final = 160
_CHARSET = re.compile(r"charset=\"?([\w.:-]+)", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]*>(.{0,500}?)</title>", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Answer:
    """What a service said. Header names are in lower case; `url` is the one that answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    asked: str  # the address that was asked for first: another one after a redirect

    @property
    def place(self) -> str:
        """Where the answer came from, fit for a log: without parameters, which may be secret."""
        return place_of(self.url)

    @cached_property
    def text(self) -> str:
        """The body as text.

        Raises:
            SourceError: it is not in the encoding that it claims, or in UTF-8 if it claims none.
        """
        found = _CHARSET.search(self.headers.get("content-type", ""))
        charset = found[1].lower() if found else "utf-8"
        try:
            return self.body.decode("utf-8-sig" if charset in ("utf-8", "utf8") else charset)
        except UnicodeDecodeError as error:
            self._fail(f"bytes that are not {charset} (at byte {error.start})", error)
        except LookupError as error:
            self._fail(f"an encoding that nobody knows, {charset[:40]!r}", error)

    @cached_property
    def json(self) -> Any:
        """The body as JSON.

        Raises:
            SourceError: it is something else, or was cut short.
        """
        try:
            return json.loads(self.text, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            self._fail(_why_not_json(self.text, error), error)

    @property
    def message(self) -> str:
        """What a refusal says of itself, in one short line; empty when it does not."""
        try:
            said = self.json
        except SourceError:
            return _title(self.body.decode("utf-8", "replace"))
        texts = [said.get(key) for key in ("message", "error", "detail")] if _is_dict(said) else []
        return _short(next((text for text in texts if isinstance(text, str)), ""))

    def _fail(self, what: str, cause: Exception) -> NoReturn:
        # It may be a proxy's page or a cut line, gone in a minute: so never permanent.
        raise SourceError(f"{self.place} answered with {what}", permanent=False) from cause


def is_json(answer: Answer) -> object:
    """A check for `Http.get`: what is not JSON is asked for again."""
    return answer.json


def place_of(url: str) -> str:
    """Host and path of an address: parameters and passwords may be secret."""
    parts = urlsplit(url)
    return f"{parts.hostname or ''}{parts.path}"


def plain_headers(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by lower-case name; of one that comes twice, the values with a comma between."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in pairs:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


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


def _is_dict(value: object) -> bool:
    return isinstance(value, dict)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")
