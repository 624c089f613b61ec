"""What a mail costs the ledger as it grows: its partitions beside one table of the same columns.

The one table is what the schema was before partitions: the migration goes back to it. Both have
the same indexes, readers, editions, triggers and statements. Each old edition has a row for every
reader, about 400 bytes wide (a real one is three times that: the disk is spared), and there are
three editions a day, as in real life, so a hundred thousand readers write ten million rows in a
hundred days, into four partitions.
"""

from __future__ import annotations

import json
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.core.management import call_command
from django.db import connection, transaction

from bench.audience import make_readers
from bench.stage import empty_database, is_quick, write
from newsletter.delivery import ledger, sweep
from newsletter.delivery.deliver import BATCH
from newsletter.delivery.dispatch import CHUNK
from newsletter.delivery.ledger import Claimed, Range, RenderStamp, Result
from newsletter.editions.loaded import LoadedEdition
from newsletter.models import Delivery, Edition

_FIGURES: Final = ("median_ms", "computed_ms", "logged_kb")
DAY: Final = date(2026, 3, 13)
NOW: Final = datetime(2026, 3, 14, 8, tzinfo=UTC)
LEASE: Final = timedelta(minutes=5)
_IMPRINT: Final = RenderStamp(NOW, "2026-03", "01234567")
BURST: Final = 50
SIZES: Final = (0, 1_000_000, 10_000_000)
_HOT: Final = 10_050  # the id of the hot edition: its partition is half a month old
_ALTER: Final = "ALTER TABLE newsletter_delivery"
_PER_DAY: Final = 3  # editions; only the daily ones have rows here
_PICKS: Final = [
    {"position": place, "paper": place * 7, "why": f"Follows up on what you read, number {place}"}
    for place in range(1, 4)
]

# Every row of one edition, as it is when its mail was sent. Triggers are off: counting is
# measured with the hot rows.
_OLD_ROWS: Final = """
INSERT INTO newsletter_delivery (
  edition_id, subscriber_id, state, reason, picks, renderer, key_id, dated_at, attempts,
  next_attempt_at, provider_id, error, created_at, sent_at)
SELECT %(edition)s, id, 'sent', '', %(picks)s, '2026-03', '01234567', %(at)s, 1, %(at)s,
       '250 2.0.0 Ok: queued as ' || md5(id::text), '', %(at)s, %(at)s
  FROM subscribers_subscriber ORDER BY id
"""


# The state of the schema with each layout.
LAYOUTS: Final = {"partitions": "0005_ledger_partitions", "one table": "0004_fewer_indexes"}


class Watch:
    """Of each step, by its name: how long it took, what the server computed, what it logged.

    On a machine that others use too, the second says more, and the third (the write-ahead log,
    which every change of a page goes through) is the same everywhere.
    """

    def __init__(self) -> None:
        self.spent: dict[str, list[float]] = defaultdict(list)
        self.computed: dict[str, list[float]] = defaultdict(list)
        self.logged: dict[str, list[float]] = defaultdict(list)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (pid,) = cursor.fetchone()
        self._clock = Path(f"/proc/{pid}/schedstat")

    def time(self, name: str, act: Callable[[], Any]) -> Any:
        logged, computed = self._logged_kilobytes(), self._server_milliseconds()
        start = time.perf_counter()
        answer = act()
        self.spent[name].append((time.perf_counter() - start) * 1000)
        self.computed[name].append(self._server_milliseconds() - computed)
        self.logged[name].append(self._logged_kilobytes() - logged)
        return answer

    @staticmethod
    def _logged_kilobytes() -> float:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn")
            return float(cursor.fetchone()[0]) / 1024

    def _server_milliseconds(self) -> float:
        """Of our connection's server process so far; 0 where it runs elsewhere."""
        try:
            return int(self._clock.read_text().split()[0]) / 1e6
        except OSError:
            return 0.0


