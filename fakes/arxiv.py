"""Responses of arXiv, and a server that records the times and connections of its requests."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

ATOM = (
    'xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom" '
    'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"'
)


@dataclass
class ReceivedRequest:
    """One request: when it began and ended, and how many connections were open."""

    began: float
    ended: float = 0.0
    open_connections: int = 0


class Site(ThreadingHTTPServer):
    """Responds to each request with the papers of its ids; `requests` holds all, in order."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[ReceivedRequest] = []
        self.open_connections = 0
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


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
        request = ReceivedRequest(time.monotonic())
        with self.server.lock:
            request.open_connections = self.server.open_connections
            self.server.requests.append(request)
        ids = parse_qs(urlsplit(self.path).query).get("id_list", [""])[0].split(",")
        body = feed(*map(entry, ids))
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        request.ended = time.monotonic()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the library's name)
        """Log nothing."""


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


def feed(*entries: str, total: int | str | None = None) -> bytes:
    """A response of the query API. `total`: how many entries it says that it has."""
    count = "" if total is None else f"<opensearch:totalResults>{total}</opensearch:totalResults>"
    content = count + "".join(entries)
    return f'<?xml version="1.0" encoding="UTF-8"?><feed {ATOM}>{content}</feed>'.encode()


def entry(
    identity: str,
    *,
    version: int = 1,
    title: str = "",
    abstract: str = "We study it.",
    authors: tuple[str, ...] = ("Ada Lovelace", "Alan Turing"),
    categories: tuple[str, ...] = ("cs.LG", "stat.ML"),
    published: str = "2025-03-12T17:59:46Z",
    updated: str = "",
    comment: str = "",
) -> str:
    """One entry of it. `updated`: the time of this version."""
    terms = "".join(f'<category term="{term}"/>' for term in categories)
    primary = f'<arxiv:primary_category term="{categories[0]}"/>' if categories else ""
    names = "".join(f"<author><name>{name}</name></author>" for name in authors)
    return (
        f"<entry><id>http://arxiv.org/abs/{identity}v{version}</id>"
        f"<title>{title or f'On {identity}'}</title><summary>{abstract}</summary>"
        f"<published>{published}</published>"
        f"{f'<updated>{updated}</updated>' if updated else ''}"
        f"<arxiv:comment>{comment}</arxiv:comment>"
        f"{primary}{terms}{names}</entry>"
    )


def refusal(reason: str) -> bytes:
    """An error of arXiv: a feed with the error as its entry."""
    return feed(
        f"<entry><id>https://arxiv.org/api/errors#{reason.replace(' ', '_')}</id>"
        f"<title>Error</title><summary>{reason}</summary></entry>"
    )
