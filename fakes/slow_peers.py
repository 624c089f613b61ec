"""Peers that hold on to a web server: each keeps its connection and sends or reads hardly a byte.

They connect to 127.0.0.1 only, and every one of them ends with the block that holds them.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final, Literal

Kind = Literal["silent", "head", "body", "chunks", "reader", "idle"]
KINDS: Final[tuple[Kind, ...]] = ("silent", "head", "body", "chunks", "reader", "idle")
_DRIP_SECONDS: Final = 1.0
_LARGE_FILE: Final = "/static/ninja/swagger-ui-bundle.js"


@contextmanager
def slow_peers(
    port: int, kind: Kind, count: int, *, host: str = "localhost", path: str = "/subscribe/"
) -> Iterator[Peers]:
    """`count` of them hold on to the server while the block runs; who is dropped comes again."""
    peers = Peers(port, _request(kind, host, path), reads=kind == "idle", count=count)
    thread = threading.Thread(target=peers.run, daemon=True)
    thread.start()
    try:
        peers.arrived.wait(10)
        yield peers
    finally:
        peers.stop()
        thread.join(10)


class Peers:
    """Many peers of one kind in one thread, and how often the server has dropped one."""

    def __init__(self, port: int, request: tuple[bytes, bytes], *, reads: bool, count: int) -> None:
        self._port, self._count, self._reads = port, count, reads
        self._start, self._drip = request
        self._connected = 0
        self.dropped = 0
        self.arrived = threading.Event()
        self._loop = asyncio.new_event_loop()

    def run(self) -> None:
        asyncio.set_event_loop(self._loop)
        tasks = [self._loop.create_task(self._hold_again()) for _ in range(self._count)]
        self._all = asyncio.gather(*tasks, return_exceptions=True)
        with suppress(asyncio.CancelledError):
            self._loop.run_until_complete(self._all)
        self._loop.close()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._all.cancel)

    async def _hold_again(self) -> None:
        while True:
            with suppress(OSError):
                await self._hold()
            self.dropped += 1
            await asyncio.sleep(0.1)

    async def _hold(self) -> None:
        """Until the server closes the connection."""
        with socket.socket() as peer:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            peer.setblocking(False)
            await self._loop.sock_connect(peer, ("127.0.0.1", self._port))
            await self._loop.sock_sendall(peer, self._start)
            self._connected += 1
            if self._connected >= self._count:
                self.arrived.set()
            while True:
                await asyncio.sleep(_DRIP_SECONDS)
                if self._drip:
                    await self._loop.sock_sendall(peer, self._drip)
                if self._is_closed(peer):
                    return

    def _is_closed(self, peer: socket.socket) -> bool:
        """Whether the server has closed it; a reader that does not read cannot see that."""
        flags = 0 if self._reads else socket.MSG_PEEK
        try:
            return not peer.recv(1, flags)
        except BlockingIOError:
            return False


def _request(kind: Kind, host: str, path: str) -> tuple[bytes, bytes]:
    """What a peer sends at once, and what it sends each second after that."""
    form = "Content-Type: application/x-www-form-urlencoded"
    post = f"POST {path} HTTP/1.1\r\nHost: {host}\r\n{form}\r\n"
    starts: dict[Kind, tuple[str, str]] = {
        "silent": ("", ""),
        "head": (f"GET / HTTP/1.1\r\nHost: {host}\r\nX-Slow: ", "a"),
        "body": (f"{post}Content-Length: 4000\r\n\r\nemail=", "a"),
        "chunks": (f"{post}Transfer-Encoding: chunked\r\n\r\n", "1\r\na\r\n"),
        # Eight of them: the kernel keeps several megabytes for a peer that does not read.
        "reader": (f"GET {_LARGE_FILE} HTTP/1.1\r\nHost: {host}\r\n\r\n" * 8, ""),
        "idle": (f"GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n", ""),
    }
    start, drip = starts[kind]
    return start.encode(), drip.encode()
