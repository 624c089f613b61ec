"""Wrong addresses, broken servers, and rules that hold for every page."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core.exceptions import SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest
from django.test import Client, RequestFactory
from django.views import defaults
from django.views.csrf import csrf_failure

from papers.models import Paper, Topic
from papers.windows import closes_at
from tests.factories import make_paper, make_signal, make_topic
from tests.papers.page_html import get_page, words

FRIDAY = date(2025, 3, 14)
MONDAY_MORNING = datetime(2025, 3, 17, 8, tzinfo=UTC)
LONG = "A sentence that says what was tried, how, and with which result on which data. " * 8


@pytest.fixture(autouse=True)
def _monday_morning() -> Any:
    with time_machine.travel(MONDAY_MORNING, tick=False):
        yield


def votes(paper: Paper, *reads: tuple[int, float]) -> None:
    """Store upvotes of a paper, each so many hours before the end of Friday."""
    for hours, value in reads:
        make_signal(paper, value, read_at=closes_at(FRIDAY) - timedelta(hours=hours))


# ── wrong addresses and broken servers ───────────────────────────────────────


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("/day/2026-02-30/", "is no day. Write a day like 2025-03-17."),
        ("/week/yesterday/", "is no day. Write a day like 2025-03-17."),
        ("/week/20250314/", "Write the day as 2025-03-14."),
        ("/week/0001-01-01/", "There are no papers before 1900."),
        ("/month/0001-01-29/", "There are no papers before 1900."),
        ("/day/1899-12-31/", "There are no papers before 1900."),
        ("/day/2025-03-18/", "18 March 2025 has not come yet."),
        ("/topics/no-such-thing/", "There is no topic “no-such-thing”."),
        ("/papers/999999999/", "This paper is not here, or no longer."),
        ("/no/such/page/", "The address may be mistyped, or the page has moved."),
    ],
)
def test_a_wrong_address_is_a_404_with_its_reason(
    client: Client, address: str, reason: str
) -> None:
    page = get_page(client, address, status=404)
    assert reason in words(page.select_one("main"))
    assert page.select_one("main a[href='/']")


@pytest.mark.django_db
def test_an_inactive_topic_is_a_404(client: Client) -> None:
    make_topic("Hidden", slug="hidden-x", is_active=False)
    get_page(client, "/topics/hidden-x/", status=404)


@pytest.mark.django_db
def test_a_number_too_big_for_the_database_is_not_found(client: Client) -> None:
    get_page(client, "/papers/99999999999999999999999/", status=404)


def request() -> HttpRequest:
    return RequestFactory().get("/")


def test_the_500_page_needs_no_database() -> None:
    # Without the mark django_db any query here would fail the test.
    answer = defaults.server_error(request())
    assert answer.status_code == 500
    assert b"Something broke on our side" in answer.content


def test_the_other_error_pages_need_no_database() -> None:
    pages = [
        defaults.bad_request(request(), SuspiciousOperation("bad")),
        defaults.permission_denied(request(), PermissionError("no")),
        defaults.page_not_found(request(), Http404("Not this one.")),
        csrf_failure(request(), "no cookie"),
    ]
    assert [page.status_code for page in pages] == [400, 403, 404, 403]
    assert all(b"Trending Papers" in page.content for page in pages)


def test_an_internal_reason_is_not_shown() -> None:
    missing = Http404("No Topic matches the given query.")
    assert b"given query" not in defaults.page_not_found(request(), missing).content


@pytest.mark.django_db
def test_without_its_database_the_site_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr("papers.views.list_page", fail)
    page = get_page(Client(raise_request_exception=False), "/", status=503)
    assert "connection refused" not in words(page)


# ── rules for every page ─────────────────────────────────────────────────────


@pytest.mark.django_db
def test_reading_pages_creates_no_session(client: Client) -> None:
    paper = make_paper()
    for address in ("/", "/day/", "/week/2025-03-14/", paper.get_absolute_url()):
        client.get(address)
    assert not client.cookies
    assert not Session.objects.exists()


@pytest.mark.django_db
def test_an_unchanged_front_page_is_a_304(client: Client) -> None:
    paper = make_paper()
    known = {"If-None-Match": client.get("/")["ETag"]}
    assert client.get("/", headers=known).status_code == 304
    votes(paper, (1, 5))
    assert client.get("/", headers=known).status_code == 200


@pytest.mark.django_db
def test_pages_only_read(client: Client) -> None:
    assert client.post("/").status_code == 405


@pytest.mark.django_db
def test_pages_have_no_inline_script_or_style(client: Client) -> None:
    paper = make_paper(summary=LONG)
    votes(paper, (20, 5), (1, 9))
    for address in ("/day/2025-03-14/", paper.get_absolute_url(), "/day/2025-03-16/"):
        page = get_page(client, address)
        # Data in a script element is not run, and the policy does not concern it.
        inline = "script:not([src], [type='application/ld+json']), style, [style], [onclick]"
        assert page.select(inline) == []


def test_robots_may_not_read_the_admin(client: Client) -> None:
    answer = client.get("/robots.txt")
    assert answer["Content-Type"] == "text/plain"
    assert b"Disallow: /admin/\n" in answer.content


@pytest.mark.django_db
def test_every_seeded_topic_has_a_page(client: Client) -> None:
    slugs = list(Topic.objects.filter(is_active=True).values_list("slug", flat=True))
    assert len(slugs) == 26
    assert all(client.get(f"/topics/{slug}/").status_code == 200 for slug in slugs)
