"""The task that reads the mailbox: started by beat, for some seconds at a time."""

from __future__ import annotations

import pytest
import redis
from django.conf import settings
from pytest_django import Settings

from config.celery import app
from newsletter import tasks
from newsletter.inbound import mailbox as reading
from newsletter.models import InboundMailbox
from tests.mail_servers import HELLO, Mailbox

SECOND = HELLO.replace(b"Hello.", b"Second.")


def enqueued_tasks() -> int:
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        return int(client.llen(f"{settings.REDIS_PREFIX}default"))


def test_beat_reads_the_mailbox_at_each_tick() -> None:
    entry = app.conf.beat_schedule["inbound-mailbox"]
    assert entry == {
        "task": "newsletter.read_inbound_mailbox",
        "schedule": settings.TICK_SECONDS,
    }
    assert "newsletter.read_inbound_mailbox" in app.tasks


@pytest.mark.django_db
def test_without_a_mailbox_nothing_is_read(settings: Settings) -> None:
    settings.INBOUND_IMAP_URL = ""
    tasks.read_inbound_mailbox()
    assert not InboundMailbox.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("seconds", "read", "enqueued"), [(10, 2, 0), (0, 1, 1)])
def test_it_reads_batch_by_batch_and_leaves_the_rest_to_the_next_task(
    mailbox: Mailbox,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    *,
    seconds: int,
    read: int,
    enqueued: int,
) -> None:
    settings.INBOUND_IMAP_URL = mailbox.url
    monkeypatch.setattr(reading, "BATCH", 1)
    monkeypatch.setattr(tasks, "_TASK_SECONDS", seconds)
    mailbox.deliver(HELLO, SECOND)
    before = enqueued_tasks()
    tasks.read_inbound_mailbox()
    assert InboundMailbox.objects.get().last_uid == read
    assert enqueued_tasks() == before + enqueued
