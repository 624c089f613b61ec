"""The papers of a list page, and its links."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from papers.models import Topic
from papers.pages.lists import PAGE_SIZE, ListAddress, ListPage, list_page, nearest
from papers.pages.paging import NoSuchPage
from papers.queries import Neighbours
from papers.windows import Window
from tests.factories import make_paper, make_paper_topic, make_signal, make_topic

FRIDAY = date(2025, 3, 14)
SATURDAY, SUNDAY, MONDAY = (FRIDAY + timedelta(days=days) for days in (1, 2, 3))
LONG_AGO = date(2024, 1, 10)


def at(day: date) -> datetime:
    return datetime.combine(day, time(8), tzinfo=UTC)


def page_of(window: Window, day: date | None, *, now: datetime, **values: Any) -> ListPage:
    return list_page(ListAddress(window, day, **values), now=now)


@pytest.fixture
def friday_paper(db: None) -> None:
    make_paper(listed_on=FRIDAY)


@pytest.mark.parametrize(
    ("earlier", "later", "chosen"),
    [
        (FRIDAY, MONDAY, FRIDAY),
        (LONG_AGO, MONDAY, MONDAY),
        (None, MONDAY, MONDAY),
        (FRIDAY, None, FRIDAY),
        (None, None, None),
    ],
)
def test_the_nearest_day_is_the_closer_one(
    earlier: date | None, later: date | None, chosen: date | None
) -> None:
    assert nearest(SATURDAY, Neighbours(earlier, later)) == chosen


def test_the_earlier_of_two_equally_close_days_is_nearest() -> None:
    assert nearest(SUNDAY, Neighbours(SATURDAY, MONDAY)) == SATURDAY


@pytest.mark.usefixtures("friday_paper")
def test_a_list_links_to_the_days_around_it() -> None:
    make_paper(listed_on=MONDAY)
    make_paper(listed_on=LONG_AGO)
    page = page_of("day", FRIDAY, now=at(MONDAY))
    assert page.earlier_url == "/day/2024-01-10/"
    assert page.later_url == "/day/2025-03-17/"


@pytest.mark.usefixtures("friday_paper")
def test_a_list_never_leads_past_today() -> None:
    make_paper(listed_on=MONDAY)
    assert page_of("day", FRIDAY, now=at(SATURDAY)).later_url == ""


@pytest.mark.usefixtures("friday_paper")
def test_a_dated_list_keeps_its_day_in_all_its_links() -> None:
    topic = make_topic("Origami")
    page = page_of("week", FRIDAY, now=at(MONDAY), topic=topic)
    urls = [page.all_topics_url, *(tab.url for tab in page.tabs), *(one.url for one in page.topics)]
    assert all("2025-03-14" in url for url in urls)


@pytest.mark.usefixtures("friday_paper")
def test_the_newest_list_links_to_newest_lists() -> None:
    page = page_of("week", None, now=at(MONDAY))
    assert [tab.url for tab in page.tabs] == ["/day/", "/", "/month/"]
    assert not any("2025" in link.url for link in page.topics)


@pytest.mark.django_db
def test_topics_count_the_papers_of_the_window() -> None:
    topic = make_topic("Origami")
    for day in (FRIDAY, FRIDAY, LONG_AGO):
        make_paper_topic(make_paper(listed_on=day), topic)
    page = page_of("week", FRIDAY, now=at(MONDAY))
    assert [link.papers for link in page.topics if link.topic == topic] == [2]


@pytest.fixture
def two_pages(db: None) -> Topic:
    """One paper more than a page of a topic, and one without it; returns the topic."""
    topic = make_topic("Origami", slug="origami")
    for _ in range(PAGE_SIZE + 1):
        make_paper_topic(make_paper(listed_on=FRIDAY), topic)
    make_paper(listed_on=FRIDAY)
    return topic


def test_a_long_list_has_pages_and_the_total(two_pages: Topic) -> None:
    whole = page_of("day", FRIDAY, now=at(MONDAY))
    part = page_of("day", FRIDAY, now=at(MONDAY), topic=two_pages)
    assert (len(whole.papers), whole.total, whole.pages) == (PAGE_SIZE, PAGE_SIZE + 2, 2)
    assert (len(part.papers), part.total, part.pages) == (PAGE_SIZE, PAGE_SIZE + 1, 2)


@pytest.mark.usefixtures("two_pages")
def test_each_paper_is_on_one_page_with_its_place_in_the_whole_list() -> None:
    pages = [page_of("day", FRIDAY, now=at(MONDAY), number=number) for number in (1, 2)]
    ranked = [one for page in pages for one in page.papers]
    assert [one.position for one in ranked] == list(range(1, PAGE_SIZE + 3))
    assert len({one.paper.pk for one in ranked}) == PAGE_SIZE + 2


def test_pages_lead_to_each_other_in_their_list(two_pages: Topic) -> None:
    first = page_of("day", FRIDAY, now=at(MONDAY), topic=two_pages)
    last = page_of("day", FRIDAY, now=at(MONDAY), topic=two_pages, number=2)
    address = "/topics/origami/day/2025-03-14/"
    assert (first.previous_url, first.next_url) == ("", f"{address}?page=2")
    assert (last.previous_url, last.next_url) == (address, "")


@pytest.mark.usefixtures("two_pages")
def test_a_page_after_the_last_is_refused() -> None:
    with pytest.raises(NoSuchPage, match="This list has 2 pages"):
        page_of("day", FRIDAY, now=at(MONDAY), number=3)
    with pytest.raises(NoSuchPage, match="This list has 1 page"):
        page_of("day", SATURDAY, now=at(MONDAY), number=2)


def test_a_list_that_fills_its_page_has_one(db: None) -> None:
    for _ in range(PAGE_SIZE):
        make_paper(listed_on=FRIDAY)
    page = page_of("day", FRIDAY, now=at(MONDAY))
    assert (page.pages, page.next_url) == (1, "")


def test_all_links_of_a_compact_list_keep_its_view(two_pages: Topic) -> None:
    make_paper(listed_on=MONDAY)
    make_paper(listed_on=LONG_AGO)
    values: dict[str, Any] = {"topic": two_pages, "is_compact": True}
    page = page_of("day", FRIDAY, now=at(MONDAY), **values)
    last = page_of("day", FRIDAY, now=at(MONDAY), number=2, **values)
    urls = [
        *(tab.url for tab in page.tabs),
        *(link.url for link in page.topics),
        *(page.all_topics_url, page.front_url, page.next_url, last.previous_url),
    ]
    assert all("view=compact" in url for url in urls)
    assert page_of("day", FRIDAY, now=at(MONDAY), is_compact=True).later_url.endswith("=compact")


@pytest.mark.usefixtures("two_pages")
def test_the_other_view_is_of_the_same_page() -> None:
    comfortable = page_of("day", FRIDAY, now=at(MONDAY), number=2)
    compact = page_of("day", FRIDAY, now=at(MONDAY), number=2, is_compact=True)
    assert comfortable.view_url == "/day/2025-03-14/?page=2&view=compact"
    assert compact.view_url == "/day/2025-03-14/?page=2"


@pytest.mark.usefixtures("two_pages")
def test_both_views_have_one_canonical_address(settings: Settings) -> None:
    settings.SITE_URL = "https://papers.example.org"
    found = {
        page_of("week", None, now=at(MONDAY), number=2, is_compact=compact).canonical_url
        for compact in (True, False)
    }
    assert found == {"https://papers.example.org/?page=2"}


@pytest.mark.usefixtures("friday_paper")
def test_only_the_first_page_of_a_comfortable_list_has_a_lead() -> None:
    page = page_of("day", FRIDAY, now=at(MONDAY))
    assert page.lead is page.papers[0]
    assert page_of("day", FRIDAY, now=at(MONDAY), is_compact=True).lead is None
    assert page_of("day", SATURDAY, now=at(MONDAY)).lead is None


@pytest.mark.usefixtures("two_pages")
def test_a_later_page_has_no_lead() -> None:
    assert page_of("day", FRIDAY, now=at(MONDAY), number=2).lead is None


@pytest.mark.django_db
def test_an_empty_list_says_why() -> None:
    topic = make_topic("Origami")
    assert page_of("day", FRIDAY, now=at(MONDAY)).why_empty.startswith("There are no papers yet.")
    make_paper(listed_on=LONG_AGO)
    assert page_of("day", MONDAY, now=at(MONDAY)).why_empty.startswith("No paper is listed yet")
    over = page_of("week", FRIDAY, now=at(MONDAY), topic=topic)
    assert over.why_empty == "No paper was listed under Origami in the week to 14 March 2025."


@pytest.mark.django_db
def test_a_window_is_open_until_its_last_day_is_over() -> None:
    assert page_of("day", FRIDAY, now=at(FRIDAY)).is_open
    assert not page_of("day", FRIDAY, now=at(SATURDAY)).is_open


@pytest.mark.django_db
def test_figures_of_an_open_window_count_up_to_now() -> None:
    paper = make_paper(listed_on=SATURDAY)
    for hours, value in ((20, 10), (40, 30), (47, 50)):
        read_at = at(SATURDAY) - timedelta(hours=8) + timedelta(hours=hours)
        make_signal(paper, value, read_at=read_at)
    noon_of_sunday = at(SUNDAY) + timedelta(hours=9)
    shown = page_of("week", SUNDAY, now=noon_of_sunday).papers[0]
    assert shown.facts["upvotes"] == 30
    assert shown.facts["upvotes_gain"] == 30
    assert page_of("week", SUNDAY, now=at(MONDAY)).papers[0].facts["upvotes"] == 50
