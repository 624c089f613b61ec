"""The bell: heard when Redis is there, and no trouble when it is not."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator

import pytest
import redis
from celery import current_app
from django.conf import settings

from subscribers import send_transactional, tasks


@pytest.fixture
def use_broker() -> Iterator[Callable[[str], None]]:
    """Lets a test name another broker, and puts the right one back."""
    before = current_app.conf.broker_url
    yield lambda url: current_app.conf.update(broker_url=url)
    current_app.conf.update(broker_url=before)


def waiting() -> int:
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        return int(client.llen(f"{settings.REDIS_PREFIX}confirm"))


def test_the_task_has_the_name_that_beat_calls() -> None:
    schedule = current_app.conf.beat_schedule["waiting-mail"]
    assert schedule["task"] == tasks.send_waiting.name == "subscribers.send_waiting"


def test_the_task_sends_what_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[bool] = []
    monkeypatch.setattr(send_transactional, "send_waiting", lambda: called.append(True))
    tasks.send_waiting()
    assert called == [True]


def test_a_ring_lands_in_the_queue_of_the_confirmations() -> None:
    before = waiting()
    tasks.ring()
    assert waiting() == before + 1


@pytest.mark.parametrize(
    "url", ["redis://127.0.0.1:1/0", "redis+socket:///nowhere/valkey.sock?virtual_host=0"]
)
def test_a_dead_broker_is_logged_and_costs_no_time(
    use_broker: Callable[[str], None], url: str, caplog: pytest.LogCaptureFixture
) -> None:
    use_broker(url)
    start = time.monotonic()
    tasks.ring()
    assert time.monotonic() - start < 1.5
    assert "nobody heard the bell" in caplog.text


def test_a_broker_that_takes_the_call_and_says_nothing_costs_little_time(
    use_broker: Callable[[str], None], caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        use_broker(f"redis://127.0.0.1:{mute.getsockname()[1]}/0")
        start = time.monotonic()
        tasks.ring()
        assert time.monotonic() - start < 2.5
    assert "nobody heard the bell" in caplog.text
