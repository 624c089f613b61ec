"""A digest sent as in production: the dispatch task in a real worker, then the senders."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from bench import audience
from bench.costs import Database, cpu_seconds
from bench.postfix import CountingSink, wait_for
from bench.workers import Worker, forget_bells
from newsletter.delivery.progress import progress_of
from newsletter.tasks import dispatch

_PATIENCE: Final = 1_800.0  # seconds, for a million
_LOOKS: Final = 0.05  # seconds between two looks at the counters, which cost processor time too


@dataclass(frozen=True, slots=True)
class Sent:
    """One round: so many mails queued, then sent, and what they cost."""

    mails: int
    queue_seconds: float
    send_seconds: float
    worker_seconds: float  # of processor
    postgres_seconds: float

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


def queued_and_sent(worker: Worker, mails: int) -> Sent:
    """Queue for so many readers, who are due, while nobody sends; then send it all."""
    forget_bells()
    worker.pause()
    queueing = queue(mails)
    database = Database()
    before = cpu_seconds(worker.process), database.cpu_seconds()
    sending = _send(worker, mails)
    after = cpu_seconds(worker.process), database.cpu_seconds()
    return Sent(mails, queueing, sending, after[0] - before[0], after[1] - before[1])


def first_mail(sink: CountingSink, mails: int) -> tuple[float, float]:
    """Dispatch while the senders wait for work.

    Returns the seconds until the first mail is at the sink, and until all are queued.
    """
    forget_bells()
    sink.expect()
    start = time.perf_counter()
    queueing = queue(mails)
    return sink.came_at(_PATIENCE) - start, queueing


def wait_until_sent(mails: int) -> None:
    edition = audience.newest_edition()
    wait_for(lambda: progress_of(edition.pk).done >= mails, "the last record", _PATIENCE, _LOOKS)


def queue(mails: int) -> float:
    """Dispatch; the seconds until every reader has a row in the ledger."""
    edition = audience.newest_edition()
    start = time.perf_counter()
    dispatch.delay()
    wait_for(lambda: progress_of(edition.pk).total >= mails, "the last row", _PATIENCE)
    return time.perf_counter() - start


def _send(worker: Worker, mails: int) -> float:
    """The seconds from the first bell to the last record in the ledger."""
    start = time.perf_counter()
    worker.resume()
    wait_until_sent(mails)
    seconds = time.perf_counter() - start
    sent = progress_of(audience.newest_edition().pk).sent
    assert sent == mails, f"{sent:,} of {mails:,} mails were sent"
    return seconds
