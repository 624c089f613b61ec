"""A worker of gunicorn in which a slow peer costs no thread.

One event loop reads each request completely and sends each response; a thread works only on a
request that is complete, and only until the response is. gunicorn's own threaded worker reads and
writes in its threads: a peer that sends a byte every two seconds keeps one, and as many peers as
there are threads stop the site.

Everything else is gunicorn's: the processes, the signals, the parser, WSGI and the logs.
"""

from __future__ import annotations

import asyncio
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Final

from gunicorn.workers.base import Worker

from config.server.connection import Connection
from config.server.limits import HEAD_BYTES, LEAST_WAIT_SECONDS, MOST_HELD
from config.server.waiting import Waiting

_HEARTBEAT: Final = 1.0  # seconds
_REST: Final = 0.1
_LAST_REQUEST: Final = 2.0  # so long an idle connection stays open after SIGTERM


class BufferingWorker(Worker):  # type: ignore[misc]  # it has no types
    """Serves with `threads` threads, and at most `worker_connections` connections at a time."""

    alive: bool

    @classmethod
    def check_config(cls, cfg: Any, _log: Any) -> None:
        """gunicorn calls this at its start; an exception stops it."""
        if cfg.is_ssl:
            raise RuntimeError("This worker serves plain HTTP: let a proxy in front do TLS.")

    def run(self) -> None:
        """Serve until SIGTERM or `max_requests`; then finish what has begun."""
        self._connections: dict[asyncio.Task[None], Connection | None] = {}
        self._waiting = Waiting(MOST_HELD)
        self._threads = ThreadPoolExecutor(self.cfg.threads, thread_name_prefix="request")
        asyncio.run(self._serve())
        self._threads.shutdown(wait=False)

    # ── the loop ─────────────────────────────────────────────────────────────

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        loop.add_signal_handler(signal.SIGTERM, self.stop)
        for listener in self.sockets:
            listener.sock.setblocking(False)
            self._accept_from(listener.sock)
        while self.alive and self.ppid == os.getppid():
            self.notify()
            await _either(self._stop, _HEARTBEAT)
        self.alive = False
        for listener in self.sockets:
            loop.remove_reader(listener.sock)
            listener.close()
        loop.call_later(_LAST_REQUEST, self._close_idle)
        await self._finish(loop.time() + self.cfg.graceful_timeout)

    def stop(self) -> None:
        """Take no new connection, and end when the present ones have."""
        self.alive = False
        self._stop.set()

    async def _finish(self, deadline: float) -> None:
        loop = asyncio.get_running_loop()
        while self._connections and (left := deadline - loop.time()) > 0:
            self.notify()
            await asyncio.wait(list(self._connections), timeout=min(left, _HEARTBEAT))

    def _close_idle(self) -> None:
        for connection in self._connections.values():
            if connection and connection.is_idle:
                connection.close()

    def count_request(self) -> None:
        """Stop after `max_requests`; gunicorn then starts another process."""
        self.nr += 1
        if self.nr >= self.max_requests and self.alive:
            self.log.info("Autorestarting worker after current request.")
            self.stop()

    # ── connections ──────────────────────────────────────────────────────────

    def _accept_from(self, listener: Any) -> None:
        if self.alive:
            asyncio.get_running_loop().add_reader(listener, self._accept, listener)

    def _accept(self, listener: Any) -> None:
        """One connection a turn, so that the other processes get theirs."""
        is_full = len(self._connections) >= self.cfg.worker_connections
        if is_full and not self._waiting.close_oldest(LEAST_WAIT_SECONDS):
            self._rest(listener)  # each connection is new, or its request is complete and in work
            return
        try:
            peer, _ = listener.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return  # another process was faster, or the peer is gone
        except OSError as error:  # no file descriptor is left, or no memory
            self.log.warning("No connection can be accepted: %s", error.strerror)
            self._rest(listener)
            return
        task = asyncio.ensure_future(self._connect(peer, listener.getsockname()))
        self._connections[task] = None
        task.add_done_callback(self._connections.pop)

    def _rest(self, listener: Any) -> None:
        """Accept nothing for a moment; the kernel keeps the new connections."""
        loop = asyncio.get_running_loop()
        loop.remove_reader(listener)
        loop.call_later(_REST, self._accept_from, listener)

    async def _connect(self, peer: Any, server: Any) -> None:
        stream = await asyncio.open_connection(sock=peer, limit=HEAD_BYTES)
        connection = Connection(self, self._threads, self._waiting, stream, server)
        if task := asyncio.current_task():
            self._connections[task] = connection
        try:
            await connection.serve()
        except Exception:
            self.log.exception("A connection ended with an error of ours.")


async def _either(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
