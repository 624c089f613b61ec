"""A partition for each hundred editions: a trigger makes it, a statement reads no other one."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from newsletter.delivery import ledger as ledger_sql
from newsletter.delivery import seen, sweep
from newsletter.delivery.progress import progress_of
from newsletter.delivery.queueing.due import queue
from newsletter.delivery.types import Batch, Due, Result
from newsletter.editions.loaded_edition import LoadedEdition, SeenScope
from newsletter.models import Delivery, Edition, StoredPick, Tally
from tests.factories import (
    DAY,
    NOON,
    make_batch,
    make_burst,
    make_content,
    make_delivery,
    make_edition,
    make_subscriber,
)
from web.sql import array

pytestmark = pytest.mark.django_db
LEASE = timedelta(minutes=5)
HUNDREDS = (700_000, 700_100, 700_200)  # far from where the sequence of a test database stands


def make_old_and_new() -> list[Edition]:
    """An edition in each of three partitions, the last of them the newest."""
    return [
        make_edition(id=first + 7, day=DAY - timedelta(days=40 * (2 - place)))
        for place, first in enumerate(HUNDREDS)
    ]


def partition_of(delivery: Delivery) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tableoid::regclass::text FROM newsletter_delivery WHERE id = %s", [delivery.pk]
        )
        return str(cursor.fetchone()[0])


def partitions_in_plan(sql: str, **values: Any) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}", values)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    return set(re.findall(r"newsletter_delivery_\d+", plan))


def add_rows(edition: Edition, count: int, state: str) -> None:
    """Many rows at once, of subscribers without rows of their own."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO newsletter_delivery (edition_id, subscriber_id, state, reason, attempts,
                  next_attempt_at, provider_id, error, created_at)
               SELECT %s, number, %s, '', 1, %s, '', '', %s
                 FROM generate_series(1, %s) AS number""",
            [edition.pk, state, NOON, NOON, count],
        )


# ── how they are made ────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("edition", "partition"),
    [
        (700_099, "newsletter_delivery_700000"),
        (700_100, "newsletter_delivery_700100"),
        (4_999, "newsletter_delivery_004900"),
        (12_345_678, "newsletter_delivery_12345600"),
    ],
)
def test_a_delivery_is_in_the_partition_of_its_edition(edition: int, partition: str) -> None:
    assert partition_of(make_delivery(make_edition(id=edition), None)) == partition


def test_a_partition_has_every_index_of_the_ledger() -> None:
    make_edition(id=700_000)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FILTER (WHERE relid = 'newsletter_delivery'::regclass),
                      count(*) FILTER (WHERE relid = 'newsletter_delivery_700000'::regclass)
                 FROM (SELECT indrelid AS relid FROM pg_index) AS one"""
        )
        of_ledger, of_partition = cursor.fetchone()
    assert of_ledger == of_partition == 6


def test_a_partition_has_the_check_constraints_of_the_ledger() -> None:
    delivery = make_delivery(make_edition(id=700_000), make_subscriber())
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.filter(pk=delivery.pk).update(attempts=-1)


def test_a_subscriber_gets_an_edition_once_in_any_partition() -> None:
    reader = make_subscriber()
    for edition in make_old_and_new():
        make_delivery(edition, reader)
        with pytest.raises(IntegrityError), transaction.atomic():
            make_delivery(edition, reader)


def test_ids_continue_across_partitions() -> None:
    ids = [make_delivery(edition, None).pk for edition in make_old_and_new()]
    assert ids == list(range(ids[0], ids[0] + 3))


def test_counters_count_in_every_partition() -> None:
    for edition in make_old_and_new():
        make_delivery(edition, make_subscriber())
    Delivery.objects.update(state="sent")
    assert {progress_of(first + 7).sent for first in HUNDREDS} == {1}


def test_counters_stay_when_a_partition_is_dropped() -> None:
    [old, *_] = make_old_and_new()
    make_delivery(old, None, state="sent")
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE newsletter_delivery_700000")
    assert progress_of(old.pk).sent == 1


@pytest.mark.django_db(transaction=True)
def test_a_new_partition_does_not_wait_for_a_worker() -> None:
    delivery = make_delivery(make_edition(), make_subscriber())
    worker = connection.copy()
    try:
        with worker.cursor() as working, transaction.atomic(), connection.cursor() as cursor:
            working.execute("BEGIN; SET LOCAL lock_timeout = '2s'")
            working.execute("UPDATE newsletter_delivery SET error = 'held'")
            cursor.execute("SET LOCAL lock_timeout = '2s'")
            make_edition(id=700_001, day=DAY + timedelta(days=1))
            working.execute("UPDATE newsletter_delivery SET error = 'done'; COMMIT")
    finally:
        worker.close()
    delivery.refresh_from_db()
    assert delivery.error == "done"
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE newsletter_delivery_700000")


