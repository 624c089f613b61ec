"""Requests to GitHub, and what its responses mean."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings
from pytest_httpserver import HTTPServer

from fakes.web_service import FakeTime
from papers.sources import SourceError
from papers.sources.github import Repository, connect, repository, starred
from papers.sources.http import Http, Limits
from tests.recordings import github_responses

PROJECT = Repository("a", "b")


@pytest.fixture
def server(httpserver_ipv4: HTTPServer, settings: Settings) -> HTTPServer:
    settings.GITHUB_URL, settings.GITHUB_TOKEN = httpserver_ipv4.url_for(""), ""
    return httpserver_ipv4


@pytest.fixture
def http(server: HTTPServer, time: FakeTime) -> Iterator[Http]:
    with connect(Limits(), time.clock) as http:
        yield http


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


# ── recorded responses ───────────────────────────────────────────────────────


@pytest.mark.shared
def test_a_recorded_repository_is_read(server: HTTPServer, http: Http, shared: Path) -> None:
    fake = github_responses(shared, "Repository.setUp")[0]
    path = "/repos/PyGithub/PyGithub"
    server.expect_request(path).respond_with_data(fake.body, fake.status, fake.headers)
    found = starred(http, Repository("PyGithub", "PyGithub"), is_known=False)
    assert found
    assert found.stars
    assert found.stars > 5000
    assert found.repository == Repository("PyGithub", "PyGithub")
    assert found.raw["stargazers_count"] == found.stars
    assert "owner" not in found.raw


@pytest.mark.shared
def test_a_recorded_404_is_no_repository(server: HTTPServer, http: Http, shared: Path) -> None:
    fake = github_responses(shared, "Exceptions.testUnknownObject")[1]
    path = "/repos/jacquev6/Xxx"
    server.expect_request(path).respond_with_data(fake.body, fake.status, fake.headers)
    assert starred(http, Repository("jacquev6", "Xxx"), is_known=True) is None


@pytest.mark.shared
def test_a_recorded_304_is_unchanged_stars(server: HTTPServer, http: Http, shared: Path) -> None:
    changed = github_responses(shared, "ConditionalRequestUpdate.testDidUpdate")[0]
    same = github_responses(shared, "ConditionalRequestUpdate.testDidNotUpdate")[0]
    path, tag = "/repos/akfish/PyGithub", '"ef281ef0e821c18f80da36902727160b"'
    for fake, headers in ((changed, {}), (same, {"if-none-match": tag})):
        server.expect_ordered_request(path, headers=headers).respond_with_data(
            fake.body, fake.status, fake.headers
        )
    first = starred(http, Repository("akfish", "PyGithub"), is_known=True)
    assert first
    http.remember(first.response)
    again = starred(http, Repository("akfish", "PyGithub"), is_known=True)
    assert again
    assert again.stars is None


@pytest.mark.shared
def test_a_recorded_rate_limit_is_a_passing_error(
    server: HTTPServer, http: Http, shared: Path
) -> None:
    responses = github_responses(shared, "SpecificExceptions.testRateLimitExceeded")
    fake = next(fake for fake in responses if fake.status == 403)
    server.expect_request("/repos/a/b").respond_with_data(fake.body, fake.status, fake.headers)
    with pytest.raises(SourceError) as error:
        starred(http, PROJECT, is_known=False)
    assert (error.value.permanent, error.value.retry_after) == (False, 60.0)
    assert "403, too many requests: API Rate Limit Exceeded" in error.value.reason


# ── requests ─────────────────────────────────────────────────────────────────


def test_a_token_is_sent_in_its_header(server: HTTPServer, settings: Settings) -> None:
    settings.GITHUB_TOKEN = "t0ken"
    headers = {
        "authorization": "Bearer t0ken",
        "accept": "application/vnd.github+json",
        "x-github-api-version": "2022-11-28",
    }
    server.expect_request("/repos/a/b", headers=headers).respond_with_json(
        {"full_name": "a/b", "stargazers_count": 7}
    )
    with connect() as http:
        found = starred(http, PROJECT, is_known=False)
    assert found
    assert found.stars == 7


def test_a_wrong_token_is_named_and_not_shown(server: HTTPServer, settings: Settings) -> None:
    settings.GITHUB_TOKEN = "t0ken"
    refusal = {"message": "Bad credentials for t0ken"}
    server.expect_request("/repos/a/b").respond_with_json(refusal, status=401)
    with connect() as http, pytest.raises(SourceError) as error:
        starred(http, PROJECT, is_known=False)
    assert error.value.permanent
    assert error.value.reason == "127.0.0.1/repos/a/b answered 401: Bad credentials for …"


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
        {"full_name": ["a/b"], "stargazers_count": 7},
        {"full_name": "a/b", "stargazers_count": 7.5},
    ],
)
def test_a_response_without_a_name_and_stars_is_refused(
    server: HTTPServer, http: Http, answer: Any
) -> None:
    server.expect_request("/repos/a/b").respond_with_json(answer)
    with pytest.raises(SourceError, match="no repository and its stars"):
        starred(http, PROJECT, is_known=False)


def test_a_whole_number_of_stars_may_be_written_with_a_point(
    server: HTTPServer, http: Http
) -> None:
    answer = {"full_name": "a/b", "stargazers_count": 7.0}
    server.expect_request("/repos/a/b").respond_with_json(answer)
    found = starred(http, PROJECT, is_known=False)
    assert found
    assert found.stars == 7
