"""A server on this machine in place of an outside service, which misbehaves on demand.

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
class Asked:
    """A request that came. Header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Play:
    """One answer: what is sent, and in which way it goes wrong."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    declared: int | None = None  # a Content-Length that may be a lie
    endless: bytes = b""  # sent again and again, in chunks, until the client goes away
    is_silent: bool = False  # no answer at all, until the test ends
    is_dripping: bool = False  # byte after byte, headers too
    is_cut: bool = False  # the connection breaks in the middle of the body

    def but(self, **changes: Any) -> Play:
        return replace(self, **changes)


def says(payload: object, status: int = 200, **headers: str) -> Play:
    """An answer in JSON; `retry_after="3"` becomes the header Retry-After."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    kind = {"content-type": "application/json; charset=utf-8"}
    return Play(status, kind | named, json.dumps(payload).encode())


PAGE = Play(502, {"content-type": "text/html"}, b"<html><title>Bad gateway</title></html>")
SILENCE = Play(is_silent=True)
DRIP = Play(is_dripping=True, body=b'{"a": "' + b"x" * 5000 + b'"}')
HUGE = Play(headers={"content-type": "application/json"}, declared=300 * MB, endless=b" " * MB)
ENDLESS = Play(headers={"content-type": "application/json"}, endless=b" " * MB)
BOMB = Play(
    headers={"content-type": "application/json", "content-encoding": "gzip"},
    body=gzip.compress(b" " * 64 * MB, compresslevel=1),
)
ELSEWHERE = Play(302, {"location": "http://169.254.169.254/latest/meta-data/"})


class StandIn:
    """Answers each path with its plays, one after the other, the last one again and again."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.sent = 0  # bytes of bodies
        self.is_over = threading.Event()
        self._plays: dict[str, list[Play]] = defaultdict(list)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=[0.01], daemon=True).start()

    def plays(self, path: str, *plays: Play) -> None:
        """The responses of `path` from now on; "*" is every path without responses of its own."""
        self._plays[path] = list(plays)

    def paths(self) -> list[str]:
        return [request.path for request in self.asked]

    def next_play(self, path: str) -> Play:
        plays = self._plays.get(path) or self._plays["*"]
        if not plays:
            return says({"error": "nothing is played here"}, 404)
        return plays.pop(0) if len(plays) > 1 else plays[0]

    def close(self) -> None:
        self.is_over.set()
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def stand_in() -> Iterator[StandIn]:
    server = StandIn()
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
        return Clock(self._monotonic, self._now, self.sleep, max)  # no chance, the longest pause

    def _monotonic(self) -> float:
        self.seconds += self.step
        return self.seconds

    def _now(self) -> float:
        return self._began + self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds


def _handler(server: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(length)
            server.asked.append(Asked(self.command, parts.path, query, headers, body))
            with contextlib.suppress(OSError):  # the client has gone, as it may
                self._act(server.next_play(parts.path))

        do_POST = do_GET  # noqa: N815 (the library's name)

        def _act(self, play: Play) -> None:
            if play.is_silent:
                server.is_over.wait()
                self.close_connection = True
                return
            write: Callable[[bytes], object] = self._drip if play.is_dripping else self.wfile.write
            # In one piece: two would wait for each other's receipt, 40 ms each time.
            write(_head(play) + play.body[: len(play.body) // (2 if play.is_cut else 1)])
            while play.endless and not server.is_over.is_set():
                chunk = play.endless if play.declared else _chunk(play.endless)
                self.wfile.write(chunk)
                server.sent += len(play.endless)
            self.close_connection = play.is_cut or bool(play.endless) or play.is_dripping

        def _drip(self, data: bytes) -> None:
            for byte in data:
                if server.is_over.is_set():
                    return
                self.wfile.write(bytes([byte]))
                time.sleep(0.001)

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    return Handler


def _head(play: Play) -> bytes:
    headers = dict(play.headers)
    if play.endless and play.declared is None:
        headers["transfer-encoding"] = "chunked"
    else:
        length = len(play.body) if play.declared is None else play.declared
        headers["content-length"] = str(0 if play.status == 304 else length)
    lines = [f"HTTP/1.1 {play.status} As played", *(f"{n}: {v}" for n, v in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)
