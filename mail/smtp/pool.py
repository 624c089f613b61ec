"""Any SMTP server: encoded messages over a few connections that stay open, in parallel.

Messages are shared out one by one, so a slow connection delays only the message on it. A server
on this machine or next to it replies before a thread would be awake: its connections share one
thread, each goes on when its server has replied, and messages may be added while others are on
their way. To a server far away each connection writes and waits in a thread of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from email.utils import parseaddr
from time import monotonic
from types import TracebackType
from typing import Final, Self

from django.conf import settings
from django.core.mail.message import sanitize_address

from mail.message import Message
from mail.outcome import Outcome
from mail.smtp.loop import ConnectionLoop, Sending
from mail.smtp.queue import OutgoingQueue
from mail.smtp.worker import SmtpWorker
from mail.transport import PendingResult

# Opening a connection takes as long as several messages: fewer do not justify another one.
_MESSAGES_PER_WORKER: Final = 4
_NEAR: Final = 0.001  # seconds in which a server replies that is on this machine or next to it


class SmtpTransport:
    """Up to SMTP_CONNECTIONS to the server that the EMAIL_* settings name."""

    def __enter__(self) -> Self:
        count, per_connection = settings.SMTP_CONNECTIONS, settings.SMTP_MAILS_PER_CONNECTION
        sender = envelope_sender(settings.MAIL_FROM)
        self._workers = [SmtpWorker(sender, per_connection) for _ in range(count)]
        self._threads = ThreadPoolExecutor(max(count - 1, 1), "smtp")
        self._queue = OutgoingQueue()
        self._loop = ConnectionLoop()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.reset()
        self._threads.shutdown()
        for worker in self._workers:
            worker.close()

    @property
    def is_streaming(self) -> bool:
        """Whether the server is near: then threads would cost more than the waiting."""
        return min(worker.latency for worker in self._workers) <= _NEAR

    def send(self, burst: Sequence[Message]) -> list[Outcome]:
        """Transmit each message to its one recipient; outcomes in order, never an error.

        Messages that were submitted before go along, and their outcomes stay for `drain`.
        """
        self.submit(burst, settings.LEASE_SECONDS / 2)
        self.run_until()
        own = {id(message) for message in burst}
        finished = self._queue.drain()
        self._queue.keep([pair for pair in finished if id(pair[0]) not in own])
        outcomes = {id(message): outcome for message, outcome in finished}
        return [outcomes[id(message)] for message in burst]

    def submit(self, messages: Sequence[Message], seconds: float) -> None:
        self._queue.add(messages, monotonic() + seconds)

    def run_until(self, left: int = 0, pending: PendingResult | None = None) -> None:
        """Go on until at most `left` have no outcome yet, or until `pending` is ready.

        Raises:
            BaseException: the process has to stop; what was under way is in doubt.
        """
        try:
            if not (pending and pending.is_ready()):  # also when there is nothing to wait for
                self._run(left, pending)
        except BaseException:
            self.reset()
            raise

    def _run(self, left: int, pending: PendingResult | None) -> None:
        if self.is_streaming:
            self._run_in_loop(left, pending)
        elif self._queue.unfinished:
            self._run_in_threads()

    def drain(self) -> list[tuple[Message, Outcome]]:
        return self._queue.drain()

    def reset(self) -> None:
        self._loop.close()
        self._queue, self._loop = OutgoingQueue(), ConnectionLoop()

    # ── a server near us ─────────────────────────────────────────────────────

    def _run_in_loop(self, left: int, pending: PendingResult | None) -> None:
        while self._queue.unfinished > left:
            if len(self._loop) < len(self._workers) and self._queue.has_waiting:
                self._start_workers()
            if not self._loop:
                self._queue.finish_rest()
            elif self._loop.step(pending):
                return
        if not self._queue.unfinished:
            self._loop.stopped.clear()  # the next time they may try again

    def _start_workers(self) -> None:
        """Start more workers, if there are enough messages for them."""
        wanted = self._workers_wanted() - len(self._loop)
        if wanted > 0:
            for worker in self._usable(self._loop.workers | self._loop.stopped)[:wanted]:
                self._loop.start(worker, self._queue)

    # ── a server far away ────────────────────────────────────────────────────

    def _run_in_threads(self) -> None:
        """A message can be requeued when the other workers have ended: then they start again."""
        workers = self._usable()[: self._workers_wanted()]
        while workers and self._queue.has_waiting:
            workers = self._in_threads(workers)
        self._queue.finish_rest()

    def _in_threads(self, workers: Sequence[SmtpWorker]) -> list[SmtpWorker]:
        """Send with all of them until no message is left; the workers that may go on."""
        others = [
            self._threads.submit(_to_the_end, worker.send_from(self._queue))
            for worker in workers[1:]
        ]
        try:
            first = _to_the_end(workers[0].send_from(self._queue))
            goes_on = [first, *(other.result() for other in others)]
        except BaseException:
            self._queue.stop()
            wait(others)  # none may still use its connection when the next burst comes
            raise
        return [worker for worker, may_go_on in zip(workers, goes_on, strict=True) if may_go_on]

    # ── workers ──────────────────────────────────────────────────────────────

    def _workers_wanted(self) -> int:
        """How many workers the waiting messages justify."""
        return -(-self._queue.waiting // _MESSAGES_PER_WORKER)

    def _usable(self, without: Collection[SmtpWorker] = ()) -> list[SmtpWorker]:
        """The workers that can start, open ones first; none when the server rejects us.

        The first connection is opened alone: a wrong password is tried once, not by all.
        """
        idle = [worker for worker in self._workers if worker not in without]
        usable = [worker for worker in idle if worker.is_open]
        closed = [worker for worker in idle if worker not in usable]
        if not usable and not without and closed and self._queue.waiting:
            first = closed.pop(0)
            if failure := first.open():
                self._queue.note_failure(failure)
                return []
            usable = [first]
        return usable + [worker for worker in closed if not worker.is_backing_off]


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
