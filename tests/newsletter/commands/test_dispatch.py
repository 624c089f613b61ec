"""`manage.py dispatch`: it enqueues the task, and can wait until all mails are sent."""

from __future__ import annotations

from datetime import timedelta

import pytest
import redis
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests.factories import make_delivery, make_edition, make_subscriber

pytestmark = pytest.mark.django_db


def enqueued_tasks() -> int:
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        return int(client.llen(f"{settings.REDIS_PREFIX}default"))


def test_it_enqueues_a_task_for_each_cadence() -> None:
    before = enqueued_tasks()
    call_command("dispatch")
    assert enqueued_tasks() == before + 3


def test_it_waits_for_nothing_when_all_is_sent() -> None:
    make_delivery(make_edition(), make_subscriber(), state="sent")
    call_command("dispatch", "--wait", "60")


@pytest.mark.parametrize("state", ["queued", "sending"])
def test_it_fails_when_a_mail_still_waits(state: str) -> None:
    make_delivery(make_edition(), make_subscriber(), state=state)
    with pytest.raises(CommandError, match="are workers running"):
        call_command("dispatch", "--wait", "0.01")


def test_it_fails_when_a_due_subscriber_is_not_queued() -> None:
    make_subscriber(next_send_at=timezone.now() - timedelta(minutes=1))
    with pytest.raises(CommandError, match="are workers running"):
        call_command("dispatch", "--wait", "0.01")
