"""GitHub: which repositories are requested, and what is stored of the responses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from fakes.web_service import FakeResponse, FakeService, FakeTime, fake_service, json_response
from papers.jobs.fetch.github import fetch_stars
from papers.jobs.fetching import FetchReport
from papers.models import Paper, RawRecord, Signal
from papers.sources import SourceError
from papers.sources.github import connect
from papers.sources.http import Http, Limits
from tests.factories import NOON, make_paper, make_signal
from tests.recordings import github_responses

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def server(settings: Settings) -> Iterator[FakeService]:
    with fake_service() as server:
        settings.GITHUB_URL, settings.GITHUB_TOKEN = server.url, ""
        yield server


@pytest.fixture
def http(server: FakeService, time: FakeTime) -> Iterator[Http]:
    with connect(Limits(), time.clock) as http:
        yield http


def make_project(name: str = "a/b", **values: Any) -> Paper:
    return make_paper(code_url=f"https://github.com/{name}", **values)


def has_stars(stars: int = 7, name: str = "a/b", status: int = 200, **headers: str) -> FakeResponse:
    return json_response(
        {"full_name": name, "stargazers_count": stars, "node_id": "x"}, status, **headers
    )


def reads(paper: Paper) -> list[float]:
    signals = paper.signals.filter(kind=Signal.Kind.STARS, source="github")
    return list(signals.order_by("read_at").values_list("value", flat=True))


@pytest.mark.shared
def test_a_recorded_rate_limit_ends_the_run(server: FakeService, http: Http, shared: Path) -> None:
    make_project()
    [limit] = [
        fake
        for fake in github_responses(shared, "SpecificExceptions.testRateLimitExceeded")
        if fake.status == 403
    ][:1]
    server.respond("*", limit)
    with pytest.raises(SourceError) as error:
        fetch_stars(http, NOON)
    assert not error.value.permanent
    assert error.value.retry_after == 60.0
    assert "403, too many requests: API Rate Limit Exceeded" in error.value.reason


def test_the_stars_of_fresh_papers_with_a_repository_are_added(
    server: FakeService, http: Http
) -> None:
    paper = make_project()
    make_project("old/one", listed_on=(NOON - timedelta(days=14)).date())
    make_project("a/sample", is_sample=True)
    make_paper(code_url="https://gitlab.com/a/b")
    make_paper()
    server.respond("/repos/a/b", has_stars(7))
    assert fetch_stars(http, NOON) == FetchReport(papers=1, signals=1)
    assert reads(paper) == [7]
    assert server.paths() == ["/repos/a/b"]
    assert RawRecord.objects.get().payload == {"full_name": "a/b", "stargazers_count": 7}


def test_papers_of_one_repository_share_one_request(server: FakeService, http: Http) -> None:
    papers = [make_project("a/b"), make_project("A/B.git")]
    server.respond("*", has_stars(7))
    assert fetch_stars(http, NOON) == FetchReport(papers=2, signals=2)
    assert [reads(paper) for paper in papers] == [[7], [7]]
    assert len(server.requests) == 1


def test_an_unchanged_number_is_a_read_too(server: FakeService, http: Http) -> None:
    paper = make_project()
    server.respond("*", has_stars(7, etag='"1"'), FakeResponse(304))
    fetch_stars(http, NOON)
    assert fetch_stars(http, NOON + HOUR) == FetchReport(papers=1, signals=1)
    assert reads(paper) == [7, 7]
    assert RawRecord.objects.count() == 1


def test_a_paper_without_a_read_is_requested_in_full(server: FakeService, http: Http) -> None:
    """An older paper of this repository has its stars; "unchanged" has no number for this one."""
    make_project()
    server.respond("*", has_stars(7, etag='"1"'))
    fetch_stars(http, NOON)
    late = make_project()
    fetch_stars(http, NOON + HOUR)
    assert "if-none-match" not in server.requests[-1].headers
    assert reads(late) == [7]


def test_papers_get_the_new_address_of_a_moved_repository(server: FakeService, http: Http) -> None:
    paper = make_project("old/name")
    server.respond(
        "/repos/old/name", FakeResponse(301, {"location": f"{server.url}/repositories/7"})
    )
    server.respond("/repositories/7", has_stars(9, "new/Name"))
    fetch_stars(http, NOON)
    paper.refresh_from_db()
    assert (paper.code_url, reads(paper)) == ("https://github.com/new/Name", [9])


def test_other_capitals_are_no_move(server: FakeService, http: Http) -> None:
    paper = make_project("a/b")
    server.respond("*", has_stars(9, "A/B"))
    fetch_stars(http, NOON)
    paper.refresh_from_db()
    assert paper.code_url == "https://github.com/a/b"


@pytest.mark.parametrize("status", [404, 410, 451, 403])
def test_a_missing_repository_is_not_requested_each_hour(
    server: FakeService, http: Http, status: int
) -> None:
    gone, here = make_project("a/gone"), make_project("a/here")
    server.respond("/repos/a/gone", json_response({"message": "no"}, status))
    server.respond("/repos/a/here", has_stars(3, "a/here"))
    for hour in range(3):
        fetch_stars(http, NOON + hour * HOUR)
    assert server.paths().count("/repos/a/gone") == 1
    assert (reads(gone), reads(here)) == ([], [3, 3, 3])


def test_stars_read_before_the_quota_ran_out_are_kept(server: FakeService, http: Http) -> None:
    papers = [make_project("a/one"), make_project("a/two")]
    spent = {"x_ratelimit_remaining": "0", "x_ratelimit_reset": str(1_780_000_000 + 1800)}
    server.respond("/repos/a/one", has_stars(1, "a/one", 200, **spent))
    report = fetch_stars(http, NOON)
    assert report.papers == 1
    assert report.error
    assert (report.error.permanent, report.error.retry_after) == (False, 1800.0)
    assert [reads(paper) for paper in papers] == [[1], []]
    assert len(server.requests) == 1


def test_those_read_longest_ago_come_first(server: FakeService, http: Http) -> None:
    recent, never, old = make_project("a/1"), make_project("a/2"), make_project("a/3")
    make_signal(recent, 1, kind="stars", source="github", read_at=NOON - HOUR)
    make_signal(old, 1, kind="stars", source="github", read_at=NOON - 5 * HOUR)
    assert reads(never) == []
    server.respond("*", has_stars())
    fetch_stars(http, NOON)
    assert server.paths() == ["/repos/a/2", "/repos/a/3", "/repos/a/1"]


@pytest.mark.parametrize(
    "answer",
    [
        [],
        {},
        {"full_name": "a/b"},
        {"full_name": "a/b", "stargazers_count": "7"},
        {"full_name": "a/b", "stargazers_count": True},
        {"full_name": "a/b", "stargazers_count": -1},
        {"full_name": "../..", "stargazers_count": 7},
    ],
)
def test_a_response_without_stars_is_not_stored(
    server: FakeService, http: Http, answer: object
) -> None:
    make_project()
    server.respond("*", json_response(answer))
    with pytest.raises(SourceError, match="no repository and its stars"):
        fetch_stars(http, NOON)
    assert not Signal.objects.exists()
