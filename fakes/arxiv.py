"""A fake arXiv on this machine: it answers as asked, and records when each request came."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

ATOM = 'xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom"'


@dataclass
class Reply:
    """One answer. `drip` seconds pass between its bytes."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    drip: float = 0.0


@dataclass
class Asked:
    """One request: where it went, when it came and was answered, and how many were open."""

    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    began: float
    ended: float = 0.0
    open_connections: int = 0

    @property
    def ids(self) -> list[str]:
        return self.query.get("id_list", [""])[0].split(",")


class Site(ThreadingHTTPServer):
    """Answers each request by `reply`; `asked` holds all of them, in order of arrival."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[Asked] = []
        self.open_connections = 0
        self.lock = threading.Lock()
        self.reply: Callable[[Asked], Reply] = lambda asked: Reply(feed(*map(entry, asked.ids)))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def replies(self, *replies: Reply) -> None:
        """Answer with these, one after the other, and with the last one for ever."""
        waiting = list(replies)
        self.reply = lambda _asked: waiting.pop(0) if len(waiting) > 1 else waiting[0]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Site

    def setup(self) -> None:
        super().setup()
        with self.server.lock:
            self.server.open_connections += 1

    def finish(self) -> None:
        with self.server.lock:
            self.server.open_connections -= 1
        super().finish()

    def do_GET(self) -> None:
        began, parts = time.monotonic(), urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(parts.path, parse_qs(parts.query), headers, began)
        with self.server.lock:
            asked.open_connections = self.server.open_connections
            self.server.asked.append(asked)
        self._send(self.server.reply(asked))
        asked.ended = time.monotonic()

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(reply.body)))
        self.end_headers()
        try:
            for at in range(0, len(reply.body), 1 if reply.drip else 65_536):
                self.wfile.write(reply.body[at : at + (1 if reply.drip else 65_536)])
                time.sleep(reply.drip)
        except OSError:
            self.close_connection = True  # the client has given up

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its own name)
        """Write no log."""


@contextmanager
def serving() -> Iterator[Site]:
    site = Site()
    thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield site
    finally:
        site.shutdown()
        thread.join()
        site.server_close()


def feed(*entries: str) -> bytes:
    """An answer of the query API."""
    return f'<?xml version="1.0" encoding="UTF-8"?><feed {ATOM}>{"".join(entries)}</feed>'.encode()


def entry(
    identity: str,
    *,
    version: int = 1,
    title: str = "",
    abstract: str = "We study it.",
    authors: tuple[str, ...] = ("Ada Lovelace", "Alan Turing"),
    categories: tuple[str, ...] = ("cs.LG", "stat.ML"),
    published: str = "2025-03-12T17:59:46Z",
    comment: str = "",
) -> str:
    """One entry of it."""
    terms = "".join(f'<category term="{term}"/>' for term in categories)
    primary = f'<arxiv:primary_category term="{categories[0]}"/>' if categories else ""
    names = "".join(f"<author><name>{name}</name></author>" for name in authors)
    return (
        f"<entry><id>http://arxiv.org/abs/{identity}v{version}</id>"
        f"<title>{title or f'On {identity}'}</title><summary>{abstract}</summary>"
        f"<published>{published}</published><arxiv:comment>{comment}</arxiv:comment>"
        f"{primary}{terms}{names}</entry>"
    )


def refusal(reason: str) -> bytes:
    """A refusal of arXiv: an entry."""
    return feed(
        f"<entry><id>https://arxiv.org/api/errors#{reason.replace(' ', '_')}</id>"
        f"<title>Error</title><summary>{reason}</summary></entry>"
    )
