"""The papers of a request, their order, their values, and the number of queries."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from papers.api import selectors
from papers.api.date_range import Span
from papers.api.selectors import Page, daily_papers
from papers.models import SUBMITTER, Paper, RawRecord, Trend
from papers.search.results import search_papers
from tests.factories import DAY, NOON, make_paper, make_paper_topic, make_signal, make_topic
from tests.papers.api.payloads import make_row, take_in
from web.sql import execute

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 3, 20, 12, tzinfo=UTC)
WEEK = Span("week", date(2025, 3, 10), date(2025, 3, 16))


def select(span: Span | None = None, sort: selectors.Sort = "publishedAt", **values: Any) -> Page:
    defaults: dict[str, Any] = {"topic": None, "submitter": None, "page": 0, "size": 50, "now": NOW}
    return daily_papers(span, sort, **{**defaults, **values})


def titles(page: Page) -> list[str]:
    return [entry.paper.title for entry in page.entries]


def make_trend(paper: Paper, value: float, window: str = "week", day: date = DAY) -> Trend:
    return Trend.objects.create(
        paper=paper,
        window=window,
        day=day,
        value=value,
        components={},
        version="test",
        scored_at=NOON,
    )


# ── order ────────────────────────────────────────────────────────────────────


def test_the_newest_listing_comes_first() -> None:
    for title, ago in (("old", 2), ("first of today", 0), ("second of today", 0)):
        make_paper(title, listed_on=DAY - timedelta(days=ago))
    assert titles(select()) == ["first of today", "second of today", "old"]


def test_trending_uses_the_newest_scores_of_the_span() -> None:
    weak, strong = make_paper("weak"), make_paper("strong")
    for paper, then, now in ((weak, 9, 1), (strong, 2, 3)):
        make_trend(paper, then, day=DAY)
        make_trend(paper, now, day=date(2025, 3, 16))
    make_paper("not scored", listed_on=date(2025, 3, 16))
    assert titles(select(WEEK, "trending")) == ["strong", "weak", "not scored"]


def test_a_day_and_a_month_are_ranked_by_their_own_scores() -> None:
    one, two = make_paper("one"), make_paper("two")
    for window, first, second in (("day", 1, 2), ("month", 2, 1)):
        make_trend(one, first, window)
        make_trend(two, second, window)
    assert titles(select(Span("day", DAY, DAY), "trending")) == ["two", "one"]
    month = Span("month", date(2025, 3, 1), date(2025, 3, 31))
    assert titles(select(month, "trending")) == ["one", "two"]


def test_a_week_without_scores_shows_its_newest_first() -> None:
    make_paper("monday", listed_on=date(2025, 3, 10))
    make_paper("friday")
    assert titles(select(WEEK, "trending")) == ["friday", "monday"]


def test_trending_without_a_span_is_the_newest_scored_week() -> None:
    make_trend(make_paper("weak"), 1)
    make_trend(make_paper("strong"), 2)
    make_trend(make_paper("last month's"), 9, day=date(2025, 2, 14))
    make_paper("not scored")
    assert titles(select(sort="trending")) == ["strong", "weak"]


def test_scores_of_future_days_do_not_count() -> None:
    make_trend(make_paper("now"), 1)
    make_trend(make_paper("later"), 2, day=NOW.date() + timedelta(days=1))
    assert titles(select(sort="trending")) == ["now"]


# ── filters ──────────────────────────────────────────────────────────────────


def test_a_span_includes_its_first_and_its_last_day() -> None:
    for day in (9, 10, 16, 17):
        make_paper(str(day), listed_on=date(2025, 3, day))
    assert titles(select(WEEK)) == ["16", "10"]


def test_a_withdrawn_paper_is_in_no_list() -> None:
    make_paper("gone", is_withdrawn=True)
    assert titles(select()) == titles(selectors.newest_papers(50, NOW)) == []


def test_only_an_active_topic_has_papers() -> None:
    shown, hidden = make_topic("Tea"), make_topic("Ale", is_active=False)
    paper = make_paper("tea")
    make_paper("coffee")
    make_paper_topic(paper, shown)
    make_paper_topic(paper, hidden)
    assert titles(select(topic=shown.slug)) == ["tea"]
    assert titles(select(topic=hidden.slug)) == []


def test_a_submitter_is_found_in_rows_and_in_single_papers() -> None:
    take_in(make_row())
    alone = make_row("2503.00002", title="Coffee")
    take_in({"paper": alone["paper"]})
    assert titles(select(submitter="grace")) == ["Tea leaves as a language model", "Coffee"]
    assert titles(select(submitter="Grace")) == []


def test_a_submitter_is_found_by_the_index() -> None:
    execute("SET LOCAL enable_seqscan = off")
    records = RawRecord.objects.filter(source="hugging_face").alias(submitter=SUBMITTER)
    assert "raw_record_submitter" in records.filter(submitter="grace").explain()


def test_a_page_has_more_if_there_is_another() -> None:
    for _ in range(3):
        make_paper()
    assert [select(size=2, page=page).has_more for page in range(3)] == [True, False, False]
    assert not select(size=3).has_more


# ── entries ──────────────────────────────────────────────────────────────────


def test_counts_are_the_newest_of_the_highest_source() -> None:
    paper = make_paper()
    make_signal(paper, 5, kind="stars", source="hugging_face", read_at=NOON)
    make_signal(paper, 7, kind="stars", source="github", read_at=NOON)
    make_signal(paper, 6, kind="stars", source="github", read_at=NOON + timedelta(hours=1))
    make_signal(paper, 99, kind="stars", source="github", read_at=NOW + timedelta(hours=1))
    make_signal(paper, 0, read_at=NOON)
    (entry,) = select().entries
    assert entry.counts == {"stars": 6, "upvotes": 0}


def test_an_entry_has_the_newest_payload_of_hugging_face() -> None:
    take_in(make_row(discussionId="a" * 24), day=DAY)
    take_in(make_row(discussionId="b" * 24), day=DAY + timedelta(days=1))
    RawRecord.objects.create(
        paper=Paper.objects.get(),
        source="arxiv",
        day=DAY + timedelta(days=2),
        payload_hash="x",
        payload={"discussionId": "c" * 24},
    )
    (entry,) = select().entries
    assert entry.payload is not None
    assert entry.payload["paper"]["discussionId"] == "b" * 24


def test_linked_objects_come_from_the_newest_payload_with_them() -> None:
    (paper,) = take_in({"paper": {**make_row()["paper"], "linkedModels": [{"id": "tea/leaf"}]}})
    take_in(make_row(upvotes=33), day=DAY + timedelta(days=1))
    payload = selectors.newest_links(paper.pk)
    assert payload["paper"]["linkedModels"] == [{"id": "tea/leaf"}]
    assert selectors.newest_links(make_paper().pk) is None


# ── queries ──────────────────────────────────────────────────────────────────


def make_many(number: int) -> None:
    take_in(*(make_row(f"2503.{n:05}", title=f"Tea number {n}") for n in range(1, number + 1)))
    topic = make_topic("Tea")
    for paper in Paper.objects.all():
        make_paper_topic(paper, topic)
        make_trend(paper, 1)


@pytest.mark.parametrize("number", [1, 3])
def test_a_page_takes_the_same_queries_for_any_number(
    number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_many(number)
    with django_assert_num_queries(4):
        assert len(select(WEEK, submitter="grace").entries) == number
    with django_assert_num_queries(5):
        assert len(select(WEEK, "trending").entries) == number


def test_one_paper_takes_four_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    make_many(2)
    with django_assert_num_queries(4):
        paper = selectors.paper_by_name("2503.00002")
        assert paper is not None
        assert selectors.entry_of(paper, NOW).counts["upvotes"] == 32


@pytest.mark.parametrize(
    "name", ["2503.00002v3", "arXiv:2503.00002 [cs.LG]", "(2503.00002)", "hf.co/papers/2503.00002"]
)
def test_a_paper_is_found_by_what_people_paste(name: str) -> None:
    make_many(2)
    paper = selectors.paper_by_name(name)
    assert paper is not None
    assert paper.arxiv_id == "2503.00002"
    assert selectors.paper_by_name("2503.00002 and 2503.00001") is None


def test_a_search_takes_one_query_more_than_the_search_itself(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make_many(3)
    search_papers("tea", now=NOW, size=50)  # what a search keeps for the next one is read now
    with CaptureQueriesContext(connection) as alone:
        search_papers("tea", now=NOW, size=50)
    with django_assert_num_queries(len(alone) + 1):
        assert len(selectors.matching_papers("tea", 50, NOW).entries) == 3


def test_an_empty_page_takes_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        assert select().entries == []
