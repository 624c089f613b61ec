"""manage.py sources, as an operator reads it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command

from papers.jobs.timetable import JOBS
from papers.models import Job, JobStep
from tests.factories import make_job

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _only_github(settings: Any) -> None:
    settings.SOURCES = ["github"]


@time_machine.travel(NOW, tick=False)
def printed() -> list[str]:
    out = StringIO()
    call_command("sources", stdout=out, no_color=True)
    return out.getvalue().splitlines()


def cells(name: str) -> list[str]:
    """The columns of one job, without the alignment."""
    [row] = [line for line in printed() if line.startswith(f"{name} ")]
    return [cell.strip() for cell in row.split("  ") if cell.strip()]


def test_the_table_has_a_row_for_each_job() -> None:
    head, *rows = printed()
    assert head.split() == ["job", "source", "state", "last", "success", "next", "run", "timetable"]
    assert [row.split()[0] for row in rows[: len(JOBS)]] == [spec.name for spec in JOBS]


def test_a_row_shows_the_status_of_its_job() -> None:
    make_job("stars", last_success_at=NOW - 2 * HOUR)
    assert cells("stars") == [
        "stars", "github", "fine", "2 hours ago", "2026-11-23 09:00 UTC", "hourly at :16",
    ]  # fmt: skip


def test_a_job_that_is_due_runs_now() -> None:
    make_job("ranking", next_run_at=NOW)
    assert cells("ranking") == [
        "ranking", "own tables", "waiting", "never", "now", "hourly at :50",
    ]  # fmt: skip


def test_a_disabled_job_has_no_next_run() -> None:
    make_job("upvotes", next_run_at=NOW)
    assert cells("upvotes") == [
        "upvotes", "hugging_face", "off", "never", "–", "hourly at :08",
    ]  # fmt: skip


def test_errors_and_disabled_sources_follow_the_table() -> None:
    make_job("stars", failures=1, last_error="it is down", last_error_at=NOW - HOUR)
    assert printed()[1 + len(JOBS) :] == [
        "stars: 2026-11-23 07:00 UTC: it is down",
        "Off: SOURCES does not name arxiv.",
        "Off: SOURCES does not name hugging_face.",
        "Off: SOURCES does not name semantic_scholar.",
        "Off: SUMMARY_API_URL is empty.",
    ]


def test_what_was_left_out_of_the_last_24_hours_follows() -> None:
    job, counts = make_job("stars"), {"left_out": 1, "fields_left_out": 20}
    JobStep.objects.create(job=job, started_at=NOW - HOUR, counts=counts)
    assert printed()[-1] == "stars: left out in the last 24 hours: 1 row, 20 fields"


def test_it_changes_nothing() -> None:
    printed()
    assert not Job.objects.exists()
