"""Due subscribers are queued once, whatever changed since they were read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from newsletter.delivery.queueing.due import move, queue, read_due
from newsletter.delivery.types import Batch
from newsletter.models import Delivery
from subscribers.models import Subscriber
from tests.factories import make_delivery, make_edition, make_subscriber

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 3, 14, 8, 0, 30, 123456, tzinfo=UTC)
LATER = NOW + timedelta(days=7)


def test_those_who_wait_longest_come_first() -> None:
    late = make_subscriber(next_send_at=NOW)
    first = make_subscriber(next_send_at=NOW - timedelta(days=1))
    make_subscriber(next_send_at=NOW, cadence="daily")
    assert [one.id for one in read_due("weekly", NOW, 9)] == [first.pk, late.pk]
    assert [one.id for one in read_due("weekly", NOW, 1)] == [first.pk]


def test_a_row_is_written_and_the_slot_set() -> None:
    edition, reader = make_edition(), make_subscriber(next_send_at=NOW)
    moved, batch = queue(edition.pk, read_due("weekly", NOW, 9), [LATER], NOW)
    delivery = Delivery.objects.get()
    assert (moved, batch) == (1, Batch(edition.pk, delivery.pk, delivery.pk))
    reader.refresh_from_db()
    assert (reader.next_send_at, reader.last_digest_at) == (LATER, NOW)


def test_what_was_read_twice_is_queued_once() -> None:
    edition = make_edition()
    make_subscriber(next_send_at=NOW)
    due = read_due("weekly", NOW, 9)
    assert queue(edition.pk, due, [LATER], NOW)[0] == 1
    assert queue(edition.pk, due, [LATER], NOW) == (0, None)
    assert Delivery.objects.count() == 1


def test_a_row_that_exists_is_kept_and_the_slot_set() -> None:
    edition, reader = make_edition(), make_subscriber(next_send_at=NOW)
    make_delivery(edition, reader, state="sent")
    assert queue(edition.pk, read_due("weekly", NOW, 9), [LATER], NOW) == (1, None)
    assert Delivery.objects.get().state == "sent"
    assert Subscriber.objects.get().next_send_at == LATER


def test_a_slot_is_moved_without_a_row() -> None:
    reader = make_subscriber(next_send_at=NOW)
    due = read_due("weekly", NOW, 9)
    assert move(due, [LATER]) == 1
    assert move(due, [LATER + timedelta(days=7)]) == 0
    reader.refresh_from_db()
    assert (reader.next_send_at, reader.last_digest_at) == (LATER, None)
