"""Requests to arXiv, and what its responses mean."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from pytest_django import Settings
from pytest_httpserver import HTTPServer

from fakes.arxiv import entry, feed, refusal
from fakes.web_service import FakeTime
from papers.sources import SourceError
from papers.sources.arxiv import (
    announced,
    connect,
    connect_authors,
    connect_feeds,
    fetched,
    ids_of_author,
    papers_by_id,
    refused_id,
    without_links,
    wrong_address,
)
from papers.sources.arxiv_xml import Entry
from papers.sources.http import Http, Limits

DAY = date(2025, 3, 1)


@pytest.fixture
def server(httpserver_ipv4: HTTPServer, settings: Settings) -> HTTPServer:
    settings.ARXIV_URL = settings.ARXIV_FEED_URL = httpserver_ipv4.url_for("")
    settings.ARXIV_REST_SECONDS = 0.001
    return httpserver_ipv4


@pytest.fixture
def http(server: HTTPServer, time: FakeTime) -> Iterator[Http]:
    with connect(Limits(), time.clock) as http:
        yield http


# ── papers by id ───────────────────────────────────────────────────────────────


def test_one_request_names_all_ids_and_closes_its_connection(
    server: HTTPServer, http: Http
) -> None:
    params = {"id_list": "2503.00001,2503.00002", "max_results": "2"}
    server.expect_request("/api/query", query_string=params).respond_with_data(
        feed(entry("2503.00001"), entry("2503.00002"))
    )
    found = papers_by_id(http, ["2503.00001", "2503.00002"])
    assert [one.arxiv_id for one in found.entries] == ["2503.00001", "2503.00002"]
    [(request, _)] = server.log
    assert request.headers["connection"] == "close"
    assert "TrendingPapers" in request.headers["user-agent"]


@pytest.mark.parametrize("count", [0, 101])
def test_more_than_a_hundred_ids_or_none_are_a_mistake(http: Http, count: int) -> None:
    with pytest.raises(ValueError, match="between 1 and 100"):
        papers_by_id(http, ["2503.00001"] * count)


def test_a_permanent_error_that_ends_in_an_id_refuses_it() -> None:
    ids = ["2503.00001", "2503.00002"]
    reason = "arXiv answered with an error: incorrect id format for 2503.00002"
    assert refused_id(SourceError(reason), ids) == "2503.00002"
    assert refused_id(SourceError(reason, permanent=False), ids) is None
    assert refused_id(SourceError("arXiv answered with an error: no"), ids) is None


def test_a_refusal_gives_the_reason_of_its_entry(server: HTTPServer, http: Http) -> None:
    body = refusal("incorrect id format for 2503.00002")
    server.expect_request("/api/query").respond_with_data(body, status=400)
    with pytest.raises(SourceError, match="incorrect id format") as error:
        papers_by_id(http, ["2503.00002"])
    assert refused_id(error.value, ["2503.00001", "2503.00002"]) == "2503.00002"


def test_links_of_prose_are_found_and_can_be_dropped(server: HTTPServer, http: Http) -> None:
    body = feed(entry("2503.00001", comment="Code: github.com/ada/engine, ada.github.io/engine"))
    server.expect_request("/api/query").respond_with_data(body)
    [found] = papers_by_id(http, ["2503.00001"]).entries
    paper = fetched(found, date(2025, 3, 14))
    assert paper.code_url == "https://github.com/ada/engine"
    assert paper.project_url == "https://ada.github.io/engine"
    assert paper.listed_on == date(2025, 3, 14)
    kept = without_links(paper, has_code=False)
    assert (kept.code_url, kept.project_url) == (paper.code_url, "")
    plain = without_links(paper)
    assert (plain.code_url, plain.project_url, plain.title) == ("", "", paper.title)


@pytest.mark.parametrize(
    ("comment", "published_on", "is_withdrawn"),
    [("12 pages", DAY, False), ("", DAY, False), ("Withdrawn", DAY, True), ("", None, None)],
)
def test_only_an_entry_of_the_query_api_proves_that_a_paper_lives(
    comment: str, published_on: date | None, is_withdrawn: bool | None
) -> None:
    found = Entry(
        arxiv_id="2503.00001", version=2, title="On X", abstract="We study it.",
        comment=comment, published_on=published_on, updated_on=date(2025, 3, 13),
    )  # fmt: skip
    paper = fetched(found, date(2025, 3, 14))
    assert (paper.is_withdrawn, paper.version) == (is_withdrawn, 2)
    assert paper.withdrawn_on == date(2025, 3, 13)


def test_an_answer_without_its_entries_is_requested_again(server: HTTPServer, http: Http) -> None:
    for body in (feed(total=1), feed(entry("2503.00001"), total=1)):
        server.expect_ordered_request("/api/query").respond_with_data(body)
    assert len(papers_by_id(http, ["2503.00001"]).entries) == 1


# ── announcements ──────────────────────────────────────────────────────────────


def test_an_unchanged_feed_is_none(server: HTTPServer) -> None:
    path, tag = "/atom/cs.LG+stat.ML", '"march"'
    server.expect_ordered_request(path).respond_with_data(feed(), headers={"etag": tag})
    server.expect_ordered_request(path, headers={"if-none-match": tag}).respond_with_data(
        status=304
    )
    with connect_feeds() as http:
        first = announced(http, ["cs.LG", "stat.ML"])
        assert first is not None
        http.remember(first[1])
        assert announced(http, ["cs.LG", "stat.ML"]) is None


# ── addresses ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("url", "rest", "wrong"),
    [
        ("https://export.arxiv.org", 3.1, ""),
        ("https://rss.arxiv.org", 3.0, ""),
        ("https://arxiv.org", 5, ""),
        ("http://127.0.0.1:8000", 0.01, ""),
        ("http://localhost:8000", 0.01, ""),
        ("http://export.arxiv.org", 3.1, "no https address of arXiv"),
        ("https://export.arxiv.org.example.com", 3.1, "no https address of arXiv"),
        ("https://notarxiv.org", 3.1, "no https address of arXiv"),
        ("https://huggingface.co", 3.1, "no https address of arXiv"),
        ("https://me:hunter2@arxiv.org", 3.1, "no https address of arXiv"),
        ("", 3.1, "no https address of arXiv"),
        ("https://[", 3.1, "no address"),
        ("https://arxiv.org:port", 3.1, "no address"),
        ("https://export.arxiv.org", 2.9, "asks for three seconds"),
        ("https://export.arxiv.org", 0, "asks for three seconds"),
    ],
)
def test_only_arxiv_is_an_address_of_arxiv(url: str, rest: float, wrong: str) -> None:
    found = wrong_address(url, rest)
    assert wrong in found
    assert "hunter2" not in found
    assert bool(found) is bool(wrong)


def test_there_is_no_client_for_a_wrong_address(settings: Any) -> None:
    settings.ARXIV_URL = "https://papers.example.org"
    with pytest.raises(SourceError, match="no https address of arXiv"):
        connect()


# ── authors ──────────────────────────────────────────────────────────────────


@pytest.fixture
def authors(server: HTTPServer, settings: Settings, time: FakeTime) -> Iterator[Http]:
    settings.ARXIV_AUTHOR_URL = settings.ARXIV_URL
    with connect_authors(Limits(attempts=1), time.clock) as http:
        yield http


def test_the_papers_of_an_author_are_named(server: HTTPServer, authors: Http) -> None:
    server.expect_request("/a/warner_s_1.atom2").respond_with_data(
        feed(entry("2503.00002"), entry("hep-th/9901001"))
    )
    assert ids_of_author(authors, "warner_s_1") == ["2503.00002", "hep-th/9901001"]


def test_an_author_whom_arxiv_does_not_have_is_none(server: HTTPServer, authors: Http) -> None:
    server.expect_request("/a/warner_s_9.atom2").respond_with_data("<html/>", 404)
    assert ids_of_author(authors, "warner_s_9") is None


def test_a_web_page_instead_of_an_author_is_an_error(server: HTTPServer, authors: Http) -> None:
    server.expect_request("/a/warner_s_1.atom2").respond_with_data("<html><p>Busy</p></html>")
    with pytest.raises(SourceError):
        ids_of_author(authors, "warner_s_1")
