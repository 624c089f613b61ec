"""The timetable and the records of steps in the admin."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from papers.jobs.run import due
from papers.jobs.timetable import JOBS
from papers.models import Job, JobStep
from tests.factories import NOON, make_job, make_paper
from web.admin import row_url, rows_url

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _only_github(settings: Any) -> None:
    settings.SOURCES = ["github"]


def test_the_list_shows_each_job_with_its_last_error(admin_client: Client) -> None:
    due(JOBS, NOW)
    Job.objects.filter(name="stars").update(failures=1, last_error="it is <down>")
    page = admin_client.get(rows_url(Job)).content.decode()
    for spec in JOBS:
        assert f">{spec.name}<" in page
    assert "it is &lt;down&gt;" in page


def test_a_job_that_an_update_removed_is_not_shown(admin_client: Client) -> None:
    Job.objects.create(name="a_job_of_yesterday", next_run_at=NOW)
    response = admin_client.get(rows_url(Job))
    assert list(response.context["cl"].result_list) == []


def test_the_page_of_a_job_shows_its_newest_steps(admin_client: Client) -> None:
    job = make_job("stars")
    done = {"job": job, "started_at": NOON, "finished_at": NOON}
    JobStep.objects.create(**done, state="done", counts={"signals": 1234, "papers": 7})
    JobStep.objects.create(**done, state="failed", error="it is <down>")
    page = admin_client.get(row_url(job)).content.decode()
    assert "7 papers, 1,234 signals" in page
    assert ">waiting<" in page.replace("\n", "").replace(" ", "")
    assert "it is &lt;down&gt;" in page
    assert f"{rows_url(JobStep)}?job__id__exact={job.pk}" in page


def test_the_page_of_a_job_shows_what_was_left_out(admin_client: Client) -> None:
    job, other, now = make_job("stars"), make_job("upvotes"), timezone.now()
    counts = {"papers": 7, "left_out": 2, "fields_left_out": 1}
    JobStep.objects.create(job=job, started_at=now, state="done", counts=counts)
    page = admin_client.get(row_url(job)).content.decode()
    assert "7 papers, 2 rows left out, 1 fields left out" in page
    assert "2 rows, 1 field" in page
    assert "2 rows, 1 field" not in admin_client.get(row_url(other)).content.decode()


def test_the_page_of_the_vectors_shows_how_many_papers_wait(admin_client: Client) -> None:
    job, other = make_job("vectors"), make_job("stars")
    for _ in range(3):
        make_paper()
    texts = [
        " ".join(strip_tags(admin_client.get(row_url(one)).content.decode()).split()).lower()
        for one in (job, other)
    ]
    assert "papers that wait for it 3" in texts[0]
    assert "papers that wait for it -" in texts[1]


def test_steps_are_read_only(admin_client: Client) -> None:
    step = JobStep.objects.create(
        job=make_job("stars"),
        started_at=NOON,
        finished_at=NOON + timedelta(seconds=2.5),
        state="done",
    )
    assert "2.5 s" in admin_client.get(rows_url(JobStep)).content.decode()
    assert admin_client.get(reverse("admin:papers_jobstep_add")).status_code == 403
    assert admin_client.post(row_url(step), {"state": "failed"}).status_code == 403


def press(client: Client, job: Job) -> Any:
    return client.post(
        reverse("admin:papers_job_run_now", args=[job.pk]), {"_form_submitted": "True"}, follow=True
    )


def test_run_now_makes_a_job_due(admin_client: Client) -> None:
    job = make_job("stars", next_run_at=datetime(2099, 1, 1, tzinfo=UTC))
    page = press(admin_client, job).content.decode()
    assert "runs within a minute" in page
    job.refresh_from_db()
    assert job.next_run_at < datetime(2099, 1, 1, tzinfo=UTC)


def test_a_get_does_not_make_a_job_due(admin_client: Client) -> None:
    job = make_job("stars")
    admin_client.get(reverse("admin:papers_job_run_now", args=[job.pk]))
    job.refresh_from_db()
    assert job.next_run_at == NOW + HOUR


def test_a_disabled_job_is_not_run_and_shows_the_reason(
    admin_client: Client, settings: Any
) -> None:
    settings.SOURCES = []
    job = make_job("stars")
    assert "SOURCES does not name github" in press(admin_client, job).content.decode()
    job.refresh_from_db()
    assert job.next_run_at == NOW + HOUR


def test_a_user_without_the_permission_cannot_run_a_job(client: Client) -> None:
    viewer = User.objects.create_user("viewer", password="x", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_job"))
    client.force_login(viewer)
    job = make_job("stars")
    assert client.get(row_url(job)).status_code == 200
    press(client, job)
    job.refresh_from_db()
    assert job.next_run_at == NOW + HOUR


@pytest.mark.parametrize("number", [1, 3])
def test_the_timetable_takes_five_queries_for_any_number_of_jobs(
    admin_client: Client, django_assert_num_queries: Any, number: int
) -> None:
    for spec in JOBS[:number]:
        make_job(spec.name, last_success_at=NOW - HOUR)
    with django_assert_num_queries(5):  # session, user, count, rows, the sources of the filter
        response = admin_client.get(rows_url(Job))
    assert len(response.context["cl"].result_list) == number


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_of_steps_takes_five_queries_for_any_number(
    admin_client: Client, django_assert_num_queries: Any, number: int
) -> None:
    for spec in JOBS[:number]:
        JobStep.objects.create(job=make_job(spec.name), started_at=NOON, error="it is down")
    with django_assert_num_queries(5):  # session, user, count, rows, the jobs of the filter
        response = admin_client.get(rows_url(JobStep))
    assert len(response.context["cl"].result_list) == number
