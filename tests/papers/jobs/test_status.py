"""How jobs stand, in values and in the terminal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command

from papers.jobs.status import in_words, status, statuses
from papers.jobs.timetable import BY_NAME, LINES
from papers.models import Job
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
def test_a_job_s_health_follows_from_its_row(values: dict[str, Any], health: str) -> None:
    assert status(STARS, Job(next_run_at=NOW, **values), NOW).health == health


def test_a_job_that_is_off_is_off_but_shown_while_it_runs_by_hand(settings: Any) -> None:
    settings.SOURCES = []
    job = Job(next_run_at=NOW, last_success_at=NOW - HOUR)
    assert status(STARS, job, NOW).health == "off"
    job.lease_until = NOW + HOUR
    assert status(STARS, job, NOW).health == "running"


def test_an_error_is_shown_until_a_success_comes_after_it() -> None:
    job = Job(next_run_at=NOW, last_error="it is down", failures=1)
    assert status(STARS, job, NOW).error == "it is down"
    job.failures = 0
    assert status(STARS, job, NOW).error == ""


def test_all_jobs_are_looked_up_at_once(django_assert_num_queries: Any) -> None:
    make_job("stars", last_success_at=NOW - HOUR)
    with django_assert_num_queries(1):
        standing = statuses(LINES, NOW)
    assert [one.line for one in standing] == list(LINES)
    assert {one.line.name: one.lag for one in standing if one.lag} == {"stars": HOUR}


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
def test_a_span_is_said_in_its_largest_unit(span: timedelta, words: str) -> None:
    assert in_words(span) == words


# ── the terminal ─────────────────────────────────────────────────────────────


def printed() -> list[str]:
    out = StringIO()
    call_command("sources", stdout=out, no_color=True)
    return out.getvalue().splitlines()


@time_machine.travel(NOW, tick=False)
def test_the_table_has_a_line_for_each_job() -> None:
    make_job("stars", last_success_at=NOW - 2 * HOUR)
    head, *lines = printed()
    assert head.split("  ")[0] == "job"
    assert [line.split()[0] for line in lines[: len(LINES)]] == [line.name for line in LINES]
    (stars,) = (line for line in lines if line.startswith("stars"))
    for part in ("github", "fine", "2 hours ago", "2026-11-23 09:00 UTC", "hourly at :16"):
        assert part in stars


@time_machine.travel(NOW, tick=False)
def test_below_the_table_stand_errors_and_what_is_off() -> None:
    make_job("stars", failures=1, last_error="it is down", last_error_at=NOW - HOUR)
    said = printed()
    assert "stars: 2026-11-23 07:00 UTC: it is down" in said
    assert "Off: SOURCES does not name arxiv." in said
    assert not any("does not name github" in line for line in said)
