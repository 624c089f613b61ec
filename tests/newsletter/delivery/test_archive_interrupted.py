"""Archiving that is killed, stopped, or run beside other transactions loses no row."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from newsletter.delivery import archive as archiving
from newsletter.delivery.archive import InUse, Partition, archive
from newsletter.models import ArchivedDelivery, Delivery, Edition
from subscribers.models import Subscriber
from tests.factories import NOON
from tests.newsletter.delivery.archiving import LATER, exists, fill, partition, rows

pytestmark = pytest.mark.django_db


class Killed(Exception):
    pass


@pytest.mark.parametrize("steps", range(4))
def test_after_a_kill_it_continues_with_the_next_chunk(
    old: Edition, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    before, copy = fill(old), archiving._copy_chunk
    calls = 0

    def copy_until_killed(part: Partition, after: int) -> int | None:
        nonlocal calls
        calls += 1
        if calls > steps:
            raise Killed
        return copy(part, after)

    monkeypatch.setattr(archiving, "CHUNK", 2)
    monkeypatch.setattr(archiving, "_copy_chunk", copy_until_killed)
    with pytest.raises(Killed):
        archive(partition(), LATER, LATER)
    assert rows(Delivery) == before
    assert rows(ArchivedDelivery) == before[: steps * 2]
    starts: list[int] = []

    def copy_and_keep(part: Partition, after: int) -> int | None:
        starts.append(after)
        return copy(part, after)

    monkeypatch.setattr(archiving, "_copy_chunk", copy_and_keep)
    assert archive(partition(), LATER, LATER)
    assert rows(ArchivedDelivery) == before
    assert starts[0] == (before[steps * 2 - 1][0] if steps else 0)


def test_a_kill_during_the_drop_drops_nothing(
    old: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = fill(old)
    part = partition()

    def killed(*_: object) -> None:
        raise Killed

    monkeypatch.setattr(archiving.log, "info", killed)  # the last step
    with pytest.raises(Killed), transaction.atomic():
        archive(part, LATER, LATER)
    monkeypatch.undo()
    assert rows(Delivery) == before
    assert archive(part, LATER, LATER)
    assert rows(ArchivedDelivery) == before


def test_it_stops_in_time_and_continues_later(
    old: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = fill(old)
    monkeypatch.setattr(archiving, "CHUNK", 3)
    moments = iter([NOON, NOON, LATER])
    monkeypatch.setattr("newsletter.delivery.archive.timezone.now", lambda: next(moments))
    assert not archive(partition(), LATER, until=LATER)
    monkeypatch.undo()
    assert rows(ArchivedDelivery) == before[:6]
    assert archive(partition(), LATER, LATER)
    assert rows(ArchivedDelivery) == before


def test_a_row_that_changed_during_the_copying_is_not_dropped(
    old: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(old)
    late = timezone.now()
    part = partition()
    Delivery.objects.update(state="failed")  # the counters have changed just now
    archive(part, late - timedelta(days=1), LATER)
    assert exists()
    assert Delivery.objects.count() == 7


def test_a_row_that_was_not_copied_keeps_its_partition(
    old: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(old)
    monkeypatch.setattr(archiving, "_copy_chunk", lambda *_: None)
    with pytest.raises(RuntimeError, match="7 rows of newsletter_delivery_700000 are not"):
        archive(partition(), LATER, LATER)
    assert exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("drop_partitions")
class TestConcurrency:
    def test_three_archivers_at_once_copy_each_row_once(
        self, old: Edition, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before, part = fill(old, 40), partition()
        monkeypatch.setattr(archiving, "CHUNK", 3)

        def work(_: int) -> bool:
            try:
                return archive(part, LATER, LATER)
            finally:
                connection.close()

        with ThreadPoolExecutor(3) as pool:
            assert all(pool.map(work, range(3)))
        assert rows(ArchivedDelivery) == before
        assert not exists()

    def test_a_long_read_of_the_ledger_stops_the_drop_soon(
        self, old: Edition, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = fill(old)
        monkeypatch.setattr(archiving, "_LOCK_TIMEOUT", "50ms")
        backup = connection.copy()
        try:
            with backup.cursor() as cursor:
                cursor.execute("BEGIN; SELECT count(*) FROM newsletter_delivery")
                with pytest.raises(InUse, match="cannot be dropped while it is in use"):
                    archive(partition(), LATER, LATER)
                cursor.execute("COMMIT")
        finally:
            backup.close()
        assert rows(Delivery) == before
        assert archive(partition(), LATER, LATER)

    def test_a_subscriber_erased_during_the_copying_is_not_kept(self, old: Edition) -> None:
        """The transaction that erases has updated both tables, and commits while a copy waits."""
        fill(old)
        subscriber = Subscriber.objects.earliest("pk")
        part = partition()
        eraser = connection.copy()
        try:
            with eraser.cursor() as cursor, ThreadPoolExecutor(1) as pool:
                cursor.execute("BEGIN")
                for update in (
                    "UPDATE newsletter_archiveddelivery SET subscriber_id = NULL",
                    "UPDATE newsletter_delivery SET subscriber_id = NULL",
                ):
                    cursor.execute(f"{update} WHERE subscriber_id = %s", [subscriber.pk])
                copying = pool.submit(self._archive_and_disconnect, part)
                time.sleep(0.2)
                assert not copying.done()
                cursor.execute("COMMIT")
                assert copying.result(10)
        finally:
            eraser.close()
        assert not ArchivedDelivery.objects.filter(subscriber=subscriber.pk).exists()
        assert ArchivedDelivery.objects.count() == 7

    @staticmethod
    def _archive_and_disconnect(part: Partition) -> bool:
        try:
            return archive(part, LATER, LATER)
        finally:
            connection.close()
