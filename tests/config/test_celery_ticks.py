"""What a worker and beat do beside their tasks: note their ticks, and limit the database."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from celery.signals import after_task_publish, beat_init, task_prerun, worker_init
from django.db import connections
from pytest_django import Settings

from config.celery import TICK_TASK, app, broker_error, last_ticks
from newsletter import tasks


def test_the_tick_that_is_noted_is_one_of_each_tick() -> None:
    assert tasks.expire_leases.name == TICK_TASK
    [entry] = [entry for entry in app.conf.beat_schedule.values() if entry["task"] == TICK_TASK]
    assert entry["schedule"] == app.conf.beat_schedule["dispatch-daily"]["schedule"]


def test_nothing_is_known_before_the_first_tick() -> None:
    assert last_ticks(2.0) == {"beat": None, "worker": None}


def test_a_worker_notes_the_tick_that_it_takes_and_no_other_task() -> None:
    task_prerun.send(sender=None, task=SimpleNamespace(name="newsletter.dispatch"))
    assert last_ticks(2.0)["worker"] is None
    task_prerun.send(sender=None, task=SimpleNamespace(name=TICK_TASK))
    assert last_ticks(2.0) in ({"beat": None, "worker": 0}, {"beat": None, "worker": 1})


def test_only_beat_notes_what_it_enqueues() -> None:
    signal: Any = after_task_publish
    receivers = list(signal.receivers)
    try:
        after_task_publish.send(sender=TICK_TASK)
        assert last_ticks(2.0)["beat"] is None
        beat_init.send(sender=None)
        after_task_publish.send(sender="newsletter.dispatch")
        assert last_ticks(2.0)["beat"] is None
        after_task_publish.send(sender=TICK_TASK)
        assert last_ticks(2.0)["beat"] in (0, 1)
    finally:
        signal.receivers = receivers
        signal.sender_receivers_cache.clear()


def test_a_tick_is_not_stopped_by_a_lost_redis(settings: Settings) -> None:
    settings.REDIS_URL = "unix:///nonexistent/valkey.sock"
    assert task_prerun.send(sender=None, task=SimpleNamespace(name=TICK_TASK))


def test_the_broker_of_the_tests_answers() -> None:
    assert broker_error(2.0) is None


@pytest.fixture
def _restored_database() -> Iterator[None]:
    shared, before = connections["default"], copy.deepcopy(connections.settings["default"])
    yield
    connections.settings["default"].clear()
    connections.settings["default"].update(before)
    connections["default"] = shared


@pytest.mark.usefixtures("_restored_database")
def test_a_worker_limits_its_statements_before_it_forks() -> None:
    worker_init.send(sender=None)
    database = connections.settings["default"]
    assert (database["ENGINE"], database["DEADLINE"]) == ("config.postgresql", 201.0)
    assert "statement_timeout=200000" in database["OPTIONS"]["options"]
