"""A fake HTTP service on this machine, which misbehaves on demand.

Responses that behave well come from pytest-httpserver; it cannot drip bytes or cut a connection.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from papers.sources.http import Clock

MB = 2**20


@dataclass(frozen=True)
class ReceivedRequest:
    """A request to the fake service. Header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class FakeResponse:
    """One response: what is sent, and in which way it is faulty."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    declared: int | None = None  # a Content-Length that may be wrong
    endless: bytes = b""  # sent again and again, in chunks, until the client goes away
    is_silent: bool = False  # no response at all, until the test ends
    is_dripping: bool = False  # one byte at a time, headers too
    is_cut: bool = False  # the connection breaks in the middle of the body

    def but(self, **changes: Any) -> FakeResponse:
        return replace(self, **changes)


def json_response(payload: object, status: int = 200, **headers: str) -> FakeResponse:
    """A response in JSON; `retry_after="3"` becomes the header Retry-After."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    kind = {"content-type": "application/json; charset=utf-8"}
    return FakeResponse(status, kind | named, json.dumps(payload).encode())


PAGE = FakeResponse(502, {"content-type": "text/html"}, b"<html><title>Bad gateway</title></html>")
SILENCE = FakeResponse(is_silent=True)
DRIP = FakeResponse(is_dripping=True, body=b'{"a": "' + b"x" * 5000 + b'"}')
HUGE = FakeResponse(
    headers={"content-type": "application/json"}, declared=300 * MB, endless=b" " * MB
)
ENDLESS = FakeResponse(headers={"content-type": "application/json"}, endless=b" " * MB)
BOMB = FakeResponse(
    headers={"content-type": "application/json", "content-encoding": "gzip"},
    body=gzip.compress(b" " * 64 * MB, compresslevel=1),
)
ELSEWHERE = FakeResponse(302, {"location": "http://169.254.169.254/latest/meta-data/"})


class FakeService:
    """Sends the responses of each path one after the other, and then the last one again."""

    def __init__(self) -> None:
        self.requests: list[ReceivedRequest] = []
        self.sent = 0  # bytes of bodies
        self.is_over = threading.Event()
        self._responses: dict[str, list[FakeResponse]] = defaultdict(list)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=[0.01], daemon=True).start()

    def respond(self, path: str, *responses: FakeResponse) -> None:
        """The responses of `path` from now on; "*" is every path without responses of its own."""
        self._responses[path] = list(responses)

    def paths(self) -> list[str]:
        return [request.path for request in self.requests]

    def next_response(self, path: str) -> FakeResponse:
        responses = self._responses.get(path) or self._responses["*"]
        if not responses:
            return json_response({"error": "no response is set here"}, 404)
        return responses.pop(0) if len(responses) > 1 else responses[0]

    def close(self) -> None:
        self.is_over.set()
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def fake_service() -> Iterator[FakeService]:
    server = FakeService()
    try:
        yield server
    finally:
        server.close()


class FakeTime:
    """A clock whose pauses take no time. Each reading of it adds `step` seconds."""

    def __init__(self, now: float = 1_780_000_000.0) -> None:
        self.seconds = 0.0
        self.step = 0.0
        self.slept: list[float] = []
        self._began = now

    @property
    def clock(self) -> Clock:
        return Clock(self._monotonic, self._now, self.sleep, max)  # the longest pause

    def _monotonic(self) -> float:
        self.seconds += self.step
        return self.seconds

    def _now(self) -> float:
        return self._began + self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds


def _handler(server: FakeService) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(length)
            server.requests.append(ReceivedRequest(self.command, parts.path, query, headers, body))
            with contextlib.suppress(OSError):  # the client may disconnect
                self._act(server.next_response(parts.path))

        do_POST = do_GET  # noqa: N815 (the library's name)

        def _act(self, response: FakeResponse) -> None:
            if response.is_silent:
                server.is_over.wait()
                self.close_connection = True
                return
            write: Callable[[bytes], object] = self.wfile.write
            if response.is_dripping:
                write = self._drip
            length = len(response.body) // (2 if response.is_cut else 1)
            # In one write: a second one would wait for the acknowledgement of the first, 40 ms.
            write(_head(response) + response.body[:length])
            while response.endless and not server.is_over.is_set():
                chunk = response.endless if response.declared else _chunk(response.endless)
                self.wfile.write(chunk)
                server.sent += len(response.endless)
            self.close_connection = (
                response.is_cut or bool(response.endless) or response.is_dripping
            )

        def _drip(self, data: bytes) -> None:
            for byte in data:
                if server.is_over.is_set():
                    return
                self.wfile.write(bytes([byte]))
                time.sleep(0.001)

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    return Handler


def _head(response: FakeResponse) -> bytes:
    headers = dict(response.headers)
    if response.endless and response.declared is None:
        headers["transfer-encoding"] = "chunked"
    else:
        length = len(response.body) if response.declared is None else response.declared
        headers["content-length"] = str(0 if response.status == 304 else length)
    lines = [f"HTTP/1.1 {response.status} Fake", *(f"{n}: {v}" for n, v in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)
