"""Ten times, a hundred times as many subscribers: seconds, cost a mail, memory; the first mail.

Everything is queued by newsletter.dispatch in a real worker, while the senders are paused, so that
the seconds of queueing are known, and then sent. The first mail is waited for at the sink, with
senders that wait for work.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass
from typing import Any, Final

import psutil

from bench.database import empty_database, scalar
from bench.edition import make_edition
from bench.measuring import figure, is_quick
from bench.processes import largest_megabytes
from bench.report import part_tables
from bench.result_files import write
from bench.subscribers import drop_subscribers, make_due_again, make_subscribers
from bench.whole_path import first_mail, queued_and_sent, wait_until_sent
from bench.workers import senders
from fakes import postfix
from newsletter.delivery.recipients import recipients
from newsletter.editions.loaded_edition import LoadedEdition
from newsletter.models import Edition

_CHUNK: Final = 5_000
# The ledger and what its digests say, with their indexes.
_LEDGER_MEGABYTES: Final = """
SELECT sum(pg_total_relation_size(relid)) / 1048576.0
  FROM (SELECT relid FROM pg_partition_tree('newsletter_delivery') WHERE isleaf
        UNION ALL
        SELECT relid FROM pg_partition_tree('newsletter_digestcontent') WHERE isleaf) AS part
"""


@dataclass(frozen=True, slots=True)
class Row:
    """So many subscribers: one round, or the medians of several."""

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
        edition = make_edition()
        with postfix.sink() as port, senders(port) as worker:
            _rounds(edition, worker, 2_000, 1)  # caches and connections; not counted
            by_size = [_rounds(edition, worker, *size) for size in sizes.items()]
        first = _first_of_many(max(sizes))
        firsts = _first_of_few(waiting, rounds)
    results = {
        "quick": quick,
        "rows": [summary(rows) for rows in by_size],
        "first_mail_of_most": first,
        "first_mail": figure(firsts).as_json() | {"readers": waiting, "rounds": firsts},
        **at_a_million([medians(rows) for rows in by_size]),
    }
    seconds = f"{figure(firsts):.2f} s of {waiting:,}, {first['seconds']:.2f} s of {max(sizes):,}"
    print("\n".join(part_tables({"scaling": results})))
    print(f"first mail after {seconds}\nWritten to {write('scaling', results)}")


def _rounds(edition: Edition, worker: psutil.Process, count: int, rounds: int) -> list[Row]:
    drop_subscribers()
    make_subscribers(count)  # all due, so the first round need not make them so
    rows = [_measured(edition, worker, count)]
    for _ in range(rounds - 1):
        make_due_again()
        rows.append(_measured(edition, worker, count))
    return rows


def _measured(edition: Edition, worker: psutil.Process, count: int) -> Row:
    ranking = rank(edition, count)
    sent = queued_and_sent(worker, count)
    seconds = sent.queue_seconds, ranking, sent.send_seconds
    megabytes = largest_megabytes(worker), float(scalar(_LEDGER_MEGABYTES))
    row = Row(count, *seconds, sent.worker_us, sent.postgres_us, *megabytes)
    print(f"{count:>9,} subscribers: {sent.rate:.0f}/s, {row.cost_us:.0f} µs each", flush=True)
    return row


def rank(edition: Edition, count: int) -> float:
    """The seconds that choosing papers takes for so many subscribers, in this one process."""
    loaded = LoadedEdition(edition)
    start = time.perf_counter()
    for first in range(1, count + 1, _CHUNK):
        chunk = recipients(range(first, min(first + _CHUNK, count + 1)))
        for recipient in chunk.values():
            loaded.select(recipient.interests, ())
    return time.perf_counter() - start


def _first_of_many(count: int) -> dict[str, float]:
    """The first mail while the last size is queued, by senders that already send meanwhile."""
    make_due_again()
    with postfix.counting_sink() as sink, senders(sink.port):
        seconds, queueing = first_mail(sink, count)
    return {"readers": count, "seconds": seconds, "queue_seconds": queueing}


def _first_of_few(count: int, rounds: int) -> list[float]:
    drop_subscribers()
    make_subscribers(count)
    firsts = []
    with postfix.counting_sink() as sink, senders(sink.port):
        for _ in range(rounds + 1):
            make_due_again()
            firsts.append(first_mail(sink, count)[0])
            wait_until_sent(count)
    return firsts[1:]  # the first one fills caches


def medians(rows: Sequence[Row]) -> Row:
    """The median of each column, by itself."""
    readers, *columns = zip(*(astuple(row) for row in rows), strict=True)
    return Row(readers[0], *(statistics.median(column) for column in columns))


def summary(rows: Sequence[Row]) -> dict[str, Any]:
    """The medians of one size, with the cost of its mails in each round."""
    costs = [row.cost_us for row in rows]
    row = medians(rows)
    rate = row.readers / row.send_seconds
    return asdict(row) | {"rate": rate, "cost_us": figure(costs).as_json(), "rounds": costs}


def at_a_million(rows: Sequence[Row]) -> dict[str, float]:
    """The figures of the last row, by proportion where it has not a million subscribers."""
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
