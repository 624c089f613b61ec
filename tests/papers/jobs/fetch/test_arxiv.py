"""arXiv: which papers are requested, and what is stored of the responses."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from fakes.arxiv import entry, feed, refusal
from fakes.web_service import FakeResponse, FakeService, FakeTime, json_response
from papers.jobs.fetch.arxiv import NamedIds, fetch_named, fetch_papers
from papers.jobs.fetching import FetchReport
from papers.models import Listing, Paper, RawRecord
from papers.ranking.window_papers import window_papers
from papers.sources import SourceError
from papers.sources.arxiv import connect
from tests.factories import DAY, make_paper, make_topic
from tests.papers.jobs.fetch.arxiv_requests import (
    LIMITS,
    NOW,
    QUERY,
    ask,
    ids_waiting,
    make_incomplete,
    xml,
)

pytestmark = pytest.mark.django_db


# ── papers by id ───────────────────────────────────────────────────────────────


def test_a_paper_gets_the_fields_that_its_list_left_out(arxiv: FakeService) -> None:
    paper = make_incomplete("2503.00001", listed_on=DAY)
    arxiv.respond(QUERY, xml(entry("2503.00001", comment="Code: github.com/ada/engine")))
    report = ask("2503.00001")
    paper.refresh_from_db()
    assert paper.categories == ["cs.LG", "stat.ML"]
    assert paper.authors == ["Ada Lovelace", "Alan Turing"]
    assert paper.published_on == date(2025, 3, 12)
    assert paper.code_url == "https://github.com/ada/engine"
    assert paper.listed_on == DAY
    assert report == FetchReport(papers=1)
    assert RawRecord.objects.get().payload["comment"] == "Code: github.com/ada/engine"


def test_its_topics_follow_from_its_new_categories(arxiv: FakeService) -> None:
    topic = make_topic("Learning", categories=["stat.ML"])
    paper = make_incomplete("2503.00001")
    arxiv.respond(QUERY, xml(entry("2503.00001")))
    ask("2503.00001")
    assert topic in paper.topics.all()


def test_a_link_in_prose_does_not_replace_a_known_one(arxiv: FakeService) -> None:
    paper = make_incomplete("2503.00001", code_url="https://github.com/ada/named")
    arxiv.respond(QUERY, xml(entry("2503.00001", comment="Code: github.com/ada/guessed")))
    ask("2503.00001")
    paper.refresh_from_db()
    assert paper.code_url == "https://github.com/ada/named"


def test_a_name_that_is_too_long_is_left_out_and_counted(arxiv: FakeService) -> None:
    arxiv.respond(QUERY, xml(entry("2503.00001", authors=("x" * 201, "Ada Lovelace"))))
    assert ask("2503.00001").fields_left_out == 1
    assert Paper.objects.get().authors == ["Ada Lovelace"]


def test_many_papers_are_requested_a_hundred_at_a_time(arxiv: FakeService) -> None:
    arxiv.respond(QUERY, xml())
    ids = [f"2503.{number:05}" for number in range(250)]
    with connect(LIMITS, FakeTime().clock) as http:
        report = fetch_papers(http, ids, NOW)
    assert [request.query["max_results"] for request in arxiv.requests] == ["100", "100", "50"]
    assert report.unknown == 250


def test_what_came_before_a_failure_is_kept(arxiv: FakeService) -> None:
    arxiv.respond(QUERY, xml(entry("2503.00000")), json_response({}, 500))
    ids = [f"2503.{number:05}" for number in range(150)]
    with connect(LIMITS, FakeTime().clock) as http:
        report = fetch_papers(http, ids, NOW)
    assert report.papers == 1
    assert "answered 500" in str(report.error)


def test_the_same_response_again_changes_nothing(arxiv: FakeService) -> None:
    arxiv.respond(QUERY, xml(entry("2503.00001")))
    assert ask("2503.00001").new == 1
    before = Paper.objects.get()
    assert ask("2503.00001", now=NOW + timedelta(hours=1)) == FetchReport(papers=1)
    assert Paper.objects.get().updated_at == before.updated_at
    assert RawRecord.objects.count() == 1


def test_an_unlisted_paper_counts_as_listed_on_its_publication_day(arxiv: FakeService) -> None:
    arxiv.respond(QUERY, xml(entry("2503.00001")))
    ask("2503.00001")
    assert Paper.objects.get().listed_on == date(2025, 3, 12)


def test_a_withdrawn_paper_leaves_all_lists(arxiv: FakeService) -> None:
    paper = make_incomplete("2503.00001", listed_on=DAY)
    other = make_paper(listed_on=DAY)
    comment = "This paper has been withdrawn by the authors"
    arxiv.respond(QUERY, xml(entry("2503.00001", comment=comment)))
    ask("2503.00001")
    paper.refresh_from_db()
    assert paper.is_withdrawn
    assert paper.categories == []
    assert list(window_papers("day", DAY)) == [other]
    assert (paper.withdrawn_on, paper.withdrawn_by) == (NOW.date(), "arxiv")
    assert ids_waiting(NOW + timedelta(days=2)) == [paper.arxiv_id, other.arxiv_id]
    assert ids_waiting(NOW + timedelta(days=15)) == [other.arxiv_id]


def test_a_withdrawal_is_dated_by_its_version(arxiv: FakeService) -> None:
    paper = make_incomplete("2503.00001", listed_on=DAY)
    gone = entry("2503.00001", version=2, updated="2025-03-11T09:00:00Z", comment="Withdrawn")
    arxiv.respond(QUERY, xml(gone))
    ask("2503.00001")
    paper.refresh_from_db()
    assert (paper.is_withdrawn, paper.withdrawn_on) == (True, date(2025, 3, 11))


def test_a_new_version_that_lives_brings_a_paper_back(arxiv: FakeService) -> None:
    paper = make_incomplete("2503.00001", listed_on=DAY)
    gone = entry("2503.00001", version=2, comment="Withdrawn")
    arxiv.respond(QUERY, xml(gone), xml(entry("2503.00001", version=3, comment="13 pages")))
    ask("2503.00001")
    assert not Paper.listed.exists()
    ask("2503.00001", now=NOW + timedelta(days=1))
    assert Paper.listed.get() == paper


def test_an_unknown_withdrawn_paper_is_not_added(arxiv: FakeService) -> None:
    arxiv.respond(QUERY, xml(entry("2503.00001", comment="Withdrawn")))
    assert ask("2503.00001") == FetchReport()
    assert not Paper.objects.exists()


# ── incomplete answers ─────────────────────────────────────────────────────────


def test_an_answer_without_its_entries_is_a_passing_failure(arxiv: FakeService) -> None:
    for number in range(1, 6):
        make_incomplete(f"2503.0000{number}")
    arxiv.respond(QUERY, FakeResponse(body=feed(total=5)))
    with pytest.raises(SourceError, match="5 papers were promised and none came") as error:
        ask(*map(str, ids_waiting(NOW)))
    assert not error.value.permanent
    assert len(ids_waiting(NOW)) == 5


def test_what_came_of_an_incomplete_answer_is_stored(arxiv: FakeService) -> None:
    for number in range(1, 4):
        make_incomplete(f"2503.0000{number}")
    arxiv.respond(QUERY, FakeResponse(body=feed(entry("2503.00002"), total=3)))
    report = ask("2503.00001", "2503.00002", "2503.00003")
    assert (report.papers, report.unknown) == (1, 0)
    assert report.error
    assert not report.error.permanent
    assert "left out 2 of the 3 papers" in str(report.error)
    assert ids_waiting(NOW) == ["2503.00001", "2503.00003"]


def test_an_incomplete_answer_ends_a_longer_request(arxiv: FakeService) -> None:
    arxiv.respond(QUERY, FakeResponse(body=feed(entry("2503.00000"), total=3)))
    with connect(LIMITS, FakeTime().clock) as http:
        report = fetch_papers(http, [f"2503.{number:05}" for number in range(150)], NOW)
    assert report.error
    assert len(arxiv.requests) == 1


def test_a_refused_id_does_not_lose_the_others(arxiv: FakeService) -> None:
    for identity in ("2503.00001", "2503.00002"):
        make_incomplete(identity)
    no = FakeResponse(400, body=refusal("incorrect id format for 2503.00002"))
    arxiv.respond(QUERY, no, xml(entry("2503.00001")))
    report = ask("2503.00001", "2503.00002")
    assert report == FetchReport(papers=1, unknown=1)
    assert arxiv.requests[1].query["id_list"] == "2503.00001"
    assert Paper.objects.filter(arxiv_asked_at=NOW).count() == 2


def test_a_batch_of_refused_ids_only_is_unknown(arxiv: FakeService) -> None:
    arxiv.respond(QUERY, FakeResponse(400, body=refusal("incorrect id format for 2503.00002")))
    assert ask("2503.00002") == FetchReport(unknown=1)


def test_after_another_error_these_papers_wait_a_day(arxiv: FakeService) -> None:
    make_incomplete("2503.00001")
    arxiv.respond(QUERY, FakeResponse(400, body=refusal("start must be an integer")))
    with pytest.raises(SourceError, match="start must be an integer") as error:
        ask("2503.00001")
    assert error.value.permanent
    assert ids_waiting(NOW) == []


# ── which papers ───────────────────────────────────────────────────────────────


def test_papers_are_requested_once_newest_first() -> None:
    make_incomplete("2503.00001", listed_on=DAY - timedelta(days=1))
    make_incomplete("2503.00002", listed_on=DAY)
    make_incomplete("2503.00003", listed_on=DAY, categories=["cs.LG"])
    make_incomplete("2503.00004", listed_on=DAY, categories=["cs.LG"], authors=["Ada Lovelace"])
    make_incomplete("2503.00005", is_sample=True)
    make_paper(arxiv_id=None)
    make_incomplete("2503.00006", listed_on=DAY, is_withdrawn=True)  # by an operator
    expected = ["2503.00002", "2503.00003", "2503.00004", "2503.00001"]
    assert ids_waiting(NOW) == expected


@pytest.mark.parametrize(
    ("before", "listed", "waits"),
    [
        (timedelta(hours=23), timedelta(0), False),
        (timedelta(hours=24), timedelta(0), True),
        (timedelta(days=2), timedelta(days=13), True),
        (timedelta(days=2), timedelta(days=15), False),
        (None, timedelta(days=900), True),
    ],
)
def test_a_paper_is_requested_each_day_for_two_weeks(
    before: timedelta | None, listed: timedelta, waits: bool
) -> None:
    at = NOW - before if before else None
    make_incomplete("2503.00001", listed_on=NOW.date() - listed, arxiv_asked_at=at)
    assert ids_waiting(NOW) == (["2503.00001"] if waits else [])


@pytest.mark.parametrize(("days", "waits"), [(13, True), (15, False)])
def test_a_paper_that_is_listed_again_is_requested_each_day_too(days: int, *, waits: bool) -> None:
    asked_at, day = NOW - timedelta(days=2), NOW.date() - timedelta(days=days)
    paper = make_incomplete("2503.00001", listed_on=NOW.date() - timedelta(days=40))
    Paper.objects.update(arxiv_asked_at=asked_at)
    Listing.objects.create(paper=paper, source="hugging_face", day=day, read_at=NOW)
    assert ids_waiting(NOW) == (["2503.00001"] if waits else [])


def test_an_unknown_paper_waits_until_tomorrow(arxiv: FakeService) -> None:
    make_incomplete("2503.00001")
    arxiv.respond(QUERY, xml())
    assert ask("2503.00001") == FetchReport(unknown=1)
    assert ids_waiting(NOW + timedelta(hours=1)) == []
    assert ids_waiting(NOW + timedelta(days=1)) == ["2503.00001"]


# ── papers that readers named ────────────────────────────────────────────────


def name(*ids: str) -> NamedIds:
    with connect(LIMITS, FakeTime().clock) as http:
        return fetch_named(http, ids, NOW)


def test_named_papers_are_stored_unlisted_and_not_requested_again(arxiv: FakeService) -> None:
    arxiv.respond(QUERY, xml(entry("2503.00001"), entry("2503.00002")))
    make_paper(arxiv_id="2503.00002")
    assert name("2503.00001", "2503.00002", "2503.00003") == NamedIds(
        unknown=frozenset({"2503.00003"})
    )
    unlisted = Paper.objects.filter(is_unlisted=True)
    assert [paper.arxiv_id for paper in unlisted] == ["2503.00001"]
    assert ids_waiting(NOW) == []


def test_after_an_incomplete_answer_no_named_paper_is_unknown(arxiv: FakeService) -> None:
    arxiv.respond(QUERY, FakeResponse(body=feed(entry("2503.00001"), total=2)))
    found = name("2503.00001", "2503.00002")
    assert found.unknown == frozenset()
    assert found.error
    assert not found.error.permanent
