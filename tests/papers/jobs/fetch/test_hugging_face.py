"""Hugging Face: the lists of days, and each hour the numbers of recent papers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from fakes.web_service import FakeResponse, FakeService, FakeTime, fake_service, json_response
from papers.jobs.fetch.hugging_face import fetch_day, fetch_signals
from papers.jobs.fetching import FetchReport
from papers.models import Paper, RawRecord, Signal
from papers.sources import SourceError
from papers.sources.http import Http, Limits
from papers.sources.hugging_face import connect
from tests.factories import DAY, NOON, make_paper, make_signal, make_topic
from tests.recordings import daily_response

pytestmark = pytest.mark.django_db
LISTS = "/api/daily_papers"
HOUR = timedelta(hours=1)
EMPTY = json_response([])


@pytest.fixture
def server(settings: Settings) -> Iterator[FakeService]:
    with fake_service() as server:
        settings.HUGGING_FACE_URL, settings.HUGGING_FACE_TOKEN = server.url, ""
        yield server


@pytest.fixture
def http(server: FakeService, time: FakeTime) -> Iterator[Http]:
    with connect(Limits(), time.clock) as http:
        yield http


def row(number: int = 1, *, comments: int | None = 2, **paper: Any) -> dict[str, Any]:
    inner = {"id": f"2503.{number:05}", "title": f"On walrus {number}", "upvotes": 3} | paper
    return {"paper": inner} | ({} if comments is None else {"numComments": comments})


def about(number: int = 1, **values: Any) -> dict[str, Any]:
    """One paper as the detail has it: flat, without comments, with counts of linked objects."""
    counts = {"numTotalModels": 4, "numTotalDatasets": 1, "numTotalSpaces": 2}
    return {**row(number)["paper"], **counts, **values}


def lists(server: FakeService, **by_day: list[dict[str, Any]]) -> None:
    """Today's list, then those of the days before; `d14=[...]` is 14 March's."""
    rows = [by_day.get(f"d{(DAY - timedelta(days=ago)).day}", []) for ago in range(14)]
    server.respond(LISTS, *map(json_response, rows))


def reads(identity: str, kind: str) -> list[float]:
    signals = Signal.objects.filter(paper__arxiv_id=identity, kind=kind, source="hugging_face")
    return list(signals.order_by("read_at").values_list("value", flat=True))


# ── one list ───────────────────────────────────────────────────────────────────


@pytest.mark.shared
@pytest.mark.parametrize(
    ("day", "rows"), [("2024-05-27", 13), ("2025-09-30", 50), ("2026-08-21", 17)]
)
def test_a_recorded_list_of_any_age_is_stored(
    server: FakeService, http: Http, shared: Path, day: str, rows: int
) -> None:
    server.respond(LISTS, daily_response(shared, day))
    listed_on = date.fromisoformat(day)
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    report = fetch_day(http, listed_on, now)
    assert (report.papers, report.new, report.error) == (rows, rows, None)
    assert set(Paper.objects.values_list("listed_on", flat=True)) == {listed_on}
    assert set(Signal.objects.values_list("read_at", flat=True)) == {now}
    assert server.requests[0].query == {"date": day, "limit": "100", "p": "0"}


def test_a_day_without_a_list_is_no_error(server: FakeService, http: Http) -> None:
    server.respond(LISTS, EMPTY)
    assert fetch_day(http, DAY, NOON) == FetchReport()


def test_a_list_that_is_not_open_yet_is_no_error(server: FakeService, http: Http) -> None:
    server.respond(LISTS, json_response({"error": "date is in the future"}, 400))
    assert fetch_day(http, DAY, NOON) == FetchReport()


def test_a_past_day_that_is_refused_is_an_error(server: FakeService, http: Http) -> None:
    server.respond(LISTS, json_response({"error": "bad date"}, 400))
    with pytest.raises(SourceError, match="refused the day 2025-03-13: bad date") as error:
        fetch_day(http, DAY - timedelta(days=1), NOON)
    assert error.value.permanent


@pytest.mark.parametrize("answer", [{"error": "no"}, {"papers": []}, "x", None])
def test_a_response_that_is_no_list_is_not_stored(
    server: FakeService, http: Http, answer: object
) -> None:
    server.respond(LISTS, json_response(answer))
    with pytest.raises(SourceError):
        fetch_day(http, DAY, NOON)
    assert not Paper.objects.exists()


def test_odd_rows_do_not_cost_the_day(server: FakeService, http: Http) -> None:
    odd = [
        row(2, authors=[{"name": None}, {"name": "Ada Lovelace"}]),
        row(3, id="not-arxiv"),
        row(4, title="🤖"),
        row(5, title="x" * 501),
        row(6, upvotes=-1),
        row(7, upvotes=12.0),
    ]
    good = [row(number) for number in range(8, 28)]
    server.respond(LISTS, json_response([*odd, *good]))
    report = fetch_day(http, DAY, NOON)
    assert (report.papers, report.left_out, report.fields_left_out) == (23, 3, 2)
    assert Paper.objects.get(arxiv_id="2503.00002").authors == ["Ada Lovelace"]
    assert [reads(f"2503.0000{number}", "upvotes") for number in (6, 7, 8)] == [[], [12], [3]]


def test_a_list_of_which_most_rows_are_odd_is_not_stored(server: FakeService, http: Http) -> None:
    server.respond(LISTS, json_response([row(1), row(2, id="a"), row(3, id="b")]))
    with pytest.raises(SourceError, match=r"2 of 3 rows cannot be read: row 1: paper\.id is"):
        fetch_day(http, DAY, NOON)
    assert not Paper.objects.exists()


def test_a_paper_that_is_listed_twice_is_stored_once(server: FakeService, http: Http) -> None:
    server.respond(LISTS, json_response([row(1), row(1, upvotes=9), row(2)]))
    assert fetch_day(http, DAY, NOON).papers == 2
    assert reads("2503.00001", "upvotes") == [3]


def test_new_papers_get_their_topics(server: FakeService, http: Http) -> None:
    topic = make_topic("Walruses", query="walrus or walruses")
    server.respond(LISTS, json_response([row()]))
    fetch_day(http, DAY, NOON)
    assert [link.topic for link in Paper.objects.get().topic_links.all()] == [topic]


def test_missing_upvotes_are_zero(server: FakeService, http: Http) -> None:
    server.respond(LISTS, json_response([row(upvotes=None, comments=None)]))
    fetch_day(http, DAY, NOON)
    assert (reads("2503.00001", "upvotes"), reads("2503.00001", "comments")) == ([0], [])


def test_a_paper_twice_on_a_list_is_one_paper(server: FakeService, http: Http) -> None:
    server.respond(LISTS, json_response([row(upvotes=3), row(upvotes=4)]))
    assert fetch_day(http, DAY, NOON).papers == 1
    assert reads("2503.00001", "upvotes") == [3]


def test_a_withdrawn_paper_is_left_out(server: FakeService, http: Http) -> None:
    server.respond(LISTS, json_response([row(1, withdrawnAt="2025-03-14T10:00:00.000Z"), row(2)]))
    assert fetch_day(http, DAY, NOON).papers == 1
    assert Paper.objects.get().arxiv_id == "2503.00002"


def test_a_stored_paper_that_is_withdrawn_leaves_all_lists(server: FakeService, http: Http) -> None:
    paper = make_paper(arxiv_id="2503.00001", listed_on=DAY)
    gone = row(1, withdrawnAt="2025-03-13T10:00:00.000Z")
    server.respond(LISTS, json_response([gone]), json_response([row(1)]))
    fetch_day(http, DAY, NOON)
    paper.refresh_from_db()
    assert (paper.is_withdrawn, paper.withdrawn_on) == (True, date(2025, 3, 13))
    fetch_day(http, DAY, NOON + HOUR)
    assert list(Paper.listed.all()) == [paper]


def test_a_withdrawn_paper_on_no_list_is_requested_until_it_is_back(
    server: FakeService, http: Http
) -> None:
    paper = make_paper(arxiv_id="2503.00001", listed_on=DAY)
    make_signal(paper, 5, read_at=NOON - HOUR)
    server.respond(LISTS, EMPTY)
    gone = about(withdrawnAt="2025-03-13T10:00:00.000Z")
    server.respond("/api/papers/2503.00001", json_response(gone), json_response(about()))
    fetch_signals(http, NOON)
    assert not Paper.listed.exists()
    fetch_signals(http, NOON + HOUR)
    assert Paper.listed.get() == paper


def test_a_place_counts_only_while_the_list_is_open(server: FakeService, http: Http) -> None:
    server.respond(LISTS, json_response([row()]))
    fetch_day(http, DAY, NOON)
    fetch_day(http, DAY, NOON + timedelta(days=1))
    assert reads("2503.00001", "position") == [1]
    assert reads("2503.00001", "upvotes") == [3, 3]


def test_each_read_is_added_and_none_overwritten(server: FakeService, http: Http) -> None:
    server.respond(
        LISTS,
        json_response([row(upvotes=3)]),
        json_response([row(upvotes=8)]),
        json_response([row(upvotes=5)]),
    )
    for hour in range(3):
        fetch_day(http, DAY, NOON + hour * HOUR)
    assert reads("2503.00001", "upvotes") == [3, 8, 5]
    assert RawRecord.objects.count() == 3


# ── an hour ────────────────────────────────────────────────────────────────────


def test_the_lists_of_two_weeks_are_read_then_linked_objects(
    server: FakeService, http: Http
) -> None:
    lists(server, d14=[row(1)], d1=[row(2)])
    server.respond("/api/papers/2503.00001", json_response(about(1)))
    server.respond("/api/papers/2503.00002", json_response(about(2)))
    report = fetch_signals(http, NOON)
    assert (report.papers, report.new, report.error) == (2, 2, None)
    days = [request.query["date"] for request in server.requests if request.path == LISTS]
    assert (days[0], days[-1], len(days)) == ("2025-03-14", "2025-03-01", 14)
    for identity in ("2503.00001", "2503.00002"):
        assert [reads(identity, kind) for kind in ("upvotes", "comments", "artefacts")] == [
            [3], [2], [7],
        ]  # fmt: skip


def test_a_paper_on_no_list_any_more_is_read_alone(server: FakeService, http: Http) -> None:
    make_signal(make_paper(arxiv_id="2503.00009"), 1, read_at=NOON - HOUR)
    lists(server)
    server.respond("/api/papers/2503.00009", json_response(about(9, upvotes=11)))
    fetch_signals(http, NOON)
    assert (reads("2503.00009", "upvotes"), reads("2503.00009", "artefacts")) == ([1, 11], [7])


def test_only_papers_known_to_hugging_face_are_requested(server: FakeService, http: Http) -> None:
    make_paper(arxiv_id="2503.00001")
    make_signal(make_paper(arxiv_id="2503.00002", is_sample=True))
    make_signal(make_paper(arxiv_id="2503.00003", listed_on=DAY - timedelta(days=14)))
    lists(server)
    fetch_signals(http, NOON)
    assert set(server.paths()) == {LISTS}


def test_linked_objects_are_counted_every_six_hours(server: FakeService, http: Http) -> None:
    server.respond("*", json_response(about()))
    for hour in range(8):
        lists(server, d14=[row()])
        fetch_signals(http, NOON + hour * HOUR)
    assert len(reads("2503.00001", "upvotes")) == 8
    assert server.paths().count("/api/papers/2503.00001") == 2


def test_an_unindexed_paper_is_not_requested_each_hour(server: FakeService, http: Http) -> None:
    make_signal(make_paper(arxiv_id="2503.00009"))
    server.respond("/api/papers/2503.00009", json_response({"error": "Paper not found"}, 404))
    for hour in range(2):
        lists(server)
        report = fetch_signals(http, NOON + hour * HOUR)
        assert (report.unknown, report.error) == (1 - hour, None)
    assert server.paths().count("/api/papers/2503.00009") == 1


def test_one_unreadable_list_does_not_lose_the_others(server: FakeService, http: Http) -> None:
    lists(server, d14=[row(1)], d13=[{"paper": {}}], d12=[row(2)])
    server.respond("*", FakeResponse(404))
    report = fetch_signals(http, NOON)
    assert report.new == 2
    assert report.error
    assert report.error.reason == "left out: row 0: paper.id is missing"


def test_lists_read_before_the_quota_ran_out_are_kept(server: FakeService, http: Http) -> None:
    spent = {"ratelimit": '"api";r=0;t=240', "ratelimit_policy": '"api";q=500;w=300'}
    server.respond(LISTS, json_response([row(1)]), json_response([row(2)], 200, **spent))
    report = fetch_signals(http, NOON)
    assert report.new == 2
    assert report.error
    assert (report.error.permanent, report.error.retry_after) == (False, 240.0)
    assert len(server.requests) == 2


def test_a_run_ends_after_three_failed_lists(server: FakeService, http: Http) -> None:
    server.respond("*", json_response({"error": "oh"}, 503))
    with pytest.raises(SourceError, match="503: oh") as error:
        fetch_signals(http, NOON)
    assert not error.value.permanent
    assert len(server.requests) == 3 * 4
