"""The task and its queue: with Redis, and without it."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from celery import current_app
from django.conf import settings as django_settings
from django.utils import timezone
from pytest_django import Settings

from fakes.smtp_sink import sinking
from mail.factory import SMTP, open_transport
from papers.models import Signal
from subscribers import send_transactional, tasks
from subscribers.models import Feedback, ReaderProfile
from tests.factories import NOON, make_mail, make_paper, make_subscriber


@pytest.fixture
def use_broker() -> Iterator[Callable[[str], None]]:
    """Lets a test name another broker, and puts the right one back."""
    before = current_app.conf.broker_url
    yield lambda url: current_app.conf.update(broker_url=url)
    current_app.conf.update(broker_url=before)


def waiting() -> int:
    with redis.Redis.from_url(django_settings.REDIS_URL) as client:
        return int(client.llen(f"{django_settings.REDIS_PREFIX}confirm"))


def test_the_task_has_the_name_that_beat_calls() -> None:
    schedule = current_app.conf.beat_schedule["waiting-mail"]
    assert schedule["task"] == tasks.send_waiting.name == "subscribers.send_waiting"


@pytest.mark.django_db
def test_the_task_sends_over_the_transport_of_the_process(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    mails = [make_mail(make_subscriber()) for _ in range(2)]
    with sinking() as sink:
        settings.EMAIL_BACKEND, settings.EMAIL_HOST = SMTP, "127.0.0.1"
        settings.EMAIL_PORT = sink.port
        with open_transport() as transport:
            monkeypatch.setattr(tasks, "process_transport", lambda: transport)
            tasks.send_waiting()
    assert [received.to for received in sink.mails] == [mail.subscriber.email for mail in mails]
    assert sink.connections == 1


def test_the_task_is_queued_among_the_confirmations() -> None:
    before = waiting()
    tasks.enqueue()
    assert waiting() == before + 1


def test_a_task_that_has_not_begun_is_not_queued_again() -> None:
    before = waiting()
    for _ in range(3):
        tasks.enqueue()
    assert waiting() == before + 1


@pytest.mark.django_db
def test_a_task_that_has_begun_may_have_missed_a_mail_so_another_is_queued(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = waiting()
    monkeypatch.setattr(send_transactional, "send_waiting", lambda _transport: tasks.enqueue())
    monkeypatch.setattr(tasks, "process_transport", lambda: None)
    tasks.enqueue()
    tasks.send_waiting()  # while it runs, somebody signs up
    assert waiting() == before + 2


def test_a_task_that_may_be_lost_is_queued_again(monkeypatch: pytest.MonkeyPatch) -> None:
    before = waiting()
    monkeypatch.setattr(tasks, "_QUEUED_MS", 50)
    tasks.enqueue()
    time.sleep(0.1)
    tasks.enqueue()
    assert waiting() == before + 2


@pytest.mark.parametrize(
    "url", ["redis://127.0.0.1:1/0", "redis+socket:///nowhere/valkey.sock?virtual_host=0"]
)
def test_a_missing_broker_is_logged_and_costs_no_time(
    use_broker: Callable[[str], None], url: str, caplog: pytest.LogCaptureFixture
) -> None:
    use_broker(url)
    start = time.monotonic()
    tasks.enqueue()
    assert time.monotonic() - start < 1.5
    assert "not queued, the next tick does it: subscribers.send_waiting" in caplog.text


def test_a_silent_broker_costs_little_time(
    use_broker: Callable[[str], None], caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        use_broker(f"redis://127.0.0.1:{mute.getsockname()[1]}/0")
        start = time.monotonic()
        tasks.enqueue()
        assert time.monotonic() - start < 2.5
    assert "not queued, the next tick does it: subscribers.send_waiting" in caplog.text


@pytest.mark.parametrize(
    ("entry", "task"), [("votes", tasks.count_votes), ("profiles", tasks.refresh_profiles)]
)
def test_the_tasks_of_feedback_keep_no_confirmation_waiting(entry: str, task: Any) -> None:
    assert current_app.conf.beat_schedule[entry]["task"] == task.name
    assert current_app.amqp.router.route({}, task.name)["queue"].name == "default"


@pytest.mark.django_db
def test_the_tasks_of_feedback_count_votes_and_compute_profiles() -> None:
    paper = make_paper(listed_on=timezone.now().date())
    readers = [make_subscriber(f"a@{n}.example", confirmed_at=NOON) for n in range(3)]
    for reader in readers:
        Feedback.objects.create(subscriber=reader, paper=paper, kind="save", at=timezone.now())
    ReaderProfile.objects.create(subscriber=readers[0])
    tasks.count_votes()
    tasks.refresh_profiles()
    assert Signal.objects.get().value == 3
    assert ReaderProfile.objects.get().liked == [paper.pk]


def test_the_lookup_of_papers_waits_in_no_queue_of_confirmations() -> None:
    schedule = current_app.conf.beat_schedule["named-papers"]
    assert schedule["task"] == tasks.look_up_papers.name == "subscribers.look_up_papers"
    route = current_app.amqp.router.route({}, tasks.look_up_papers.name)
    assert route["queue"].name == "default"
    assert current_app.amqp.router.route({}, tasks.send_waiting.name)["queue"].name == "confirm"


@pytest.mark.django_db
def test_the_lookup_without_anything_due_asks_for_nothing() -> None:
    tasks.look_up_papers()
