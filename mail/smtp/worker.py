"""One of a transport's connections: opened when it is needed, kept, and replaced."""

from __future__ import annotations

import logging
from collections.abc import Generator
from math import inf
from time import monotonic
from typing import Final

from mail import outcome as outcomes
from mail.outcome import Outcome
from mail.smtp.connection import Connection, ConnectionBroken
from mail.smtp.opening import open_connection
from mail.smtp.queue import OutgoingQueue
from mail.smtp.session import SmtpSession

log = logging.getLogger(__name__)
# After so many connections in a row that transmitted nothing, the worker stops for this burst.
_MAX_FRUITLESS: Final = 2
# For so many seconds a worker whose connection was rejected leaves the server to the others.
_BACK_OFF_SECONDS: Final = 60.0
# For so many seconds no command is pipelined to a server that lost count, or became silent.
_STEP_BY_STEP_SECONDS: Final = 600.0


class SmtpWorker:
    """Sends from a queue, over as many connections as it takes. Used by one thread at a time."""

    def __init__(self, sender: str, max_messages: int) -> None:
        """`sender`: the bare address for MAIL; `max_messages`: how many per connection."""
        self._sender = sender
        self._max_messages = max_messages
        self._connection: Connection | None = None
        self.latency = inf
        self._backs_off_until = 0.0
        self._step_by_step_until = 0.0

    @property
    def is_open(self) -> bool:
        """Whether a connection is ready. One that the server has closed since is not."""
        if self._connection and not self._connection.is_idle:
            self._drop()
        return self._connection is not None

    @property
    def is_backing_off(self) -> bool:
        """Whether the server rejected a connection less than a minute ago."""
        return monotonic() < self._backs_off_until

    def open(self) -> Outcome | None:
        """Open a connection; the outcome for the waiting messages when that is impossible."""
        try:
            self._connection = open_connection()
        except Exception as error:  # noqa: BLE001 (whatever it was, nothing has been sent)
            self._backs_off_until = monotonic() + _BACK_OFF_SECONDS
            return outcomes.of_opening(error)
        self._backs_off_until = 0.0
        return None

    def send_from(self, queue: OutgoingQueue) -> Generator[Connection, None, bool]:
        """Send messages until none is left. False when this worker stops and others may go on.

        Yields its connection whenever nothing can be done until the server replies.
        """
        try:
            return (yield from self._send_from(queue))
        except BaseException as error:
            self._drop()  # the session is incomplete
            if not isinstance(error, Exception):
                raise
            # An error in our code. Its messages stay in doubt, which is the safe side.
            log.exception("a connection's thread failed")
            return False

    def _send_from(self, queue: OutgoingQueue) -> Generator[Connection, None, bool]:
        fruitless = 0
        while queue.has_waiting and fruitless < _MAX_FRUITLESS:
            if not self._connection and (failure := self.open()):
                queue.note_failure(failure)
                return False
            is_fruitful = yield from self._use_connection(queue)
            fruitless = 0 if is_fruitful else fruitless + 1
        return fruitless < _MAX_FRUITLESS

    def _use_connection(self, queue: OutgoingQueue) -> Generator[Connection, None, bool]:
        """Use the connection for as long as it lasts; whether it transmitted anything."""
        assert self._connection  # noqa: S101 (for the type checker)
        connection = self._connection
        before = connection.finished
        session = SmtpSession(
            connection,
            queue,
            sender=self._sender,
            max_messages=self._max_messages,
            is_pipelined=connection.offers_pipelining and monotonic() > self._step_by_step_until,
        )
        try:
            for _ in session.run():
                yield connection
        except ConnectionBroken as broken:
            self.latency = min(self.latency, connection.latency)
            if broken.is_protocol_error:
                self._step_by_step_until = monotonic() + _STEP_BY_STEP_SECONDS
            self._drop()
        else:
            self.latency = min(self.latency, connection.latency)
            if connection.finished >= self._max_messages:
                self.close()
        return connection.finished > before

    def close(self) -> None:
        """Close the connection, if there is one, with QUIT."""
        if self._connection:
            self._connection.close(with_quit=True)
            self._connection = None

    def _drop(self) -> None:
        """Close without QUIT: the connection is broken, or its last transaction is incomplete."""
        if self._connection:
            self._connection.close(with_quit=False)
            self._connection = None
