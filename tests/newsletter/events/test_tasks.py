"""Beat finds what no bell was heard for, and two hearers do not do one thing twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from threading import Thread
from unittest.mock import Mock

import pytest
import redis
from django.conf import settings
from django.db import connection, connections, transaction
from django.utils import timezone

from config.celery import app
from newsletter import tasks
from newsletter.events import process as hearing
from newsletter.models import Delivery, DeliveryEvent, Edition
from tests.factories import make_delivery, make_edition, make_report, make_subscriber


@pytest.fixture
def complaints() -> Iterator[Edition]:
    """Twelve readers have complained, and nobody has heard of it."""
    edition = make_edition()
    for _ in range(12):
        row = make_delivery(edition, make_subscriber(), state="sent", attempts=1)
        make_report(row, kind="complained", due_at=timezone.now() - timedelta(seconds=1))
    yield edition


def complained(edition: Edition) -> int:
    edition.refresh_from_db()
    return edition.complaints


def test_beat_looks_each_tick_without_any_bell() -> None:
    entry = app.conf.beat_schedule["reports"]
    assert entry == {"task": "newsletter.process_events", "schedule": settings.TICK_SECONDS}
    assert "newsletter.process_events" in app.tasks


def test_a_ring_lands_in_a_queue_that_workers_take() -> None:
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        queue = f"{settings.REDIS_PREFIX}default"
        before = client.llen(queue)
        tasks.enqueue_events()
        assert client.llen(queue) == before + 1


@pytest.mark.django_db
def test_all_that_is_due_is_done_batch_by_batch(
    complaints: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "BATCH", 5)
    tasks.process_events()
    assert complained(complaints) == 12
    assert not DeliveryEvent.objects.exclude(due_at=None).exists()


@pytest.mark.django_db
def test_what_is_left_when_the_time_is_over_is_left_to_the_next_task(
    complaints: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "BATCH", 5)
    monkeypatch.setattr(tasks, "_TASK_SECONDS", 0)
    again = Mock()
    monkeypatch.setattr(tasks.process_events, "delay", again)
    tasks.process_events()
    again.assert_called_once_with()
    assert complained(complaints) == 5


@pytest.mark.django_db(transaction=True)
def test_two_hearers_at_once_count_everything_once(
    complaints: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "BATCH", 1)

    def work() -> None:
        while DeliveryEvent.objects.exclude(due_at=None).exists():
            hearing.process_events(timezone.now())
        connections.close_all()

    threads = [Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert complained(complaints) == 12


@pytest.mark.django_db(transaction=True)
def test_a_row_that_a_worker_holds_is_not_waited_for() -> None:
    row = make_delivery(make_edition(), make_subscriber(), state="uncertain", attempts=1)
    make_report(row, due_at=timezone.now())

    def work() -> None:
        hearing.process_events(timezone.now())
        connections.close_all()

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT FROM newsletter_delivery WHERE id = %s FOR UPDATE", [row.pk])
        hearer = Thread(target=work)
        hearer.start()
        hearer.join(timeout=30)
        assert not hearer.is_alive()
    assert Delivery.objects.get().state == "uncertain"
    due = DeliveryEvent.objects.get().due_at
    assert due
    assert due > timezone.now()
    hearing.process_events(due)
    assert Delivery.objects.get().state == "sent"


@pytest.mark.django_db
def test_the_dispatching_tick_lets_go_of_old_reports() -> None:
    old = timezone.now() - timedelta(days=settings.EVENT_RETENTION_DAYS, seconds=1)
    make_report(received_at=old)
    kept = make_report(received_at=timezone.now())
    tasks.dispatch()
    assert DeliveryEvent.objects.get() == kept
