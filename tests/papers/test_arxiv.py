"""arXiv, asked as it wishes to be asked, and what becomes of its answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from papers.jobs.fetch.arxiv import fetch_announcements, fetch_batch, fetch_papers, lacking_metadata
from papers.jobs.fetching import FetchReport
from papers.models import Paper, RawRecord
from papers.queries import listed_in
from papers.sources import SourceError
from papers.sources.arxiv import (
    connect,
    connect_feeds,
    papers_by_id,
    refused_id,
    wrong_address,
)
from papers.sources.http import Limits
from tests.factories import DAY, make_paper, make_topic
from tests.papers.arxiv_site import ATOM, entry, feed, refusal
from tests.papers.test_arxiv_xml import FOREIGN, LAUGHS
from tests.stand_in import (
    BOMB,
    DRIP,
    ELSEWHERE,
    ENDLESS,
    HUGE,
    PAGE,
    SILENCE,
    FakeTime,
    Play,
    StandIn,
    says,
    stand_in,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 3, 14, 12, tzinfo=UTC)  # a Friday
LIMITS = Limits(answer=30, attempts=2)
QUERY = "/api/query"
FEED = "/atom/cs.LG+stat.ML"


@pytest.fixture
def arxiv(settings: Any) -> Iterator[StandIn]:
    with stand_in() as server:
        settings.ARXIV_URL = settings.ARXIV_FEED_URL = server.url
        settings.ARXIV_REST_SECONDS = 0.001
        settings.ARXIV_CATEGORIES = ["cs.LG", "stat.ML"]
        yield server


def xml(*entries: str, **values: Any) -> Play:
    return Play(body=feed(*entries), **values)


def announcement(identity: str, kind: str = "new", day: str = "2025-03-14") -> str:
    return (
        f"<entry><id>oai:arXiv.org:{identity}v1</id><title>On {identity}</title>"
        f"<summary>arXiv:{identity}v1 Announce Type: {kind}\nAbstract: We study it.</summary>"
        f'<category term="cs.LG"/><published>{day}T00:00:00-04:00</published>'
        f"<arxiv:announce_type>{kind}</arxiv:announce_type>"
        '<dc:creator xmlns:dc="http://purl.org/dc/elements/1.1/">Ada Lovelace</dc:creator></entry>'
    )


def ask(
    *ids: str, now: datetime = NOW, time: FakeTime | None = None, limits: Limits = LIMITS
) -> FetchReport:
    with connect(limits, (time or FakeTime()).clock) as http:
        return fetch_batch(http, ids, now)


def look_at_feed(now: datetime = NOW) -> FetchReport:
    with connect_feeds(LIMITS, FakeTime().clock) as http:
        return fetch_announcements(http, now)


def ids_waiting(now: datetime) -> list[str | None]:
    return list(lacking_metadata(now).values_list("arxiv_id", flat=True))


def lacking(identity: str, **values: Any) -> Paper:
    return make_paper(arxiv_id=identity, **values)


# ── papers by id ─────────────────────────────────────────────────────────────


def test_a_paper_learns_what_its_list_left_out(arxiv: StandIn) -> None:
    paper = lacking("2503.00001", listed_on=DAY)
    arxiv.plays(QUERY, xml(entry("2503.00001", comment="Code: github.com/ada/engine")))
    report = ask("2503.00001")
    paper.refresh_from_db()
    assert paper.categories == ["cs.LG", "stat.ML"]
    assert paper.authors == ["Ada Lovelace", "Alan Turing"]
    assert paper.published_on == date(2025, 3, 12)
    assert paper.code_url == "https://github.com/ada/engine"
    assert paper.listed_on == DAY
    assert report == FetchReport(papers=1)
    assert RawRecord.objects.get().payload["comment"] == "Code: github.com/ada/engine"


def test_its_topics_follow_from_its_new_categories(arxiv: StandIn) -> None:
    topic = make_topic("Learning", categories=["stat.ML"])
    paper = lacking("2503.00001")
    arxiv.plays(QUERY, xml(entry("2503.00001")))
    ask("2503.00001")
    assert topic in paper.topics.all()


def test_a_link_found_in_prose_does_not_replace_one_that_a_source_named(arxiv: StandIn) -> None:
    paper = lacking("2503.00001", code_url="https://github.com/ada/named")
    arxiv.plays(QUERY, xml(entry("2503.00001", comment="Code: github.com/ada/guessed")))
    ask("2503.00001")
    paper.refresh_from_db()
    assert paper.code_url == "https://github.com/ada/named"


def test_one_question_asks_for_all_ids_and_closes_its_connection(arxiv: StandIn) -> None:
    arxiv.plays(QUERY, xml())
    ask("2503.00001", "2503.00002")
    (asked,) = arxiv.asked
    assert asked.query == {"id_list": "2503.00001,2503.00002", "max_results": "2"}
    assert asked.headers["connection"] == "close"
    assert "TrendingPapers" in asked.headers["user-agent"]


def test_many_papers_are_asked_for_a_hundred_at_a_time(arxiv: StandIn) -> None:
    arxiv.plays(QUERY, xml())
    ids = [f"2503.{number:05}" for number in range(250)]
    with connect(LIMITS, FakeTime().clock) as http:
        report = fetch_papers(http, ids, NOW)
    assert [asked.query["max_results"] for asked in arxiv.asked] == ["100", "100", "50"]
    assert report.unknown == 250


def test_what_came_before_a_failure_is_kept(arxiv: StandIn) -> None:
    arxiv.plays(QUERY, xml(entry("2503.00000")), says({}, 500))
    ids = [f"2503.{number:05}" for number in range(150)]
    with connect(LIMITS, FakeTime().clock) as http:
        report = fetch_papers(http, ids, NOW)
    assert report.papers == 1
    assert "answered 500" in str(report.error)


@pytest.mark.parametrize("count", [0, 101])
def test_more_than_a_hundred_ids_or_none_are_a_mistake(arxiv: StandIn, count: int) -> None:
    with connect(LIMITS) as http, pytest.raises(ValueError, match="between 1 and 100"):
        papers_by_id(http, ["2503.00001"] * count)


def test_the_same_answer_again_changes_nothing(arxiv: StandIn) -> None:
    arxiv.plays(QUERY, xml(entry("2503.00001")))
    assert ask("2503.00001").new == 1
    before = Paper.objects.get()
    assert ask("2503.00001", now=NOW + timedelta(hours=1)) == FetchReport(papers=1)
    assert Paper.objects.get().updated_at == before.updated_at
    assert RawRecord.objects.count() == 1


def test_a_paper_that_nobody_named_counts_as_listed_when_it_was_published(arxiv: StandIn) -> None:
    arxiv.plays(QUERY, xml(entry("2503.00001")))
    ask("2503.00001")
    assert Paper.objects.get().listed_on == date(2025, 3, 12)


def test_a_withdrawn_paper_leaves_all_lists(arxiv: StandIn) -> None:
    paper = lacking("2503.00001", listed_on=DAY)
    other = make_paper(listed_on=DAY)
    comment = "This paper has been withdrawn by the authors"
    arxiv.plays(QUERY, xml(entry("2503.00001", comment=comment)))
    ask("2503.00001")
    paper.refresh_from_db()
    assert paper.is_withdrawn
    assert paper.categories == []
    assert list(listed_in("day", DAY)) == [other]
    assert ids_waiting(NOW + timedelta(days=2)) == [other.arxiv_id]


def test_a_refused_id_costs_the_others_nothing(arxiv: StandIn) -> None:
    for identity in ("2503.00001", "2503.00002"):
        lacking(identity)
    no = Play(400, body=refusal("incorrect id format for 2503.00002"))
    arxiv.plays(QUERY, no, xml(entry("2503.00001")))
    report = ask("2503.00001", "2503.00002")
    assert report == FetchReport(papers=1, unknown=1)
    assert arxiv.asked[1].query["id_list"] == "2503.00001"
    assert Paper.objects.filter(arxiv_asked_at=NOW).count() == 2


def test_if_every_id_is_refused_nothing_is_left_to_ask(arxiv: StandIn) -> None:
    arxiv.plays(QUERY, Play(400, body=refusal("incorrect id format for 2503.00002")))
    assert ask("2503.00002") == FetchReport(unknown=1)


def test_only_a_permanent_error_that_ends_in_an_id_refuses_it() -> None:
    ids = ["2503.00001", "2503.00002"]
    said = "arXiv answered with an error: incorrect id format for 2503.00002"
    assert refused_id(SourceError(said), ids) == "2503.00002"
    assert refused_id(SourceError(said, permanent=False), ids) is None
    assert refused_id(SourceError("arXiv answered with an error: no"), ids) is None


def test_any_other_error_of_arxiv_lets_these_papers_wait_their_day(arxiv: StandIn) -> None:
    lacking("2503.00001")
    arxiv.plays(QUERY, Play(400, body=refusal("start must be an integer")))
    with pytest.raises(SourceError, match="start must be an integer") as error:
        ask("2503.00001")
    assert error.value.permanent
    assert ids_waiting(NOW) == []


# ── which papers ─────────────────────────────────────────────────────────────


def test_papers_that_lack_something_are_asked_about_newest_first() -> None:
    lacking("2503.00001", listed_on=DAY - timedelta(days=1))
    lacking("2503.00002", listed_on=DAY)
    lacking("2503.00003", listed_on=DAY, categories=["cs.LG"])
    lacking("2503.00004", listed_on=DAY, categories=["cs.LG"], authors=["Ada Lovelace"])
    lacking("2503.00005", is_sample=True)
    make_paper(arxiv_id=None)
    assert ids_waiting(NOW) == ["2503.00002", "2503.00003", "2503.00001"]


@pytest.mark.parametrize(
    ("asked", "listed", "waits"),
    [
        (timedelta(hours=23), timedelta(0), False),
        (timedelta(hours=24), timedelta(0), True),
        (timedelta(days=2), timedelta(days=13), True),
        (timedelta(days=2), timedelta(days=15), False),
        (None, timedelta(days=900), True),
    ],
)
def test_a_paper_is_asked_about_again_each_day_for_two_weeks(
    asked: timedelta | None, listed: timedelta, waits: bool
) -> None:
    at = NOW - asked if asked else None
    lacking("2503.00001", listed_on=NOW.date() - listed, arxiv_asked_at=at)
    assert ids_waiting(NOW) == (["2503.00001"] if waits else [])


def test_a_paper_that_arxiv_does_not_know_yet_waits_until_tomorrow(arxiv: StandIn) -> None:
    lacking("2503.00001")
    arxiv.plays(QUERY, xml())
    assert ask("2503.00001") == FetchReport(unknown=1)
    assert ids_waiting(NOW + timedelta(hours=1)) == []
    assert ids_waiting(NOW + timedelta(days=1)) == ["2503.00001"]


# ── announcements ────────────────────────────────────────────────────────────


def test_what_is_announced_comes_in_with_its_day(arxiv: StandIn) -> None:
    arxiv.plays(FEED, xml(announcement("2503.00001"), announcement("2503.00002", "cross")))
    assert look_at_feed() == FetchReport(papers=2, new=2)
    assert set(Paper.objects.values_list("listed_on", flat=True)) == {DAY}
    assert Paper.objects.first().authors == ["Ada Lovelace"]  # type: ignore[union-attr]


def test_an_announcement_does_not_make_a_listed_paper_younger(arxiv: StandIn) -> None:
    paper = lacking("2503.00001", listed_on=DAY - timedelta(days=3))
    arxiv.plays(FEED, xml(announcement("2503.00001")))
    look_at_feed()
    paper.refresh_from_db()
    assert paper.listed_on == DAY - timedelta(days=3)


def test_a_new_version_teaches_of_known_papers_and_brings_no_others(arxiv: StandIn) -> None:
    paper = lacking("2503.00001")
    arxiv.plays(
        FEED,
        xml(announcement("2503.00001", "replace"), announcement("1503.00002", "replace-cross")),
    )
    assert look_at_feed() == FetchReport(papers=1)
    paper.refresh_from_db()
    assert paper.categories == ["cs.LG"]


def test_an_unchanged_feed_is_not_read_again(arxiv: StandIn) -> None:
    told = xml(announcement("2503.00001"), headers={"etag": '"march"'})
    arxiv.plays(FEED, told, Play(304))
    look_at_feed()
    assert look_at_feed() == FetchReport()
    assert [asked.headers.get("if-none-match") for asked in arxiv.asked] == [None, '"march"']


def test_a_feed_that_could_not_be_stored_is_read_again(
    arxiv: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> FetchReport:
        raise RuntimeError

    arxiv.plays(FEED, xml(announcement("2503.00001"), headers={"etag": '"march"'}))
    with monkeypatch.context() as patch:
        patch.setattr("papers.jobs.fetch.arxiv.ingest_and_classify", broken)
        with pytest.raises(RuntimeError):
            look_at_feed()
    assert look_at_feed().new == 1
    assert arxiv.asked[1].headers.get("if-none-match") is None


def test_a_holiday_without_announcements_is_a_usual_day(arxiv: StandIn) -> None:
    arxiv.plays(FEED, xml())
    assert look_at_feed() == FetchReport()


@pytest.mark.parametrize(
    ("now", "asks"),
    [
        ("2025-03-14T12:00+00:00", True),  # Friday
        ("2025-03-15T03:00+00:00", True),  # still Friday where arXiv is
        ("2025-03-15T12:00+00:00", False),
        ("2025-03-16T12:00+00:00", False),
        ("2025-03-17T03:00+00:00", False),  # still Sunday there
        ("2025-03-17T12:00+00:00", True),
    ],
)
def test_on_weekends_nobody_asks_for_announcements(arxiv: StandIn, now: str, asks: bool) -> None:
    arxiv.plays(FEED, xml())
    assert look_at_feed(datetime.fromisoformat(now)) == FetchReport()
    assert bool(arxiv.asked) is asks


# ── what goes wrong ──────────────────────────────────────────────────────────

MISBEHAVIOUR: dict[str, tuple[Play, bool, str]] = {
    "429": (says({}, 429), False, "429, too many requests"),
    "429 for long": (says({}, 429, retry_after="3600"), False, "429, too many requests"),
    "503 after midnight": (says({}, 503), False, "answered 503"),
    "500": (Play(500, body=b"<html><title>Oh</title></html>"), False, "answered 500: Oh"),
    "no answer": (SILENCE, False, "did not answer in time"),
    "slow drip": (DRIP, False, "did not finish its answer within 30 seconds"),
    "broken off": (xml(entry("2503.00001"), is_cut=True), False, "could not be read"),
    "truncated XML": (Play(body=feed(entry("2503.00001"))[:-30]), False, "cut off"),
    "an error page": (PAGE, False, "answered 502: Bad gateway"),
    "an error page as if fine": (PAGE.but(status=200), False, "a web page"),
    "a wrong encoding": (
        Play(body=f'<?xml version="1.0" encoding="utf-8"?><feed {ATOM}>'.encode() + b"\xff</feed>"),
        False,
        "not XML",
    ),
    "nothing": (Play(), False, "the answer is empty"),
    "JSON": (says([]), False, "not XML"),
    "300 MB": (HUGE, True, "more than 20 MB"),
    "an endless body": (ENDLESS, True, "more than 20 MB"),
    "a gzip bomb": (BOMB, True, "more than 20 MB"),
    "a redirect to a private address": (ELSEWHERE, True, "where we do not go"),
    "a billion laughs": (Play(body=LAUGHS), False, "a document type is not allowed"),
    "a foreign entity": (Play(body=FOREIGN), False, "a document type is not allowed"),
}


@pytest.mark.parametrize("way", MISBEHAVIOUR)
def test_a_run_ends_and_says_why(arxiv: StandIn, way: str) -> None:
    paper = lacking("2503.00001")
    play, permanent, words = MISBEHAVIOUR[way]
    arxiv.plays("*", play)
    time = FakeTime(step=1.0 if play is DRIP else 0.0)
    limits = replace(LIMITS, silence=0.05) if play is SILENCE else LIMITS
    with pytest.raises(SourceError, match=words) as error:
        ask("2503.00001", time=time, limits=limits)
    assert error.value.permanent is permanent
    assert "\n" not in error.value.reason
    paper.refresh_from_db()
    assert paper.categories == []
    assert not RawRecord.objects.exists()


@pytest.mark.parametrize("broken", ["503 after midnight", "truncated XML", "a web page"])
def test_what_passes_is_asked_for_again(arxiv: StandIn, broken: str) -> None:
    play = MISBEHAVIOUR.get(broken, MISBEHAVIOUR["an error page as if fine"])[0]
    arxiv.plays(QUERY, play, xml(entry("2503.00001")))
    assert ask("2503.00001").new == 1


# ── the guard ────────────────────────────────────────────────────────────────


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
def test_only_arxiv_is_asked_under_its_name_and_no_faster_than_it_wishes(
    url: str, rest: float, wrong: str
) -> None:
    found = wrong_address(url, rest)
    assert wrong in found
    assert "hunter2" not in found
    assert bool(found) is bool(wrong)


def test_nothing_goes_out_to_a_wrong_address(settings: Any) -> None:
    settings.ARXIV_URL = "https://papers.example.org"
    with pytest.raises(SourceError, match="no https address of arXiv"):
        connect()
