"""The tasks that forward replies and delete old rows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from config.celery import app
from newsletter import tasks
from newsletter.models import InboundMessage
from tests.factories import make_inbound


def test_beat_runs_both_at_each_tick() -> None:
    for entry, name in (("replies", "forward_replies"), ("purge-inbound", "purge_inbound")):
        task = f"newsletter.{name}"
        assert app.conf.beat_schedule[entry] == {"task": task, "schedule": settings.TICK_SECONDS}
        assert task in app.tasks
    assert app.conf.task_routes["newsletter.forward_replies"] == {"queue": "confirm"}


@pytest.mark.django_db
def test_rows_older_than_the_setting_are_deleted() -> None:
    now = timezone.now()
    make_inbound(received_at=now - timedelta(days=settings.INBOUND_DAYS, minutes=1))
    young = make_inbound(received_at=now - timedelta(days=settings.INBOUND_DAYS, minutes=-1))
    tasks.purge_inbound()
    assert list(InboundMessage.objects.all()) == [young]


@pytest.mark.django_db
def test_a_reply_that_nobody_can_get_is_ended() -> None:
    row = make_inbound(kind="reply", result="forward", raw=b"x", due_at=timezone.now())
    tasks.forward_replies()
    row.refresh_from_db()
    assert (row.result, row.detail) == ("held", "CONTACT_EMAIL is not set")


@pytest.mark.django_db
def test_nothing_is_forwarded_from_a_restored_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "is_restored", lambda _: True)
    row = make_inbound(kind="reply", result="forward", raw=b"x", due_at=timezone.now())
    tasks.forward_replies()
    row.refresh_from_db()
    assert row.result == "forward"
