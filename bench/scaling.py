"""Ten times, a hundred times as many readers: seconds, cost a mail, memory; and the first mail.

Everything is queued by newsletter.dispatch in a real worker, once while the senders are
held back, so that it is known what queueing takes, and then sent. The first mail is waited for at
the sink, with senders that wait for work.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass
from typing import Any, Final

from django.db import connection

from bench import audience, postfix
from bench.costs import largest_megabytes
from bench.figures import figure
from bench.postfix import CountingSink
from bench.stage import empty_database, is_quick, write
from bench.whole_path import first_mail, queued_and_sent, wait_until_sent
from bench.workers import Worker, senders
from newsletter.delivery.recipients import recipients
from newsletter.editions.loaded import LoadedEdition
from newsletter.models import Edition

_AT_ONCE: Final = 5_000


@dataclass(frozen=True, slots=True)
class Row:
    """So many readers: one round, or the medians of several."""

    readers: int
    queue_seconds: float
    rank_seconds: float
    send_seconds: float
    worker_us: float  # of processor, a mail
    postgres_us: float
    worker_mb: float
    ledger_mb: float

    @property
    def cost_us(self) -> float:
        return self.worker_us + self.postgres_us


def main(quick: bool) -> None:
    sizes = {2_000: 2, 10_000: 1} if quick else {10_000: 5, 100_000: 3, 1_000_000: 1}
    rounds, waiting = (2, 2_000) if quick else (5, 20_000)
    with empty_database():
        edition = audience.make_edition()
        with postfix.sink() as port, senders(port) as worker:
            _grown(edition, worker, 2_000, 1)  # caches and connections; not counted
            grown = [_grown(edition, worker, *size) for size in sizes.items()]
        first = _first_of_many(max(sizes))
        firsts = _first_of_few(waiting, rounds)
    results = {
        "quick": quick,
        "rows": [told(rows) for rows in grown],
        "first_mail_of_most": first,
        "first_mail": figure(firsts).as_json() | {"readers": waiting, "rounds": firsts},
        **at_a_million([middle(rows) for rows in grown]),
    }
    print(
        f"first mail after {figure(firsts):.2f} s of {waiting:,}, "
        f"{first['seconds']:.2f} s of {first['readers']:,}"
    )
    print(f"Written to {write('scaling', results)}")


def _grown(edition: Edition, worker: Worker, readers: int, rounds: int) -> list[Row]:
    audience.drop_readers()
    audience.make_readers(readers)  # all due, so the first round need not make them so
    rows = [_measured(edition, worker, readers)]
    for _ in range(rounds - 1):
        audience.due_again()
        rows.append(_measured(edition, worker, readers))
    return rows


def _measured(edition: Edition, worker: Worker, readers: int) -> Row:
    choosing = rank(edition, readers)
    sent = queued_and_sent(worker, readers)
    row = Row(
        readers=readers,
        queue_seconds=sent.queue_seconds,
        rank_seconds=choosing,
        send_seconds=sent.send_seconds,
        worker_us=sent.worker_us,
        postgres_us=sent.postgres_us,
        worker_mb=largest_megabytes(worker.process),
        ledger_mb=_ledger_megabytes(),
    )
    print(
        f"{readers:>9,} readers: queued in {row.queue_seconds:.1f} s, ranked in "
        f"{row.rank_seconds:.1f} s, sent in {row.send_seconds:.1f} s ({sent.rate:.0f}/s), "
        f"{row.cost_us:.0f} µs a mail, worker {row.worker_mb:.0f} MB, "
        f"ledger {row.ledger_mb:.0f} MB",
        flush=True,
    )
    return row


def rank(edition: Edition, readers: int) -> float:
    """The seconds that choosing papers takes for so many readers, in this one process."""
    press = LoadedEdition(edition)
    start = time.perf_counter()
    for first in range(1, readers + 1, _AT_ONCE):
        wanted = recipients(range(first, min(first + _AT_ONCE, readers + 1)))
        for reader in wanted.values():
            press.select(reader.interests, ())
    return time.perf_counter() - start


def _ledger_megabytes() -> float:
    """The table with its indexes, in one piece or in partitions."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (pg_total_relation_size('newsletter_delivery') + coalesce(("
            "  SELECT sum(pg_total_relation_size(relid))"
            "    FROM pg_partition_tree('newsletter_delivery') WHERE isleaf), 0)) / 1048576.0"
        )
        return float(cursor.fetchone()[0])


def _first_of_many(readers: int) -> dict[str, float]:
    """The first mail while the last size is queued, by senders that already send meanwhile."""
    audience.due_again()
    with postfix.counting_sink() as sink, senders(sink.port):
        seconds, queueing = first_mail(sink, readers)
    return {"readers": readers, "seconds": seconds, "queue_seconds": queueing}


def _first_of_few(readers: int, rounds: int) -> list[float]:
    audience.drop_readers()
    audience.make_readers(readers)
    with postfix.counting_sink() as sink, senders(sink.port):
        return [_first(sink, readers) for _ in range(rounds + 1)][1:]  # the first one warms up


def _first(sink: CountingSink, readers: int) -> float:
    audience.due_again()
    seconds, _ = first_mail(sink, readers)
    wait_until_sent(readers)
    return seconds


def middle(rows: Sequence[Row]) -> Row:
    """The median of each column, by itself."""
    readers, *columns = zip(*(astuple(row) for row in rows), strict=True)
    return Row(readers[0], *(statistics.median(column) for column in columns))


def told(rows: Sequence[Row]) -> dict[str, Any]:
    """The medians of one size, with what its mails cost in each round."""
    costs = [row.cost_us for row in rows]
    return asdict(middle(rows)) | {"cost_us": figure(costs).as_json(), "rounds": costs}


def at_a_million(rows: Sequence[Row]) -> dict[str, float]:
    """The figures of the last row, by proportion where it has not a million readers."""
    first, last = rows[0], rows[-1]
    scale = 1_000_000 / last.readers
    return {
        "queue_1m_seconds": last.queue_seconds * scale,
        "rank_1m_seconds": last.rank_seconds * scale,
        "cost_growth_10k_to_1m": last.cost_us / first.cost_us,
        "worker_rss_mb": max(row.worker_mb for row in rows),
    }


if __name__ == "__main__":
    main(is_quick())
