"""Citations: which papers Semantic Scholar is asked about, and what becomes of its answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from papers.jobs.fetch import semantic_scholar
from papers.jobs.fetch.semantic_scholar import fetch_citations
from papers.jobs.fetching import FetchReport
from papers.models import Paper, RawRecord, Signal
from papers.sources import SourceError
from papers.sources.http import Http, Limits
from papers.sources.semantic_scholar import cited, connect
from tests.factories import DAY, NOON, make_paper
from tests.recordings import semantic_scholar_plays
from tests.stand_in import FakeTime, StandIn, says, stand_in

pytestmark = pytest.mark.django_db
BATCH_PATH = "/graph/v1/paper/batch"


@pytest.fixture
def server(settings: Settings) -> Iterator[StandIn]:
    with stand_in() as server:
        settings.SEMANTIC_SCHOLAR_URL, settings.SEMANTIC_SCHOLAR_KEY = server.url, ""
        yield server


@pytest.fixture
def http(server: StandIn) -> Iterator[Http]:
    with connect(Limits(), FakeTime().clock) as http:
        yield http


def row(citations: object = 5, **values: Any) -> dict[str, Any]:
    return {"paperId": "x", "citationCount": citations} | values


def reads(paper: Paper) -> list[float]:
    signals = paper.signals.filter(kind=Signal.Kind.CITATIONS, source="semantic_scholar")
    return list(signals.order_by("read_at").values_list("value", flat=True))


def ids(server: StandIn) -> list[list[str]]:
    return [asked.json["ids"] for asked in server.asked]


# ── recorded answers ─────────────────────────────────────────────────────────


@pytest.mark.shared
def test_it_reads_a_recorded_batch_with_an_unknown_paper(
    server: StandIn, http: Http, shared: Path
) -> None:
    name = "test_get_papers_not_found_warning"
    server.plays(BATCH_PATH, *semantic_scholar_plays(shared, name))
    found = cited(http, ["2503.00001", "2503.00002", "2503.00003", "2503.00004"])
    assert found[0] is None
    counts = [signal.value for it in found[1:] if it for signal in it.signals]
    assert counts == [10670, 2185, 0]


@pytest.mark.shared
def test_a_recorded_refusal_of_a_question_is_for_good(
    server: StandIn, http: Http, shared: Path
) -> None:
    server.plays(BATCH_PATH, *semantic_scholar_plays(shared, "test_bad_query_parameters"))
    with pytest.raises(SourceError, match="400: Unrecognized or unsupported fields") as error:
        cited(http, ["2503.00001"])
    assert error.value.permanent


# ── one question ─────────────────────────────────────────────────────────────


def test_it_asks_by_arxiv_id_and_for_few_fields(server: StandIn, http: Http) -> None:
    server.plays(BATCH_PATH, says([row()]))
    cited(http, ["2503.00001"])
    [asked] = server.asked
    assert asked.json == {"ids": ["ARXIV:2503.00001"]}
    assert set(asked.query["fields"].split(",")) == {
        "externalIds", "title", "citationCount", "influentialCitationCount", "tldr",
        "publicationDate",
    }  # fmt: skip
    assert "x-api-key" not in asked.headers


def test_a_key_goes_along(server: StandIn, settings: Settings) -> None:
    settings.SEMANTIC_SCHOLAR_KEY = "s3cret"
    server.plays(BATCH_PATH, says([row()]))
    with connect() as http:
        cited(http, ["2503.00001"])
    assert server.asked[0].headers["x-api-key"] == "s3cret"


@pytest.mark.parametrize("count", [None, "5", -1, True, 1.5, 10**12])
def test_what_is_no_count_gives_no_signal(server: StandIn, http: Http, count: object) -> None:
    server.plays(BATCH_PATH, says([row(count)]))
    [found] = cited(http, ["2503.00001"])
    assert found
    assert found.signals == ()


def test_another_paper_than_asked_is_left_out(server: StandIn, http: Http) -> None:
    other, same = {"ArXiv": "2401.99999"}, {"ArXiv": "2503.00002v3"}
    server.plays(BATCH_PATH, says([row(externalIds=other), row(externalIds=same)]))
    first, second = cited(http, ["2503.00001", "2503.00002"])
    assert first is None
    assert second


@pytest.mark.parametrize("answer", [{}, [], [row()] * 2, "x", None])
def test_an_answer_that_does_not_match_is_refused(
    server: StandIn, http: Http, answer: object
) -> None:
    server.plays(BATCH_PATH, says(answer))
    with pytest.raises(SourceError, match="did not answer paper by paper"):
        cited(http, ["2503.00001"])


def test_none_or_too_many_cannot_be_asked_for(http: Http) -> None:
    for asked in ([], ["2503.00001"] * 501):
        with pytest.raises(ValueError, match="1 to 500 papers"):
            cited(http, asked)


# ── a night ──────────────────────────────────────────────────────────────────


def test_it_adds_citations_and_keeps_the_summary(server: StandIn, http: Http) -> None:
    paper = make_paper(arxiv_id="2503.00001", title="On walruses")
    summary = {"model": "tldr@v2.0.0", "text": "Walruses are large."}
    server.plays(BATCH_PATH, says([row(5, tldr=summary, title="ON WALRUSES")]))
    assert fetch_citations(http, NOON) == FetchReport(papers=1, signals=1)
    assert reads(paper) == [5]
    assert RawRecord.objects.get().payload["tldr"] == summary
    paper.refresh_from_db()
    assert paper.title == "On walruses"


def test_it_asks_about_real_papers_of_the_last_half_year(server: StandIn, http: Http) -> None:
    make_paper(arxiv_id="2503.00001")
    make_paper(arxiv_id="2409.00002", listed_on=DAY - timedelta(days=180))
    make_paper(arxiv_id="2503.00003", is_sample=True)
    make_paper(arxiv_id=None)
    server.plays(BATCH_PATH, says([row()]))
    fetch_citations(http, NOON)
    assert ids(server) == [["ARXIV:2503.00001"]]


def test_nobody_to_ask_about_is_no_question(server: StandIn, http: Http) -> None:
    assert fetch_citations(http, NOON) == FetchReport()
    assert server.asked == []


def test_unknown_papers_are_no_trouble(server: StandIn, http: Http) -> None:
    known, unknown = make_paper(arxiv_id="2503.00001"), make_paper(arxiv_id="2503.00002")
    server.plays(BATCH_PATH, says([row(3), None]))
    assert fetch_citations(http, NOON) == FetchReport(papers=1, signals=1, unknown=1)
    assert (reads(known), reads(unknown)) == ([3], [])


def test_a_batch_in_which_all_are_unknown_is_no_trouble(server: StandIn, http: Http) -> None:
    make_paper()
    server.plays(BATCH_PATH, says({"error": "No valid paper ids given"}, 400))
    assert fetch_citations(http, NOON) == FetchReport(unknown=1)


def test_many_are_asked_for_in_batches_a_second_apart(
    server: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(semantic_scholar, "BATCH", 2)
    for number in range(5):
        make_paper(arxiv_id=f"2503.0000{number}")
    server.plays(BATCH_PATH, says([row()] * 2), says([row()] * 2), says([row()]))
    time = FakeTime()
    with connect(Limits(), time.clock) as http:
        assert fetch_citations(http, NOON) == FetchReport(papers=5, signals=5)
    assert [len(batch) for batch in ids(server)] == [2, 2, 1]
    assert time.slept == pytest.approx([1.1, 1.1])


def test_those_read_longest_ago_come_first(server: StandIn, http: Http) -> None:
    for identity in ("2503.00001", "2503.00002"):
        make_paper(arxiv_id=identity)
    server.plays(BATCH_PATH, says([row(), None]), says([row(), row()]))
    fetch_citations(http, NOON)
    fetch_citations(http, NOON + timedelta(days=1))
    assert ids(server) == [
        ["ARXIV:2503.00001", "ARXIV:2503.00002"],
        ["ARXIV:2503.00002", "ARXIV:2503.00001"],
    ]


def test_too_many_for_one_night_take_turns(
    server: StandIn, http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(semantic_scholar, "_MAX_PAPERS", 2)
    for number in range(6):
        make_paper(arxiv_id=f"2503.0000{number}")
    server.plays(BATCH_PATH, says([None, None]))
    for night in range(3):
        fetch_citations(http, NOON + timedelta(days=night))
    asked = [identity for batch in ids(server) for identity in batch]
    assert sorted(asked) == [f"ARXIV:2503.0000{number}" for number in range(6)]


def test_an_anonymous_429_ends_the_night_and_keeps_what_came(
    server: StandIn, http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(semantic_scholar, "BATCH", 1)
    papers = [make_paper(), make_paper(), make_paper(), make_paper()]
    server.plays(BATCH_PATH, says([row()]), says({"message": "Too Many Requests."}, 429))
    report = fetch_citations(http, NOON)
    assert (report.papers, sum(map(len, map(reads, papers)))) == (1, 1)
    assert report.error
    assert not report.error.permanent
    assert "429, too many requests: Too Many Requests." in report.error.reason
