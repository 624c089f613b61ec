"""The tasks that process and purge events: started by beat or by a request."""

from __future__ import annotations

from datetime import timedelta

import pytest
import redis
from django.conf import settings
from django.utils import timezone

from config.celery import app
from newsletter import tasks
from newsletter.events import process
from newsletter.models import DeliveryEvent, Edition
from subscribers.models import AddressChange, Subscriber
from tests.factories import make_delivery, make_edition, make_event, make_subscriber


@pytest.fixture
def complaints() -> Edition:
    """Twelve subscribers have complained; their events wait."""
    edition = make_edition()
    for _ in range(12):
        row = make_delivery(edition, make_subscriber(), state="sent", attempts=1)
        make_event(row, kind="complained", due_at=timezone.now() - timedelta(seconds=1))
    return edition


def enqueued_tasks() -> int:
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        return int(client.llen(f"{settings.REDIS_PREFIX}default"))


def complained(edition: Edition) -> int:
    edition.refresh_from_db()
    return edition.complaints


def test_beat_processes_events_at_each_tick() -> None:
    entry = app.conf.beat_schedule["events"]
    assert entry == {"task": "newsletter.process_events", "schedule": settings.TICK_SECONDS}
    assert "newsletter.process_events" in app.tasks


def test_enqueue_events_adds_a_task_to_the_default_queue() -> None:
    before = enqueued_tasks()
    tasks.enqueue_events()
    assert enqueued_tasks() == before + 1


@pytest.mark.django_db
def test_the_task_processes_batch_by_batch_until_nothing_is_due(
    complaints: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "BATCH", 5)
    tasks.process_events()
    assert complained(complaints) == 12
    assert not DeliveryEvent.objects.exclude(due_at=None).exists()


@pytest.mark.django_db
def test_the_task_ends_in_time_and_enqueues_the_rest(
    complaints: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "BATCH", 5)
    monkeypatch.setattr(tasks, "_TASK_SECONDS", 0)
    before = enqueued_tasks()
    tasks.process_events()
    assert enqueued_tasks() == before + 1
    assert complained(complaints) == 5


@pytest.mark.django_db
def test_the_purge_task_deletes_old_events() -> None:
    old = timezone.now() - timedelta(days=settings.EVENT_RETENTION_DAYS, seconds=1)
    make_event(received_at=old)
    kept = make_event(received_at=timezone.now())
    tasks.purge_events()
    assert DeliveryEvent.objects.get() == kept


@pytest.mark.django_db
def test_old_changes_of_address_are_deleted_each_night() -> None:
    reader, now = make_subscriber(), timezone.now()
    emails = {"subscriber": reader, "old_email": reader.email, "new_email": "a@b.example"}
    AddressChange.objects.create(**emails, requested_at=now - timedelta(days=30))
    kept = AddressChange.objects.create(**emails, requested_at=now, ended_at=now)
    tasks.delete_old_changes()
    assert AddressChange.objects.get() == kept


@pytest.mark.django_db
def test_sign_ups_that_were_not_confirmed_are_deleted_each_night(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reader = make_subscriber()
    for _ in range(2):
        old = make_subscriber(state="pending")
        Subscriber.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=31))
    monkeypatch.setattr(tasks, "_TASK_SECONDS", 0)
    before = enqueued_tasks()
    tasks.delete_old_changes()
    assert enqueued_tasks() == before + 1, "what is left is for another task"
    monkeypatch.undo()
    tasks.delete_old_changes()
    assert Subscriber.objects.get() == reader
