"""Requests to Semantic Scholar, and what its responses mean."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings
from pytest_httpserver import HTTPServer

from fakes.web_service import FakeTime
from papers.fetched import FetchedSignal
from papers.sources import SourceError
from papers.sources.http import Http, Limits
from papers.sources.semantic_scholar import arxiv_id_of, cited, connect, described, fetched
from tests.recordings import semantic_scholar_responses

PATH = "/graph/v1/paper/batch"
FIELDS = "externalIds,title,citationCount,influentialCitationCount,tldr,publicationDate"


@pytest.fixture
def server(httpserver_ipv4: HTTPServer, settings: Settings) -> HTTPServer:
    settings.SEMANTIC_SCHOLAR_URL = httpserver_ipv4.url_for("")
    settings.SEMANTIC_SCHOLAR_KEY = ""
    return httpserver_ipv4


@pytest.fixture
def http(server: HTTPServer, time: FakeTime) -> Iterator[Http]:
    with connect(Limits(), time.clock) as http:
        yield http


def row(citations: object = 5, **values: Any) -> dict[str, Any]:
    return {"paperId": "x", "citationCount": citations} | values


@pytest.mark.shared
def test_a_recorded_batch_with_an_unknown_paper_is_read(
    server: HTTPServer, http: Http, shared: Path
) -> None:
    [fake] = semantic_scholar_responses(shared, "test_get_papers_not_found_warning")
    server.expect_request(PATH).respond_with_data(fake.body, fake.status, fake.headers)
    found = cited(http, ["2503.00001", "2503.00002", "2503.00003", "2503.00004"])
    assert found[0] is None
    counts = [signal.value for it in found[1:] if it for signal in it.signals]
    assert counts == [10670, 2185, 0]


@pytest.mark.shared
def test_a_recorded_refusal_of_a_request_is_permanent(
    server: HTTPServer, http: Http, shared: Path
) -> None:
    [fake] = semantic_scholar_responses(shared, "test_bad_query_parameters")
    server.expect_request(PATH).respond_with_data(fake.body, fake.status, fake.headers)
    with pytest.raises(SourceError, match="400: Unrecognized or unsupported fields") as error:
        cited(http, ["2503.00001"])
    assert error.value.permanent


def test_a_request_names_arxiv_ids_and_few_fields(server: HTTPServer, http: Http) -> None:
    server.expect_request(
        PATH,
        method="POST",
        query_string={"fields": FIELDS},
        json={"ids": ["ARXIV:2503.00001"]},
    ).respond_with_json([row(7)])
    [found] = cited(http, ["2503.00001"])
    assert found
    assert (found.signals, found.raw) == ((FetchedSignal("citations", 7),), row(7))
    assert "x-api-key" not in server.log[0][0].headers


def test_a_key_is_sent_in_its_header(server: HTTPServer, settings: Settings) -> None:
    settings.SEMANTIC_SCHOLAR_KEY = "s3cret"
    server.expect_request(PATH, headers={"x-api-key": "s3cret"}).respond_with_json([row()])
    with connect() as http:
        assert cited(http, ["2503.00001"]) != [None]


@pytest.mark.parametrize("count", [None, "5", -1, True, 1.5, 10**12])
def test_a_malformed_count_gives_no_signal(server: HTTPServer, http: Http, count: object) -> None:
    server.expect_request(PATH).respond_with_json([row(count)])
    [found] = cited(http, ["2503.00001"])
    assert found
    assert found.signals == ()
    shown = f"2503.00001: citationCount is not a count: '{count}'"
    assert found.left_out == (() if count is None else (shown,))


@pytest.mark.parametrize("odd", [7, "x", [], True])
def test_a_row_that_is_no_object_is_left_out(server: HTTPServer, http: Http, odd: object) -> None:
    server.expect_request(PATH).respond_with_json([row(), odd, None])
    found = cited(http, ["2503.00001", "2503.00002", "2503.00003"])
    assert [one is None for one in found] == [False, True, True]
    [reason] = found.left_out
    assert reason.startswith("2503.00002: an object was expected, not ")


def test_a_response_of_which_most_rows_are_odd_is_refused(server: HTTPServer, http: Http) -> None:
    server.expect_request(PATH).respond_with_json([row(), 7, "x", None])
    with pytest.raises(SourceError, match="2 of 3 rows cannot be read: 2503") as error:
        cited(http, ["2503.00001", "2503.00002", "2503.00003", "2503.00004"])
    assert not error.value.permanent


def test_another_paper_than_requested_is_left_out(server: HTTPServer, http: Http) -> None:
    other, same = {"ArXiv": "2401.99999"}, {"ArXiv": "2503.00002v3"}
    rows = [row(externalIds=other), row(externalIds=same)]
    server.expect_request(PATH).respond_with_json(rows)
    found = cited(http, ["2503.00001", "2503.00002"])
    assert [one is None for one in found] == [True, False]
    assert found.left_out == ("2503.00001: the answer is about '2401.99999'",)


def test_a_batch_of_unknown_papers_is_no_error(server: HTTPServer, http: Http) -> None:
    refusal = {"error": "No valid paper ids given"}
    server.expect_request(PATH).respond_with_json(refusal, status=400)
    assert cited(http, ["2503.00001", "2503.00002"]) == [None, None]


@pytest.mark.parametrize("answer", [{}, [], [row()] * 2, "x", None])
def test_a_response_that_does_not_match_is_refused(
    server: HTTPServer, http: Http, answer: Any
) -> None:
    server.expect_request(PATH).respond_with_json(answer)
    with pytest.raises(SourceError, match="did not answer paper by paper"):
        cited(http, ["2503.00001"])


def test_none_or_too_many_papers_are_a_mistake(http: Http) -> None:
    for identities in ([], ["2503.00001"] * 501):
        with pytest.raises(ValueError, match="1 to 500 papers"):
            cited(http, identities)


# ── papers by DOI ────────────────────────────────────────────────────────────


def test_papers_are_described_by_doi(server: HTTPServer, http: Http) -> None:
    found = row(
        title="On tea",
        abstract="We brew it.",
        authors=[{"authorId": "1", "name": "Ada Byron"}, {"name": None}, 7],
        publicationDate="2020-02-29",
    )
    server.expect_request(PATH, json={"ids": ["DOI:10.1/a", "DOI:10.1/b"]}).respond_with_json(
        [found, None]
    )
    first, second = described(http, ["10.1/a", "10.1/b"])
    assert second is None
    assert first
    paper = fetched(first, date(2026, 1, 1))
    assert (paper.title, paper.summary, paper.authors) == ("On tea", "We brew it.", ("Ada Byron",))
    assert paper.listed_on == paper.published_on == date(2020, 2, 29)
    assert (paper.is_listing, paper.is_unlisted, paper.arxiv_id) == (False, True, None)


@pytest.mark.parametrize("day", [None, "", "2020", "1020-01-01", 7, "2020-02-31"])
def test_a_paper_without_a_day_gets_that_of_reading(day: object) -> None:
    paper = fetched(row(title="On tea", publicationDate=day), date(2026, 1, 1))
    assert (paper.published_on, paper.listed_on) == (None, date(2026, 1, 1))


@pytest.mark.parametrize(
    ("ids", "found"),
    [({"ArXiv": "1706.03762"}, "1706.03762"), ({"ArXiv": 7}, None), (None, None), ({}, None)],
)
def test_the_arxiv_id_of_a_described_paper_is_read(ids: object, found: str | None) -> None:
    assert arxiv_id_of(row(externalIds=ids)) == found


@pytest.mark.parametrize("title", [None, "", "…", 7])
def test_a_described_paper_without_a_title_is_left_out(
    server: HTTPServer, http: Http, title: object
) -> None:
    server.expect_request(PATH).respond_with_json([row(title=title)])
    found = described(http, ["10.1/a"])
    assert list(found) == [None]
    assert found.left_out == ("10.1/a: without a title",)


def test_an_answer_of_another_length_is_no_answer(server: HTTPServer, http: Http) -> None:
    server.expect_request(PATH).respond_with_json([])
    with pytest.raises(SourceError, match="did not answer paper by paper"):
        described(http, ["10.1/a"])
