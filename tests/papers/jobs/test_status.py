"""The status of jobs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from papers.jobs.status import format_span, is_awaited, recently_left_out, status, statuses
from papers.jobs.timetable import BY_NAME, JOBS
from papers.models import Job, JobStep
from tests.factories import make_job

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
STARS = BY_NAME["stars"]


@pytest.fixture(autouse=True)
def _only_github(settings: Any) -> None:
    settings.SOURCES = ["github"]


# ── health ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("values", "health"),
    [
        ({}, "waiting"),
        ({"last_success_at": NOW - HOUR}, "fine"),
        ({"last_success_at": NOW - 3 * HOUR}, "late"),
        ({"last_success_at": NOW - HOUR, "failures": 1}, "failing"),
        ({"failures": 2}, "failing"),
        ({"failures": 2, "lease_until": NOW + HOUR}, "running"),
        ({"last_success_at": NOW - HOUR, "lease_until": NOW}, "fine"),
    ],
)
def test_the_health_of_a_job_follows_from_its_row(values: dict[str, Any], health: str) -> None:
    assert status(STARS, Job(next_run_at=NOW, **values), NOW).health == health


def test_a_disabled_job_is_off_unless_it_runs_by_hand(settings: Any) -> None:
    settings.SOURCES = []
    job = Job(next_run_at=NOW, last_success_at=NOW - HOUR)
    assert status(STARS, job, NOW).health == "off"
    job.lease_until = NOW + HOUR
    assert status(STARS, job, NOW).health == "running"


def test_an_error_is_shown_until_the_next_success() -> None:
    job = Job(next_run_at=NOW, last_error="it is down", failures=1)
    assert status(STARS, job, NOW).error == "it is down"
    job.failures = 0
    assert status(STARS, job, NOW).error == ""


def test_all_statuses_take_one_query(django_assert_num_queries: Any) -> None:
    make_job("stars", last_success_at=NOW - HOUR)
    with django_assert_num_queries(1):
        found = statuses(JOBS, NOW)
    assert [one.spec for one in found] == list(JOBS)
    assert {one.spec.name: one.lag for one in found if one.lag} == {"stars": HOUR}


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=59), "under a minute"),
        (timedelta(seconds=60), "1 minute"),
        (timedelta(minutes=59), "59 minutes"),
        (timedelta(hours=47), "1 day"),
        (timedelta(days=2), "2 days"),
    ],
)
def test_a_span_is_written_in_its_largest_unit(span: timedelta, words: str) -> None:
    assert format_span(span) == words


# ── what was left out ────────────────────────────────────────────────────────


def test_what_the_steps_of_the_last_24_hours_left_out_is_added_up() -> None:
    stars, upvotes = make_job("stars"), make_job("upvotes")
    for job, hours, counts in (
        (stars, 1, {"papers": 7, "left_out": 2, "fields_left_out": 1}),
        (stars, 23, {"left_out": 1}),
        (stars, 25, {"left_out": 50}),
        (upvotes, 1, {"papers": 3}),
    ):
        JobStep.objects.create(job=job, started_at=NOW - hours * HOUR, counts=counts)
    assert recently_left_out(NOW) == {"stars": "3 rows, 1 field"}


@pytest.mark.parametrize(
    ("lease", "next_run", "expected"),
    [(1, 60, True), (None, 0, True), (None, -5, True), (None, 1, False), (-1, 1, False)],
)
def test_a_job_is_awaited_while_it_runs_or_is_due(
    lease: int | None, next_run: int, expected: bool
) -> None:
    until = None if lease is None else NOW + timedelta(minutes=lease)
    make_job("vectors", lease_until=until, next_run_at=NOW + timedelta(minutes=next_run))
    assert is_awaited("vectors", NOW) is expected
    assert not is_awaited("stars", NOW)