@pytest.mark.django_db(transaction=True)
def test_editions_added_at_once_share_one_partition() -> None:
    def add(number: int) -> str:
        try:
            edition = make_edition(id=700_000 + number, day=date(2030, 1, 1 + number))
            return partition_of(make_delivery(edition, None))
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(add, range(8))) == {"newsletter_delivery_700000"}
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE newsletter_delivery_700000")


# ── what a statement reads ───────────────────────────────────────────────────


@pytest.mark.django_db(transaction=True)
def test_each_statement_of_a_delivery_locks_one_partition() -> None:
    """The others are not even locked: a claim costs the same beside one and beside a hundred."""
    newest = make_old_and_new()[-1]
    reader = make_subscriber(next_send_at=NOON)

    def locked(act: Callable[[], object]) -> set[str]:
        with transaction.atomic(), connection.cursor() as cursor:
            act()
            cursor.execute(
                """SELECT relname FROM pg_locks JOIN pg_class ON pg_class.oid = relation
                    WHERE pid = pg_backend_pid() AND relkind = 'r'
                      AND relname LIKE 'newsletter_delivery_%'"""
            )
            return {name for (name,) in cursor.fetchall()}

    steps: list[set[str]] = []
    due = Due(reader.pk, 4, 8, "UTC", NOON)
    steps.append(locked(lambda: queue(newest.pk, [due], [NOON], NOON)))
    fence, batch = uuid.uuid4(), make_batch(newest)
    [one] = ledger_sql.claim(batch, NOON, 50, LEASE, fence)
    steps.append(locked(lambda: ledger_sql.claim(batch, NOON, 50, LEASE, uuid.uuid4())))
    burst = make_burst([one])
    steps.append(locked(lambda: ledger_sql.mark_sending(newest.pk, fence, burst, NOON)))
    result = Result(one.id, "sent", "", "", "", NOON)
    steps.append(locked(lambda: ledger_sql.held(newest.pk, fence, [one.id])))
    steps.append(locked(lambda: ledger_sql.requeue(newest.pk, uuid.uuid4(), [one.id], NOON)))
    steps.append(locked(lambda: ledger_sql.record_outcomes(newest.pk, fence, [result], NOON)))
    steps.append(locked(lambda: ledger_sql.release(newest.pk, fence, [one.id])))
    steps.append(locked(lambda: ledger_sql.skip(newest.pk, fence, {one.id: "no"})))
    steps.append(locked(lambda: ledger_sql.defer(newest.pk, fence, {one.id: (1.0, "")}, NOON)))
    assert steps == [{"newsletter_delivery_700200"}] * 9
    assert Delivery.objects.get().state == "sent"
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE " + ", ".join(f"newsletter_delivery_{n}" for n in HUNDREDS))


def test_seen_papers_are_read_from_recent_partitions_only() -> None:
    oldest, middle, newest = make_old_and_new()
    since, first, _ = LoadedEdition(newest).seen_scope
    assert oldest.pk < middle.pk < first <= newest.pk
    read = partitions_in_plan(
        seen._SEEN, subscribers="{1}", edition=newest.pk, since=since, first_edition=first
    )
    assert read == {"newsletter_delivery_700200"}


@pytest.mark.parametrize(
    ("cadence", "ago", "found"),
    [("daily", 1, True), ("daily", 3, False), ("monthly", 31, True), ("monthly", 34, False)],
)
def test_editions_since_the_window_opened_are_read(cadence: str, ago: int, *, found: bool) -> None:
    other = make_edition("weekly", DAY - timedelta(days=ago))
    edition = make_edition(cadence, DAY)
    assert (LoadedEdition(edition).seen_scope.first_edition <= other.pk) == found


def test_an_edition_that_was_added_early_is_read_too() -> None:
    """Its id is higher than that of the edition that follows it by day."""
    edition = make_edition("weekly", DAY)
    make_edition("daily", DAY - timedelta(days=1))
    assert LoadedEdition(edition).seen_scope.first_edition == edition.pk


def test_papers_seen_in_another_partition_are_found() -> None:
    *_, middle, newest = make_old_and_new()
    reader = make_subscriber()
    make_content(make_delivery(middle, reader, state="sent"), [StoredPick(1, 3, "")])
    scope = SeenScope(NOON - timedelta(days=1), middle.pk)
    assert seen.seen_papers([reader.pk], newest.pk, scope) == {reader.pk: {3}}


