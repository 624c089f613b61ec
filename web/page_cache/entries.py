"""A page as it is kept, and the answers that are made of it: whole, compressed, 304, to HEAD."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import parse_http_date_safe

from web.page_cache.encodings import (
    LEAST_BYTES,
    compressed,
    decompressed,
    encoding_for,
    is_text,
    weak,
)

_OVERHEAD: Final = 2048  # bytes of an entry besides its bodies, about
_NOT_KEPT: Final = {"content-length", "content-encoding", "date", "connection"}
_OF_THE_BODY: Final = {"content-type", "last-modified"}  # a 304 has none


class PageVersion(NamedTuple):
    """Of when a page is: the version of the data, and the day (UTC) that it takes for today."""

    data: str
    day: str


@dataclass(slots=True)
class Entry:
    """A page with status 200. `made_at` is in seconds since 1970; `route` is for the access log.

    `bodies` has the page by encoding, "" is without one; another is added when it is first asked.
    A page that is not shared is asked for a few times only: it is compressed quickly.
    """

    version: PageVersion
    made_at: float
    route: str
    headers: list[tuple[str, str]]
    bodies: dict[str, bytes] = field(default_factory=dict)
    is_shared: bool = True

    @property
    def size(self) -> int:
        """Bytes in memory, about."""
        return _OVERHEAD + sum(map(len, self.bodies.values()))

    def header(self, name: str) -> str:
        """The value of a header; empty where there is none."""
        return next((value for one, value in self.headers if one.lower() == name.lower()), "")

    def body(self, encoding: str) -> bytes:
        """The page in an encoding that its type allows."""
        bodies = self.bodies
        if encoding not in bodies:
            known, content = next(iter(bodies.items()))
            plain = bodies[""] if "" in bodies else decompressed(content, known)
            is_quick = not self.is_shared
            body = compressed(plain, encoding, is_quick=is_quick) if encoding else plain
            # A new dictionary: another thread may be going through this one.
            self.bodies = bodies = {**bodies, "": plain, encoding: body}
        return bodies[encoding]

    def encoding_for(self, request: HttpRequest) -> str:
        """The encoding in which this client gets the page."""
        accepted = request.META.get("HTTP_ACCEPT_ENCODING", "")
        wanted = encoding_for(accepted) if is_text(self.header("Content-Type")) else ""
        return wanted if wanted in self.bodies or self._is_long() else ""

    def _is_long(self) -> bool:
        return any(encoding or len(body) >= LEAST_BYTES for encoding, body in self.bodies.items())

    def as_bytes(self) -> bytes:
        """The entry for other processes: a line of JSON, then the shortest body."""
        encoding = min(self.bodies, key=lambda one: len(self.bodies[one]))
        head = [*self.version, self.made_at, self.route, self.headers, encoding]
        return json.dumps(head).encode() + b"\n" + self.bodies[encoding]


def entry_of(
    response: HttpResponse, version: PageVersion, route: str, *, is_shared: bool = True
) -> Entry:
    """The entry of a whole answer that is not compressed."""
    headers = [(name, value) for name, value in response.items() if name.lower() not in _NOT_KEPT]
    return Entry(version, time.time(), route, headers, {"": response.content}, is_shared)


def from_bytes(stored: bytes) -> Entry | None:
    """What `as_bytes` wrote; None where it was something else."""
    head, _, body = stored.partition(b"\n")
    try:
        data, day, made_at, route, headers, encoding = json.loads(head)
        pairs = [(str(name), str(value)) for name, value in headers]
    except (ValueError, TypeError):
        return None
    return Entry(PageVersion(data, day), made_at, route, pairs, {encoding: body})


def answer(entry: Entry, request: HttpRequest) -> HttpResponse:
    """The answer to this request: in its encoding; 304 where the client has this page already."""
    encoding = entry.encoding_for(request)
    if known := _unchanged(entry, request, encoding):
        return known
    body = entry.body(encoding)
    response = HttpResponse(b"" if request.method == "HEAD" else body)
    _set_headers(response, entry, encoding)
    response["Content-Length"] = str(len(body))
    return response


def _set_headers(response: HttpResponse, entry: Entry, encoding: str) -> None:
    for name, value in entry.headers:
        response[name] = value
    if encoding:
        response["Content-Encoding"] = encoding
        response["ETag"] = weak(response["ETag"])


def _unchanged(entry: Entry, request: HttpRequest, encoding: str) -> HttpResponse | None:
    """304 with the headers of the page; None where the client has another page, or none."""
    meta = request.META
    if "HTTP_IF_NONE_MATCH" not in meta and "HTTP_IF_MODIFIED_SINCE" not in meta:
        return None
    changed = parse_http_date_safe(entry.header("Last-Modified"))
    whole = HttpResponse()
    checked = get_conditional_response(
        request, etag=entry.header("ETag"), last_modified=changed, response=whole
    )
    if checked is None or checked.status_code != HTTPStatus.NOT_MODIFIED:
        return None
    response = HttpResponse(status=HTTPStatus.NOT_MODIFIED)
    _set_headers(response, entry, encoding)
    for name in (*_OF_THE_BODY, "content-encoding"):
        del response[name]
    return response
