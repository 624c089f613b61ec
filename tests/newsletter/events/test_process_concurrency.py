"""Processes at the same time: one processes events, and none waits for a sending worker."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from newsletter.events import process
from newsletter.events.process import process_events
from newsletter.models import Delivery, DeliveryEvent
from tests.factories import make_delivery, make_edition, make_event, make_subscriber

pytestmark = pytest.mark.django_db(transaction=True)


def test_processes_at_the_same_time_count_everything_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "BATCH", 1)
    edition, now = make_edition(), timezone.now()
    for _ in range(12):
        row = make_delivery(edition, make_subscriber(), state="sent", attempts=1)
        make_event(row, kind="complained", due_at=now - timedelta(seconds=1))

    def work() -> None:
        while DeliveryEvent.objects.exclude(due_at=None).exists():
            process_events(timezone.now())
        connections.close_all()

    threads = [Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    edition.refresh_from_db()
    assert edition.complaints == 12


def test_a_row_that_a_worker_has_locked_is_skipped() -> None:
    row = make_delivery(make_edition(), make_subscriber(), state="uncertain", attempts=1)
    make_event(row, due_at=timezone.now())

    def work() -> None:
        process_events(timezone.now())
        connections.close_all()

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT FROM newsletter_delivery WHERE id = %s FOR UPDATE", [row.pk])
        thread = Thread(target=work)
        thread.start()
        thread.join(timeout=30)
        assert not thread.is_alive()
    assert Delivery.objects.get().state == "uncertain"
    due = DeliveryEvent.objects.get().due_at
    assert due
    assert due > timezone.now()
    process_events(due)
    assert Delivery.objects.get().state == "sent"
