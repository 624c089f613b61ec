"""The sources on the admin's home."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from newsletter import dashboard
from tests.factories import make_job
from web.admin import row_url

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _only_github(settings: Any) -> None:
    settings.SOURCES = ["github"]


def test_the_home_lists_the_jobs_of_enabled_sources() -> None:
    job = make_job("stars", last_success_at=NOW - HOUR, failures=1, last_error="it is down")
    shown = dashboard.sources(NOW)
    (line,) = shown["source_lines"]
    assert (line.name, line.last, line.next) == ("stars", "1 hour ago", "in 1 hour")
    assert line.error == "it is down"
    assert line.url == row_url(job)
    assert shown["off"] == ["arxiv", "hugging_face", "semantic_scholar"]


def test_a_failing_job_links_to_its_failed_runs(admin_client: Client) -> None:
    job = make_job("stars", failures=1, last_error="it is <down>")
    page = admin_client.get("/admin/").content.decode()
    assert "it is &lt;down&gt;" in page
    assert f"?job__id__exact={job.pk}&amp;state__exact=failed" in page


def test_without_sources_the_home_names_the_setting(admin_client: Client, settings: Any) -> None:
    settings.SOURCES = []
    page = admin_client.get("/admin/").content.decode()
    assert "No live source is on" in page