def main(quick: bool) -> None:
    readers, sizes = (10_000, (0, 100_000, 400_000)) if quick else (100_000, SIZES)
    results: list[dict[str, Any]] = []
    with empty_database():
        make_readers(readers)
        for layout in LAYOUTS:
            _use(layout)
            done = 0
            for size in sizes:
                _fill(readers, done // readers, size // readers)
                done = size
                results += _measured(layout, size, *((1, 5) if quick else (3, 12)))
    told: dict[str, Any] = {"quick": quick, "readers": readers, "results": results}
    told |= {f"growth_{figure}": _growth(results, figure) for figure in _FIGURES}
    print(f"Written to {write('ledger', told)}")


def _use(layout: str) -> None:
    """An empty ledger in this layout."""
    _run("TRUNCATE newsletter_delivery, newsletter_tally, newsletter_edition CASCADE")
    call_command("migrate", "newsletter", LAYOUTS[layout], verbosity=0)


# ── old rows ─────────────────────────────────────────────────────────────────


def _fill(readers: int, from_day: int, to_day: int) -> None:
    """A row for every reader on each of these days, counted back from the hot edition's."""
    start = time.perf_counter()
    # The one index whose entries come in no order is built afterwards, which is faster.
    _run(f"{_ALTER} DISABLE TRIGGER USER", f"{_ALTER} DROP CONSTRAINT delivery_once")
    for ago in range(from_day + 1, to_day + 1):
        edition = _edition(_HOT - ago * _PER_DAY, ago)
        at, picks = NOW - timedelta(days=ago), json.dumps(_PICKS)
        with connection.cursor() as cursor:
            cursor.execute(_OLD_ROWS, {"edition": edition.pk, "at": at, "picks": picks})
    _run(
        f"{_ALTER} ADD CONSTRAINT delivery_once UNIQUE (subscriber_id, edition_id)",
        f"{_ALTER} ENABLE TRIGGER USER",
        "VACUUM ANALYZE newsletter_delivery",
        "CHECKPOINT",
    )
    rows = readers * (to_day - from_day)
    print(f"{rows:>12,} old rows made up in {time.perf_counter() - start:.0f} s", flush=True)


def _edition(number: int, ago: int, cadence: str = "daily") -> Edition:
    return Edition.objects.create(
        id=number,
        cadence=cadence,
        day=DAY - timedelta(days=ago),
        state=Edition.State.FROZEN,
        composed_at=NOW - timedelta(days=ago),
    )


# ── the hot path ─────────────────────────────────────────────────────────────


def _measured(layout: str, old: int, chunks: int, batches: int) -> list[dict[str, Any]]:
    """The life of the mails of one edition, beside so many old rows."""
    hot = _edition(_HOT, 0, "weekly")
    watch = Watch()
    for chunk in range(chunks):
        ids = list(range(chunk * CHUNK + 1, (chunk + 1) * CHUNK + 1))
        watch.time(f"queue, {CHUNK:,}", lambda ids=ids: _queue(hot.pk, ids))  # type: ignore[misc]
    press = LoadedEdition(hot)
    for _ in range(batches):
        _batch(watch, press)
    for _ in range(batches):
        watch.time("the minute's look at what is left over", _look)
        watch.time("find one by its number", lambda: Delivery.objects.filter(pk=CHUNK).first())
    _forget(hot)
    return [_told(layout, old, name, watch) for name in watch.spent]


@transaction.atomic
def _queue(edition: int, ids: Sequence[int]) -> None:
    count, _ = ledger.queue(edition, ids, [NOW + timedelta(days=7)] * len(ids), NOW)
    assert count == len(ids)


def _batch(watch: Watch, press: LoadedEdition) -> None:
    """500 mails as a worker handles them: claimed at once, marked and recorded in bursts."""
    edition = press.edition_id
    everything = Range(edition, 1, 2**62)
    fence, mails = watch.time(
        f"claim, {BATCH}", lambda: ledger.claim(everything, NOW, BATCH, LEASE)
    )
    readers = [mail.reader_id for mail in mails]
    watch.time(
        f"seen papers, {BATCH}", lambda: ledger.seen_papers(readers, edition, *press.seen_since)
    )
    bursts = [mails[at : at + BURST] for at in range(0, len(mails), BURST)]
    assert len(bursts) == BATCH // BURST

    def mark() -> None:
        for burst in bursts:
            picks = {mail.id: json.dumps(_PICKS) for mail in burst}
            held = ledger.changed(ledger.mark_sending(edition, fence, picks, _IMPRINT, NOW + LEASE))
            assert len(held) == len(burst)

    def record() -> None:
        for burst in bursts:
            ledger.changed(
                *ledger.record_outcomes(edition, fence, [_sent(mail) for mail in burst], NOW)
            )

    watch.time(f"mark, {BATCH} in bursts of {BURST}", mark)
    watch.time(f"record, {BATCH} in bursts of {BURST}", record)


def _sent(mail: Claimed) -> Result:
    return Result(mail.id, "sent", "", "", "250 2.0.0 Ok: queued as 0123456789abcdef", NOW)


def _look() -> None:
    sweep.expire_leases(NOW)
    sweep.due_retries(NOW, BATCH)
    sweep.stalled(NOW, NOW, BATCH)


def _forget(hot: Edition) -> None:
    """By SQL, for in the older layout Django would look for archived rows too."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM newsletter_delivery WHERE edition_id = %s", [hot.pk])
        cursor.execute("DELETE FROM newsletter_edition WHERE id = %s", [hot.pk])
    _run(
        "DELETE FROM newsletter_tally",
        "VACUUM newsletter_delivery, newsletter_tally",
    )


# ── telling ──────────────────────────────────────────────────────────────────


def _told(layout: str, old: int, name: str, watch: Watch) -> dict[str, Any]:
    spent, computed = watch.spent[name], statistics.median(watch.computed[name])
    logged = statistics.mean(watch.logged[name])  # pages are logged whole once, then in part
    median, low, high = statistics.median(spent), min(spent), max(spent)
    print(
        f"{layout:<11}{old:>11,} old  {name:<40}{median:>8.1f} ms  ({low:.1f} to {high:.1f})"
        f"   computed {computed:.1f} ms, logged {logged:,.0f} KB",
        flush=True,
    )
    figures = {"median_ms": median, "low_ms": low, "high_ms": high}
    figures |= {"computed_ms": computed, "logged_kb": logged}
    rounded = {key: round(value, 2) for key, value in figures.items()}
    return {"layout": layout, "old_rows": old, "step": name, "times": len(spent), **rounded}


def _growth(results: Sequence[dict[str, Any]], figure: str) -> dict[str, dict[str, float]]:
    """By layout and step: how many times as much beside the most old rows as beside a few.

    Not as beside none: with none there is nothing that readers have seen.
    """
    grown: dict[str, dict[str, float]] = defaultdict(dict)
    _, few, most = sorted({one["old_rows"] for one in results})
    fewer = {(one["layout"], one["step"]): one for one in results if one["old_rows"] == few}
    for one in results:
        before = fewer[one["layout"], one["step"]][figure]
        if one["old_rows"] == most and before:
            grown[one["layout"]][one["step"]] = round(one[figure] / before, 2)
    for layout, steps in grown.items():
        for step, times in steps.items():
            print(f"{layout:<11}{few:,} to {most:,} old  {step:<40}{figure} × {times:.2f}")
    return grown


def _run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


if __name__ == "__main__":
    main(is_quick())
