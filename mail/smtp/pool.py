"""Any SMTP server: encoded messages over a few connections that stay open, in parallel.

Messages are shared out one by one, so a slow connection delays only the message on it. A server
on this machine or next to it replies before a thread would be awake: its connections share one
thread, and each goes on when its server has replied. To a server far away each connection writes
and waits in a thread of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from email.utils import parseaddr
from time import monotonic
from types import TracebackType
from typing import Final, Self

from django.conf import settings
from django.core.mail.message import sanitize_address

from mail.dkim.sign import configured_signer
from mail.journal import NO_JOURNAL, Journal
from mail.message import Message
from mail.outcome import Outcome
from mail.run import Run
from mail.smtp.loop import ConnectionLoop, Sending
from mail.smtp.queue import OutgoingQueue
from mail.smtp.worker import SmtpWorker

# Opening a connection takes as long as several messages: fewer do not justify another one.
_MESSAGES_PER_WORKER: Final = 4
_NEAR: Final = 0.001  # seconds in which a server replies that is on this machine or next to it


class SmtpTransport:
    """Up to SMTP_CONNECTIONS to the server that the EMAIL_* settings name."""

    def __enter__(self) -> Self:
        count, per_connection = settings.SMTP_CONNECTIONS, settings.SMTP_MAILS_PER_CONNECTION
        sender = envelope_sender(settings.MAIL_FROM)
        self._workers = [SmtpWorker(sender, per_connection) for _ in range(count)]
        self._run = Run()
        self._sign = configured_signer()
        self._threads = ThreadPoolExecutor(max(count - 1, 1), "smtp")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._threads.shutdown()
        for worker in self._workers:
            worker.close()

    @property
    def is_near(self) -> bool:
        """Whether the server is near: then threads would cost more than the waiting."""
        return min(worker.latency for worker in self._workers) <= _NEAR

    def send(self, burst: Sequence[Message], journal: Journal = NO_JOURNAL) -> list[Outcome]:
        """Transmit each message to its one recipient; outcomes in order, never an error.

        After half of a lease no message is begun any more.

        Raises:
            BaseException: the process has to stop; the messages under way are in doubt.
        """
        until = monotonic() + settings.LEASE_SECONDS / 2
        queue = OutgoingQueue(burst, until, journal, self._sign)
        if self.is_near:
            self._send_in_loop(queue)
        else:
            self._send_in_threads(queue)
        return self._run.resolve(queue.outcomes, [message.to for message in burst])

    # ── a server near us ─────────────────────────────────────────────────────

    def _send_in_loop(self, queue: OutgoingQueue) -> None:
        with closing(ConnectionLoop()) as loop:
            while queue.unfinished:
                if len(loop) < len(self._workers) and queue.has_waiting:
                    self._start_workers(loop, queue)
                if loop:
                    loop.step()
                else:
                    queue.finish_rest()

    def _start_workers(self, loop: ConnectionLoop, queue: OutgoingQueue) -> None:
        """Start more workers, if there are enough messages for them."""
        wanted = _workers_wanted(queue) - len(loop)
        if wanted > 0:
            for worker in self._usable(queue, loop.workers | loop.stopped)[:wanted]:
                loop.start(worker, queue)

    # ── a server far away ────────────────────────────────────────────────────

    def _send_in_threads(self, queue: OutgoingQueue) -> None:
        """A message can be requeued when the other workers have ended: then they start again."""
        workers = self._usable(queue)[: _workers_wanted(queue)]
        while workers and queue.has_waiting:
            workers = self._in_threads(workers, queue)
        queue.finish_rest()

    def _in_threads(self, workers: Sequence[SmtpWorker], queue: OutgoingQueue) -> list[SmtpWorker]:
        """Send with all of them until no message is left; the workers that may go on."""
        others = [
            self._threads.submit(_to_the_end, worker.send_from(queue)) for worker in workers[1:]
        ]
        try:
            first = _to_the_end(workers[0].send_from(queue))
            goes_on = [first, *(other.result() for other in others)]
        except BaseException:
            queue.stop()
            wait(others)  # none may still use its connection when the next burst comes
            raise
        return [worker for worker, may_go_on in zip(workers, goes_on, strict=True) if may_go_on]

    # ── workers ──────────────────────────────────────────────────────────────

    def _usable(
        self, queue: OutgoingQueue, without: Collection[SmtpWorker] = ()
    ) -> list[SmtpWorker]:
        """The workers that can start, open ones first; none when the server rejects us.

        The first connection is opened alone: a wrong password is tried once, not by all.
        """
        idle = [worker for worker in self._workers if worker not in without]
        usable = [worker for worker in idle if worker.is_open]
        closed = [worker for worker in idle if worker not in usable]
        if not usable and not without and closed and queue.waiting:
            first = closed.pop(0)
            if failure := first.open():
                queue.note_failure(failure)
                return []
            usable = [first]
        return usable + [worker for worker in closed if not worker.is_backing_off]


def _workers_wanted(queue: OutgoingQueue) -> int:
    """How many workers the waiting messages justify."""
    return -(-queue.waiting // _MESSAGES_PER_WORKER)


def _to_the_end(sending: Sending) -> bool:
    """Send to the end, waiting for each reply; whether the worker may go on."""
    while True:
        try:
            next(sending)
        except StopIteration as end:
            return bool(end.value)


def envelope_sender(mail_from: str) -> str:
    """The bare address for MAIL, its domain in ASCII."""
    return parseaddr(sanitize_address(mail_from, "utf-8"))[1]
