"""The tasks that run the timetable: which job a tick enqueues, and which one follows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from papers.jobs.run import due
from papers.jobs.timetable import JOBS
from papers.models import Job, JobStep
from papers.tasks import run_due, run_job

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # a Monday


@pytest.fixture(autouse=True)
def _only_our_tables(settings: Any) -> Iterator[None]:
    """Three jobs are enabled, vectors, ranking and purge: they need no source."""
    settings.SOURCES = []
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def enqueued(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the jobs that were enqueued, in their order."""
    names: list[str] = []
    monkeypatch.setattr(run_job, "apply_async", lambda args, **_: names.append(args[0]))
    return names


def test_a_tick_enqueues_the_job_that_is_due_longest(enqueued: list[str]) -> None:
    run_due()
    Job.objects.filter(name="purge").update(next_run_at=NOW - timedelta(hours=1))
    run_due()
    assert enqueued == ["vectors", "purge"]


def test_each_job_enqueues_the_next_until_none_is_due(enqueued: list[str]) -> None:
    run_due()
    for name in enqueued:
        run_job(name)
    assert enqueued == ["vectors", "ranking", "purge"]
    assert JobStep.objects.filter(state="done").count() == 3


def test_a_tick_enqueues_nothing_while_a_worker_runs_a_job(enqueued: list[str]) -> None:
    due(JOBS, NOW)
    Job.objects.filter(name="purge").update(lease_until=NOW + timedelta(seconds=1))
    run_due()
    assert enqueued == []


def test_a_message_that_comes_twice_runs_its_job_once(enqueued: list[str]) -> None:
    run_due()
    run_job("purge")
    run_job("purge")
    assert JobStep.objects.filter(job__name="purge").count() == 1


def test_a_message_for_an_unknown_job_runs_nothing(enqueued: list[str]) -> None:
    run_job("a_job_of_tomorrow")
    assert not JobStep.objects.exists()


@pytest.mark.parametrize(("tick", "expires"), [(1.0, 30), (60.0, 60.0)])
def test_a_message_expires_after_the_next_tick(
    monkeypatch: pytest.MonkeyPatch, settings: Any, tick: float, expires: float
) -> None:
    """The next tick enqueues the job again; old messages would only pile up."""
    options: list[dict[str, Any]] = []
    monkeypatch.setattr(run_job, "apply_async", lambda _, **values: options.append(values))
    settings.TICK_SECONDS = tick
    run_due()
    assert options == [{"expires": expires}]