def test_papers_of_single_older_editions_are_found_in_their_partition() -> None:
    oldest, middle, newest = make_old_and_new()
    readers = [make_subscriber(), make_subscriber()]
    for number, reader in enumerate(readers):
        old = make_delivery(oldest, reader, state="sent", created_at=NOON - timedelta(days=90))
        make_content(old, [StoredPick(1, 3 + number, "")])
    make_content(make_delivery(newest, readers[0], state="sent"), [StoredPick(1, 9, "")])
    scope = SeenScope(NOON - timedelta(days=1), middle.pk, (oldest.pk,))
    found = seen.seen_papers([one.pk for one in readers], newest.pk, scope)
    assert found == {readers[0].pk: {3}, readers[1].pk: {4}}
    read = partitions_in_plan(seen._SEEN_IN, subscribers="{1}", editions=f"{{{oldest.pk}}}")
    assert len(read) == 1


def test_leases_expire_in_every_partition() -> None:
    for edition in make_old_and_new():
        make_delivery(edition, make_subscriber(), state="sending", lease_until=NOON)
    assert sweep.expire_leases(NOON + timedelta(seconds=1)) == 3


@pytest.mark.parametrize("query", ["due_retries", "stalled"])
def test_unfinished_deliveries_are_found_in_every_partition(query: str) -> None:
    made = [
        make_delivery(edition, make_subscriber(), state="deferred")
        for edition in make_old_and_new()
    ]
    Tally.objects.update(changed_at=NOON)
    found = (
        sweep.due_retries(NOON, 500)
        if query == "due_retries"
        else sweep.stalled(NOON, NOON + timedelta(seconds=1), 500)
    )
    assert found == [Batch(mail.edition_id, mail.pk, mail.pk) for mail in made]


def test_finished_rows_are_not_read_to_find_unfinished_ones() -> None:
    """Of two old partitions, full of sent deliveries, only small indexes are read."""
    for edition in make_old_and_new():
        add_rows(edition, 3000, "sent")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE newsletter_delivery")
    values: dict[str, Any] = {
        "now": NOON,
        "size": 500,
        "state": "uncertain",
        "reason": "",
        "still_since": NOON,
    }
    for sql in (sweep._EXPIRE, sweep._DUE_RETRIES, sweep._STALLED):
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {sql}", values)
            plan = "\n".join(row[0] for row in cursor.fetchall())
        assert not re.search(r"Seq Scan on newsletter_delivery_700", plan), plan


def test_a_delivery_is_found_by_its_id_alone() -> None:
    made = [make_delivery(edition, make_subscriber()) for edition in make_old_and_new()]
    assert [Delivery.objects.get(pk=mail.pk).edition_id for mail in made] == [
        first + 7 for first in HUNDREDS
    ]


def test_an_id_is_read_from_indexes_only() -> None:
    make_old_and_new()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT * FROM newsletter_delivery WHERE id = 5")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert plan.count("_pkey") >= len(HUNDREDS), plan
    assert plan.count("Index Cond: (id = 5)") == plan.count("_pkey"), plan


def test_an_edition_without_statistics_is_not_read_as_a_whole() -> None:
    """So it is each morning: statistics cover yesterday's rows, and of today's edition none."""
    yesterdays, edition = make_edition(id=700_001), make_edition("daily", id=700_002)
    add_rows(yesterdays, 40_000, "sent")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE newsletter_delivery")
    add_rows(edition, 3_000, "queued")
    ids = list(edition.deliveries.order_by("pk").values_list("pk", flat=True)[:50])
    values: dict[str, Any] = {
        **dict.fromkeys(("now", "until", "dated_at", "next_attempt_at"), NOON),
        **dict.fromkeys(("first", "lowest"), ids[0]),
        **dict.fromkeys(("last", "highest"), ids[-1]),
        "provider_ids": "{}",
        **dict.fromkeys(("state", "reason", "error", "renderer", "key"), ""),
        "edition": edition.pk,
        "fence": str(uuid.uuid4()),
        "most": 50,
        "composed_at": None,
        "spread": timedelta(),
        "uncounted": 0,
        "times": [NOON] * 50,
        **dict.fromkeys(("ids", "done"), array(ids)),
        **dict.fromkeys(("positions", "papers", "reasons"), ["{}"] * 50),
        "languages": ["en"] * 50,
        "explored": [-1] * 50,
        "teams": [""] * 50,
        "sections": [""] * 50,
        "openings": [""] * 50,
        "new": array(ids),
    }
    for name in ("_CLAIM", "_SKIP", "_MARK_SENDING", "_RECORD", "_RELEASE", "_DEFER"):
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE) {getattr(ledger_sql, name)}", values)
            plan = "\n".join(row[0] for row in cursor.fetchall())
        read = [int(found) for found in re.findall(r"Rows Removed by .*: (\d+)", plan)]
        assert sum(read) <= 100, f"{name} {plan}"
