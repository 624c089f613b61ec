"""Citations: which papers are requested, and what is stored of the responses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from fakes.web_service import FakeService, FakeTime, fake_service, json_response
from papers.jobs.fetch import semantic_scholar
from papers.jobs.fetch.semantic_scholar import NamedDois, fetch_citations, fetch_dois
from papers.jobs.fetching import FetchReport
from papers.models import Paper, RawRecord, Signal
from papers.sources.http import Http, Limits
from papers.sources.semantic_scholar import connect
from tests.factories import DAY, NOON, make_paper

pytestmark = pytest.mark.django_db
BATCH_PATH = "/graph/v1/paper/batch"


@pytest.fixture
def server(settings: Settings) -> Iterator[FakeService]:
    with fake_service() as server:
        settings.SEMANTIC_SCHOLAR_URL, settings.SEMANTIC_SCHOLAR_KEY = server.url, ""
        yield server


@pytest.fixture
def http(server: FakeService, time: FakeTime) -> Iterator[Http]:
    with connect(Limits(), time.clock) as http:
        yield http


def row(citations: object = 5, **values: Any) -> dict[str, Any]:
    return {"paperId": "x", "citationCount": citations} | values


def reads(paper: Paper) -> list[float]:
    signals = paper.signals.filter(kind=Signal.Kind.CITATIONS, source="semantic_scholar")
    return list(signals.order_by("read_at").values_list("value", flat=True))


def ids(server: FakeService) -> list[list[str]]:
    return [request.json["ids"] for request in server.requests]


def test_citations_are_added_and_the_summary_kept(server: FakeService, http: Http) -> None:
    paper = make_paper(arxiv_id="2503.00001", title="On walruses")
    summary = {"model": "tldr@v2.0.0", "text": "Walruses are large."}
    server.respond(BATCH_PATH, json_response([row(5, tldr=summary, title="ON WALRUSES")]))
    assert fetch_citations(http, NOON) == FetchReport(papers=1, signals=1)
    assert reads(paper) == [5]
    assert RawRecord.objects.get().payload["tldr"] == summary
    paper.refresh_from_db()
    assert paper.title == "On walruses"
    assert paper.short_summary == ""  # "Walruses are large." says less than a sentence should


def test_a_short_summary_is_stored(server: FakeService, http: Http) -> None:
    paper = make_paper(arxiv_id="2503.00001", title="On walruses")
    tldr = {"model": "tldr@v2.0.0", "text": "Walruses are larger than they seem."}
    server.respond(BATCH_PATH, json_response([row(None, tldr=tldr)]))
    fetch_citations(http, NOON)
    paper.refresh_from_db()
    assert paper.short_summary == "Walruses are larger than they seem."
    assert paper.short_summary_source == "semantic_scholar"


@pytest.mark.parametrize("tldr", [None, "text", {}, {"text": None}, {"text": 7}, []])
def test_a_malformed_short_summary_costs_nothing_else(
    server: FakeService, http: Http, tldr: object
) -> None:
    paper = make_paper(arxiv_id="2503.00001")
    server.respond(BATCH_PATH, json_response([row(5, tldr=tldr)]))
    assert fetch_citations(http, NOON) == FetchReport(papers=1, signals=1)
    paper.refresh_from_db()
    assert (reads(paper), paper.short_summary) == ([5], "")


def test_real_papers_of_the_last_half_year_are_requested(server: FakeService, http: Http) -> None:
    make_paper(arxiv_id="2503.00001")
    make_paper(arxiv_id="2409.00002", listed_on=DAY - timedelta(days=180))
    make_paper(arxiv_id="2503.00003", is_sample=True)
    make_paper(arxiv_id=None)
    server.respond(BATCH_PATH, json_response([row()]))
    fetch_citations(http, NOON)
    assert ids(server) == [["ARXIV:2503.00001"]]


def test_without_papers_there_is_no_request(server: FakeService, http: Http) -> None:
    assert fetch_citations(http, NOON) == FetchReport()
    assert server.requests == []


def test_unknown_papers_are_counted(server: FakeService, http: Http) -> None:
    known, unknown = make_paper(arxiv_id="2503.00001"), make_paper(arxiv_id="2503.00002")
    server.respond(BATCH_PATH, json_response([row(3), None]))
    assert fetch_citations(http, NOON) == FetchReport(papers=1, signals=1, unknown=1)
    assert (reads(known), reads(unknown)) == ([3], [])


def test_an_odd_row_is_left_out_and_a_malformed_count_too(server: FakeService, http: Http) -> None:
    for number in range(4):
        make_paper(arxiv_id=f"2503.0000{number}")
    server.respond(BATCH_PATH, json_response([row(3), row(-1), row(12.0), 7]))
    report = fetch_citations(http, NOON)
    assert report == FetchReport(papers=3, signals=2, left_out=1, fields_left_out=1)


def test_a_batch_of_unknown_papers_is_counted(server: FakeService, http: Http) -> None:
    make_paper()
    server.respond(BATCH_PATH, json_response({"error": "No valid paper ids given"}, 400))
    assert fetch_citations(http, NOON) == FetchReport(unknown=1)


def test_batches_are_requested_a_second_apart(
    server: FakeService, http: Http, time: FakeTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(semantic_scholar, "BATCH", 2)
    for number in range(5):
        make_paper(arxiv_id=f"2503.0000{number}")
    server.respond(
        BATCH_PATH, json_response([row()] * 2), json_response([row()] * 2), json_response([row()])
    )
    assert fetch_citations(http, NOON) == FetchReport(papers=5, signals=5)
    assert [len(batch) for batch in ids(server)] == [2, 2, 1]
    assert time.slept == pytest.approx([1.1, 1.1])


def test_those_read_longest_ago_come_first(server: FakeService, http: Http) -> None:
    for identity in ("2503.00001", "2503.00002"):
        make_paper(arxiv_id=identity)
    server.respond(BATCH_PATH, json_response([row(), None]), json_response([row(), row()]))
    fetch_citations(http, NOON)
    fetch_citations(http, NOON + timedelta(days=1))
    assert ids(server) == [
        ["ARXIV:2503.00001", "ARXIV:2503.00002"],
        ["ARXIV:2503.00002", "ARXIV:2503.00001"],
    ]


def test_too_many_for_one_night_are_spread_over_nights(
    server: FakeService, http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(semantic_scholar, "_MAX_PAPERS", 2)
    for number in range(6):
        make_paper(arxiv_id=f"2503.0000{number}")
    server.respond(BATCH_PATH, json_response([None, None]))
    for night in range(3):
        fetch_citations(http, NOON + timedelta(days=night))
    request = [identity for batch in ids(server) for identity in batch]
    assert sorted(request) == [f"ARXIV:2503.0000{number}" for number in range(6)]


def test_citations_read_before_a_429_are_kept(
    server: FakeService, http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(semantic_scholar, "BATCH", 1)
    papers = [make_paper(), make_paper(), make_paper(), make_paper()]
    server.respond(
        BATCH_PATH, json_response([row()]), json_response({"message": "Too Many Requests."}, 429)
    )
    report = fetch_citations(http, NOON)
    assert (report.papers, sum(map(len, map(reads, papers)))) == (1, 1)
    assert report.error
    assert not report.error.permanent
    assert "429, too many requests: Too Many Requests." in report.error.reason


# ── papers that readers named ────────────────────────────────────────────────


def described(title: str, **values: Any) -> dict[str, Any]:
    return {"paperId": "x", "title": title, "externalIds": {}} | values


def test_named_papers_are_stored_or_sent_to_arxiv(server: FakeService, http: Http) -> None:
    at_arxiv = described("B", externalIds={"ArXiv": "1706.03762"})
    server.respond(BATCH_PATH, json_response([described("A paper"), at_arxiv, None]))
    found = fetch_dois(http, ["10.1/a", "10.1/b", "10.1/c"], NOON)
    paper = Paper.objects.get()
    assert found == NamedDois({"10.1/a": paper.pk}, {"10.1/b": "1706.03762"})
    assert (paper.title, paper.is_unlisted) == ("A paper", True)


def test_a_named_paper_that_is_stored_is_found_by_its_title(
    server: FakeService, http: Http
) -> None:
    make_paper("A paper", arxiv_id=None)
    paper = make_paper("A Paper", title_key="a paper", arxiv_id="2503.00001")
    server.respond(BATCH_PATH, json_response([described("A paper!", abstract="We brew.")]))
    assert fetch_dois(http, ["10.1/a"], NOON).stored == {"10.1/a": paper.pk}
    paper.refresh_from_db()
    assert not paper.is_unlisted
