"""Lookups of DOIs, and of the works of ORCID iDs and arXiv authors."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from fakes.arxiv import entry
from fakes.orcid import record, work
from fakes.web_service import FakeResponse, FakeService, json_response
from papers.models import Paper
from tests.factories import NOON, make_paper
from tests.subscribers.seeds.lookups import (
    BATCH,
    ORCID,
    QUERY,
    WORKS,
    ask,
    liked,
    run,
    states,
    xml,
)

pytestmark = pytest.mark.django_db


# ── DOIs ─────────────────────────────────────────────────────────────────────


def row(title: str | None = "On tea", **values: Any) -> dict[str, Any]:
    return {"paperId": "x", "title": title, "externalIds": {"DOI": "10.1000/x"}} | values


def test_a_published_paper_is_stored_by_its_title_and_unlisted(source: FakeService) -> None:
    found = row(
        abstract="We brew it.", authors=[{"name": "Ada Byron"}], publicationDate="2020-02-29"
    )
    source.respond(BATCH, json_response([found]))
    ada = ask("10.1000/x")
    run()
    paper = Paper.objects.get()
    assert (paper.title, paper.summary, paper.authors) == ("On tea", "We brew it.", ["Ada Byron"])
    assert (paper.is_unlisted, str(paper.published_on)) == (True, "2020-02-29")
    assert liked(ada) == ["On tea"]
    assert source.requests[0].json == {"ids": ["DOI:10.1000/x"]}


def test_a_published_paper_that_is_at_arxiv_is_fetched_there(source: FakeService) -> None:
    source.respond(BATCH, json_response([row(externalIds={"ArXiv": "1706.03762"})]))
    source.respond(QUERY, xml(entry("1706.03762", title="Attention")))
    ada = ask("10.1000/x")
    run()
    assert liked(ada) == ["Attention"]
    assert states(ada) == {"1706.03762": ("found", "")}


def test_a_doi_of_a_listed_paper_leaves_it_listed(source: FakeService) -> None:
    paper = make_paper("On tea", title_key="on tea", arxiv_id=None)
    ada = ask("10.1000/x")
    source.respond(BATCH, json_response([row()]))
    run()
    paper.refresh_from_db()
    assert not paper.is_unlisted
    assert liked(ada) == ["On tea"]


@pytest.mark.parametrize("rows", [[None], [{"title": None}], [{"title": "…"}], [7]])
def test_a_doi_without_a_described_paper_has_failed(source: FakeService, rows: Any) -> None:
    source.respond(BATCH, json_response(rows))
    ada = ask("10.1000/x")
    run()
    assert states(ada) == {"10.1000/x": ("failed", "unknown")}


def test_when_no_doi_is_known_all_have_failed(source: FakeService) -> None:
    source.respond(BATCH, json_response({"error": "No valid paper ids given"}, 400))
    ada = ask("10.1000/x 10.1000/y")
    run()
    assert set(states(ada).values()) == {("failed", "unknown")}


def test_a_refusal_of_too_many_requests_puts_dois_off(source: FakeService) -> None:
    source.respond(BATCH, json_response({"message": "Too Many Requests"}, 429, retry_after="600"))
    ada = ask("10.1000/x")
    run()
    request = ada.seed_requests.get()
    assert request.state == "waiting"
    assert request.next_attempt_at >= NOON + timedelta(seconds=600)


# ── lists ────────────────────────────────────────────────────────────────────


def test_the_works_of_an_orcid_id_become_seeds(source: FakeService) -> None:
    make_paper("Here", arxiv_id="2001.00001")
    source.respond(
        WORKS,
        json_response(
            record(
                work(("arxiv", "2001.00001")),
                work(("doi", "10.48550/arXiv.1706.03762"), ("doi", "10.5555/1.2")),
                work(("doi", "https://doi.org/10.1000/X")),
            )
        ),
    )
    source.respond(QUERY, xml(entry("1706.03762", title="Attention")))
    source.respond(BATCH, json_response([row()]))
    ada = ask(f"https://orcid.org/{ORCID}")
    run()
    assert liked(ada) == ["Attention", "Here", "On tea"]
    assert ada.seed_requests.get(kind="orcid").papers == 3


def test_the_page_of_an_arxiv_author_is_read(source: FakeService) -> None:
    source.respond("/a/warner_s_1.atom2", xml(entry("1706.03762"), entry("1810.04805")))
    source.respond(QUERY, xml(entry("1706.03762", title="A"), entry("1810.04805", title="B")))
    ada = ask("https://arxiv.org/a/warner_s_1")
    run()
    assert liked(ada) == ["A", "B"]
    assert states(ada)["warner_s_1"] == ("found", "")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [(json_response({}, 404), "unknown"), (json_response(record()), "empty")],
)
def test_a_list_without_papers_has_failed(
    source: FakeService, answer: FakeResponse, reason: str
) -> None:
    source.respond(WORKS, answer)
    ada = ask(ORCID)
    run()
    assert states(ada) == {ORCID: ("failed", reason)}


def test_an_author_whom_arxiv_does_not_know_has_failed(source: FakeService) -> None:
    source.respond("/a/warner_s_9.atom2", FakeResponse(404, body=b"<html>no</html>"))
    ada = ask("warner_s_9")
    run()
    assert states(ada) == {"warner_s_9": ("failed", "unknown")}


def test_a_record_of_a_thousand_works_gives_the_newest(
    source: FakeService, settings: Settings
) -> None:
    settings.SEEDS_PER_READER = 5
    ids = [f"{2001 + number % 12:04}.{number:05}" for number in range(1_000)]
    source.respond(WORKS, json_response(record(*(work(("arxiv", one)) for one in ids))))
    source.respond(QUERY, xml())
    ada = ask(ORCID)
    run()
    asked = ada.seed_requests.exclude(kind="orcid").values_list("identity", flat=True)
    assert {identity[:4] for identity in asked} == {"2012"}
    assert len(asked) == 5
