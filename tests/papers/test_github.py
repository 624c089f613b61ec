"""The stars of repositories: whom GitHub is asked about, and what becomes of its answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from papers.jobs.fetch.github import fetch_stars
from papers.jobs.fetching import FetchReport
from papers.models import Paper, RawRecord, Signal
from papers.sources import SourceError
from papers.sources.github import Repository, connect, repository, starred
from papers.sources.http import Http, Limits
from tests.factories import NOON, make_paper, make_signal
from tests.recordings import github_plays
from tests.stand_in import FakeTime, Play, StandIn, says, stand_in

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def server(settings: Settings) -> Iterator[StandIn]:
    with stand_in() as server:
        settings.GITHUB_URL, settings.GITHUB_TOKEN = server.url, ""
        yield server


@pytest.fixture
def http(server: StandIn) -> Iterator[Http]:
    with connect(Limits(), FakeTime().clock) as http:
        yield http


def make_project(name: str = "a/b", **values: Any) -> Paper:
    return make_paper(code_url=f"https://github.com/{name}", **values)


def told(stars: int = 7, name: str = "a/b", status: int = 200, **headers: str) -> Play:
    return says({"full_name": name, "stargazers_count": stars, "node_id": "x"}, status, **headers)


def reads(paper: Paper) -> list[float]:
    signals = paper.signals.filter(kind=Signal.Kind.STARS, source="github")
    return list(signals.order_by("read_at").values_list("value", flat=True))


# ── addresses ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://github.com/Owner/repo.js", "Owner/repo.js"),
        ("http://www.github.com/o/r/", "o/r"),
        ("https://github.com/o/r.git", "o/r"),
        ("https://GitHub.com/o/r/tree/main/x?y#z", "o/r"),
        ("https://github.com:443/o/r", "o/r"),
        ("https://gitlab.com/o/r", None),
        ("https://github.com.evil.example/o/r", None),
        ("https://evil.example/github.com/o/r", None),
        ("https://me:secret@github.com/o/r", None),
        ("https://github.com:8443/o/r", None),
        ("https://github.com:x/o/r", None),
        ("https://github.com/o", None),
        ("https://github.com/o/", None),
        ("https://github.com/o/..", None),
        ("https://github.com/-o/r", None),
        ("https://github.com/o/%2e%2e", None),
        ("https://github.com/orgs/o", None),
        ("https://github.com//o/r", None),
        ("ftp://github.com/o/r", None),
        ("https://o.github.io/r", None),
        ("https://[", None),
        ("", None),
    ],
)
def test_an_address_names_a_repository_on_github_or_none(url: str, name: str | None) -> None:
    found = repository(url)
    assert (found and f"{found.owner}/{found.name}") == name


# ── recorded answers ─────────────────────────────────────────────────────────


@pytest.mark.shared
def test_it_reads_a_recorded_repository(server: StandIn, http: Http, shared: Path) -> None:
    server.plays("*", github_plays(shared, "Repository.setUp")[0])
    found = starred(http, Repository("PyGithub", "PyGithub"), is_known=False)
    assert found
    assert found.stars
    assert found.stars > 5000
    assert found.repository == Repository("PyGithub", "PyGithub")
    assert found.raw["stargazers_count"] == found.stars
    assert "owner" not in found.raw


@pytest.mark.shared
def test_it_understands_a_recorded_404_and_a_304(server: StandIn, http: Http, shared: Path) -> None:
    paper = make_project("jacquev6/Xxx")
    server.plays("*", github_plays(shared, "Exceptions.testUnknownObject")[1])
    assert fetch_stars(http, NOON) == FetchReport(unknown=1)
    assert reads(paper) == []
    server.plays(
        "*",
        github_plays(shared, "ConditionalRequestUpdate.testDidUpdate")[0],
        github_plays(shared, "ConditionalRequestUpdate.testDidNotUpdate")[0],
    )
    project = Repository("akfish", "PyGithub")
    first = starred(http, project, is_known=True)
    assert first
    http.remember(first.answer)
    again = starred(http, project, is_known=True)
    assert again
    assert (again.stars, server.asked[-1].headers["if-none-match"]) == (
        None, '"ef281ef0e821c18f80da36902727160b"',
    )  # fmt: skip


@pytest.mark.shared
def test_a_recorded_rate_limit_ends_the_run(server: StandIn, shared: Path) -> None:
    make_project()
    [limit] = [
        play
        for play in github_plays(shared, "SpecificExceptions.testRateLimitExceeded")
        if play.status == 403
    ][:1]
    server.plays("*", limit)
    time = FakeTime()
    with connect(Limits(), time.clock) as http, pytest.raises(SourceError) as error:
        fetch_stars(http, NOON)
    assert not error.value.permanent
    assert error.value.retry_after == 60.0
    assert "403, too many requests: API Rate Limit Exceeded" in error.value.reason


# ── a run ────────────────────────────────────────────────────────────────────


def test_it_adds_the_stars_of_fresh_papers_with_a_repository(server: StandIn, http: Http) -> None:
    paper = make_project()
    make_project("old/one", listed_on=(NOON - timedelta(days=14)).date())
    make_project("a/sample", is_sample=True)
    make_paper(code_url="https://gitlab.com/a/b")
    make_paper()
    server.plays("/repos/a/b", told(7))
    assert fetch_stars(http, NOON) == FetchReport(papers=1, signals=1)
    assert reads(paper) == [7]
    assert server.paths() == ["/repos/a/b"]
    assert RawRecord.objects.get().payload == {"full_name": "a/b", "stargazers_count": 7}


def test_papers_of_one_repository_share_one_question(server: StandIn, http: Http) -> None:
    papers = [make_project("a/b"), make_project("A/B.git")]
    server.plays("*", told(7))
    assert fetch_stars(http, NOON) == FetchReport(papers=2, signals=2)
    assert [reads(paper) for paper in papers] == [[7], [7]]
    assert len(server.asked) == 1


def test_an_unchanged_number_is_a_read_too(server: StandIn, http: Http) -> None:
    paper = make_project()
    server.plays("*", told(7, etag='"1"'), Play(304))
    fetch_stars(http, NOON)
    assert fetch_stars(http, NOON + HOUR) == FetchReport(papers=1, signals=1)
    assert reads(paper) == [7, 7]
    assert RawRecord.objects.count() == 1


def test_a_paper_without_a_read_is_asked_for_in_full(server: StandIn, http: Http) -> None:
    """Its twin had the stars read before it came, so "unchanged" would say nothing of it."""
    make_project()
    server.plays("*", told(7, etag='"1"'))
    fetch_stars(http, NOON)
    late = make_project()
    fetch_stars(http, NOON + HOUR)
    assert "if-none-match" not in server.asked[-1].headers
    assert reads(late) == [7]


def test_a_token_goes_along(server: StandIn, settings: Settings) -> None:
    settings.GITHUB_TOKEN = "t0ken"
    make_project()
    server.plays("*", told())
    with connect() as http:
        fetch_stars(http, NOON)
    assert server.asked[0].headers["authorization"] == "Bearer t0ken"
    assert server.asked[0].headers["accept"] == "application/vnd.github+json"


def test_a_repository_that_moved_gives_its_papers_its_new_address(
    server: StandIn, http: Http
) -> None:
    paper = make_project("old/name")
    server.plays("/repos/old/name", Play(301, {"location": f"{server.url}/repositories/7"}))
    server.plays("/repositories/7", told(9, "new/Name"))
    fetch_stars(http, NOON)
    paper.refresh_from_db()
    assert (paper.code_url, reads(paper)) == ("https://github.com/new/Name", [9])


def test_other_capitals_are_no_move(server: StandIn, http: Http) -> None:
    paper = make_project("a/b")
    server.plays("*", told(9, "A/B"))
    fetch_stars(http, NOON)
    paper.refresh_from_db()
    assert paper.code_url == "https://github.com/a/b"


@pytest.mark.parametrize("status", [404, 410, 451, 403])
def test_one_that_is_not_there_is_not_asked_for_each_hour(
    server: StandIn, http: Http, status: int
) -> None:
    gone, here = make_project("a/gone"), make_project("a/here")
    server.plays("/repos/a/gone", says({"message": "no"}, status))
    server.plays("/repos/a/here", told(3, "a/here"))
    for hour in range(3):
        fetch_stars(http, NOON + hour * HOUR)
    assert server.paths().count("/repos/a/gone") == 1
    assert (reads(gone), reads(here)) == ([], [3, 3, 3])


def test_a_quota_that_runs_out_keeps_what_came(server: StandIn, http: Http) -> None:
    papers = [make_project("a/one"), make_project("a/two")]
    spent = {"x_ratelimit_remaining": "0", "x_ratelimit_reset": str(1_780_000_000 + 1800)}
    server.plays("/repos/a/one", told(1, "a/one", 200, **spent))
    report = fetch_stars(http, NOON)
    assert report.papers == 1
    assert report.error
    assert (report.error.permanent, report.error.retry_after) == (False, 1800.0)
    assert [reads(paper) for paper in papers] == [[1], []]
    assert len(server.asked) == 1


def test_those_read_longest_ago_come_first(server: StandIn, http: Http) -> None:
    recent, never, old = make_project("a/1"), make_project("a/2"), make_project("a/3")
    make_signal(recent, 1, kind="stars", source="github", read_at=NOON - HOUR)
    make_signal(old, 1, kind="stars", source="github", read_at=NOON - 5 * HOUR)
    assert reads(never) == []
    server.plays("*", told())
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
def test_an_answer_without_a_name_and_stars_is_refused(
    server: StandIn, http: Http, answer: object
) -> None:
    make_project()
    server.plays("*", says(answer))
    with pytest.raises(SourceError, match="no repository and its stars"):
        fetch_stars(http, NOON)
    assert not Signal.objects.exists()


def test_a_wrong_token_is_named_and_not_shown(server: StandIn, settings: Settings) -> None:
    settings.GITHUB_TOKEN = "t0ken"
    make_project()
    server.plays("*", says({"message": "Bad credentials for t0ken"}, 401))
    with connect() as http, pytest.raises(SourceError) as error:
        fetch_stars(http, NOON)
    assert error.value.permanent
    assert error.value.reason == "127.0.0.1/repos/a/b answered 401: Bad credentials for …"
