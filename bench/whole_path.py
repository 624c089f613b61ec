"""The path of a digest as in production: newsletter.dispatch in a real worker, then the senders."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

import psutil

from bench.database import Server, log_position
from bench.edition import newest_edition
from bench.processes import cpu_seconds
from bench.workers import empty_send_queue
from fakes.postfix import CountingSink, wait_for
from newsletter.delivery.progress import progress_of
from newsletter.tasks import dispatch

_PATIENCE: Final = 1_800.0  # seconds, for a million
_INTERVAL: Final = 0.05  # seconds between two reads of the counters: they cost processor time too


@dataclass(frozen=True, slots=True)
class Sent:
    """One round: so many mails queued, then sent, and what they cost."""

    mails: int
    queue_seconds: float
    send_seconds: float
    worker_seconds: float  # of processor
    postgres_seconds: float
    log_bytes: int  # that PostgreSQL wrote to its log (WAL) while they were sent

    @property
    def rate(self) -> float:
        return self.mails / self.send_seconds

    @property
    def worker_us(self) -> float:
        """Microseconds of the workers' processors a mail."""
        return self.worker_seconds / self.mails * 1e6

    @property
    def postgres_us(self) -> float:
        return self.postgres_seconds / self.mails * 1e6

    @property
    def log_bytes_a_mail(self) -> float:
        return self.log_bytes / self.mails


def queued_and_sent(worker: psutil.Process, mails: int) -> Sent:
    """Queue for so many subscribers, who are due, while the senders are paused; then send it."""
    empty_send_queue()
    worker.suspend()
    queueing = queue(mails)
    server = Server()
    before = cpu_seconds(worker), server.cpu_seconds(), log_position()
    sending = _send(worker, mails)
    after = cpu_seconds(worker), server.cpu_seconds(), log_position()
    worker_seconds, postgres_seconds = after[0] - before[0], after[1] - before[1]
    log_bytes = after[2] - before[2]
    return Sent(mails, queueing, sending, worker_seconds, postgres_seconds, log_bytes)


def first_mail(sink: CountingSink, mails: int) -> tuple[float, float]:
    """Dispatch while the senders wait for work.

    Returns the seconds until the first mail is at the sink, and until all are queued.
    """
    empty_send_queue()
    sink.expect()
    start = time.perf_counter()
    queueing = queue(mails)
    return sink.came_at(_PATIENCE) - start, queueing


def wait_until_sent(mails: int) -> None:
    edition = newest_edition().pk
    wait_for(lambda: progress_of(edition).done >= mails, "the last outcome", _PATIENCE, _INTERVAL)


def queue(mails: int) -> float:
    """Dispatch; the seconds until every subscriber has a row in the ledger."""
    edition = newest_edition().pk
    start = time.perf_counter()
    dispatch.delay("weekly")
    wait_for(lambda: progress_of(edition).total >= mails, "the last row", _PATIENCE)
    return time.perf_counter() - start


def _send(worker: psutil.Process, mails: int) -> float:
    """The seconds from the workers' first task to the last outcome in the ledger."""
    start = time.perf_counter()
    worker.resume()
    wait_until_sent(mails)
    seconds = time.perf_counter() - start
    sent = progress_of(newest_edition().pk).sent
    assert sent == mails, f"{sent:,} of {mails:,} mails were sent"
    return seconds
