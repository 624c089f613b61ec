"""Several connections in one thread: each goes on when its server has replied.

Between two steps each connection has a message at the server, so the server never waits for us
before it has replied on all of them.
"""

from __future__ import annotations

import select
from collections.abc import Generator
from time import monotonic
from typing import Final

from mail.smtp.connection import Connection
from mail.smtp.queue import OutgoingQueue
from mail.smtp.worker import SmtpWorker

_TICK: Final = 1.0  # seconds after which connections without a reply are checked

# A worker that is sending. It yields its connection when it waits for the server; at the end it
# returns whether the worker may be used again.
Sending = Generator[Connection, None, bool]


class ConnectionLoop:
    """Workers that are sending, each waiting for its server's reply."""

    def __init__(self) -> None:
        self._poll = select.poll()
        self._waiting: dict[int, tuple[SmtpWorker, Sending, float]] = {}
        self._next_check = 0.0
        self.stopped: set[SmtpWorker] = set()  # workers that could not go on

    @property
    def workers(self) -> set[SmtpWorker]:
        return {worker for worker, _, _ in self._waiting.values()}

    def __len__(self) -> int:
        return len(self._waiting)

    def start(self, worker: SmtpWorker, queue: OutgoingQueue) -> None:
        """Send from the queue with this worker, until no message waits."""
        self._advance(worker, worker.send_from(queue))

    def step(self) -> None:
        """Wait for replies and advance their workers."""
        for number, _ in self._poll.poll(_TICK * 1000):
            self._resume(number)
        if monotonic() > self._next_check:
            self._resume_overdue()

    def close(self) -> None:
        """Break off; the messages under way are in doubt."""
        for _, sending, _ in self._waiting.values():
            sending.close()

    def _resume_overdue(self) -> None:
        """Advance those whose server has had its time: the read of the reply then fails."""
        now = monotonic()
        for number in [n for n, (_, _, deadline) in self._waiting.items() if deadline < now]:
            self._resume(number)
        self._next_check = now + _TICK

    def _resume(self, number: int) -> None:
        worker, sending, _ = self._waiting.pop(number)
        self._poll.unregister(number)
        self._advance(worker, sending)

    def _advance(self, worker: SmtpWorker, sending: Sending) -> None:
        try:
            connection = next(sending)
        except StopIteration as end:
            if not end.value:
                self.stopped.add(worker)
            return
        number = connection.fileno()
        self._poll.register(number, select.POLLIN)
        self._waiting[number] = worker, sending, connection.deadline
