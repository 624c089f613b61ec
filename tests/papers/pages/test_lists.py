"""The papers of a list page, and its links."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from papers.pages.lists import MAX_PAPERS, list_page, nearest
from papers.queries import Neighbours
from tests.factories import make_paper, make_paper_topic, make_signal, make_topic

FRIDAY = date(2025, 3, 14)
SATURDAY, SUNDAY, MONDAY = (FRIDAY + timedelta(days=days) for days in (1, 2, 3))
LONG_AGO = date(2024, 1, 10)


def at(day: date) -> datetime:
    return datetime.combine(day, time(8), tzinfo=UTC)


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
    page = list_page("day", FRIDAY, now=at(MONDAY))
    assert page.earlier_url == "/day/2024-01-10/"
    assert page.later_url == "/day/2025-03-17/"


@pytest.mark.usefixtures("friday_paper")
def test_a_list_never_leads_past_today() -> None:
    make_paper(listed_on=MONDAY)
    assert list_page("day", FRIDAY, now=at(SATURDAY)).later_url == ""


@pytest.mark.usefixtures("friday_paper")
def test_a_dated_list_keeps_its_day_in_all_its_links() -> None:
    topic = make_topic("Origami")
    page = list_page("week", FRIDAY, now=at(MONDAY), topic=topic)
    urls = [page.all_topics_url, *(tab.url for tab in page.tabs), *(one.url for one in page.topics)]
    assert all("2025-03-14" in url for url in urls)


@pytest.mark.usefixtures("friday_paper")
def test_the_newest_list_links_to_newest_lists() -> None:
    page = list_page("week", None, now=at(MONDAY))
    assert [tab.url for tab in page.tabs] == ["/day/", "/", "/month/"]
    assert not any("2025" in link.url for link in page.topics)


@pytest.mark.django_db
def test_topics_count_the_papers_of_the_window() -> None:
    topic = make_topic("Origami")
    for day in (FRIDAY, FRIDAY, LONG_AGO):
        make_paper_topic(make_paper(listed_on=day), topic)
    page = list_page("week", FRIDAY, now=at(MONDAY))
    assert [link.papers for link in page.topics if link.topic == topic] == [2]


@pytest.mark.django_db
def test_a_long_list_shows_its_strongest_papers_and_the_total() -> None:
    topic = make_topic("Origami")
    for _ in range(MAX_PAPERS + 1):
        make_paper_topic(make_paper(listed_on=FRIDAY), topic)
    make_paper(listed_on=FRIDAY)
    whole = list_page("day", FRIDAY, now=at(MONDAY))
    part = list_page("day", FRIDAY, now=at(MONDAY), topic=topic)
    assert (len(whole.papers), whole.total) == (MAX_PAPERS, MAX_PAPERS + 2)
    assert (len(part.papers), part.total) == (MAX_PAPERS, MAX_PAPERS + 1)


@pytest.mark.django_db
def test_a_window_is_open_until_its_last_day_is_over() -> None:
    assert list_page("day", FRIDAY, now=at(FRIDAY)).is_open
    assert not list_page("day", FRIDAY, now=at(SATURDAY)).is_open


@pytest.mark.django_db
def test_figures_of_an_open_window_count_up_to_now() -> None:
    paper = make_paper(listed_on=SATURDAY)
    for hours, value in ((20, 10), (40, 30), (47, 50)):
        read_at = at(SATURDAY) - timedelta(hours=8) + timedelta(hours=hours)
        make_signal(paper, value, read_at=read_at)
    noon_of_sunday = at(SUNDAY) + timedelta(hours=9)
    shown = list_page("week", SUNDAY, now=noon_of_sunday).papers[0]
    assert shown.facts["upvotes"] == 30
    assert shown.facts["upvotes_gain"] == 30
    assert list_page("week", SUNDAY, now=at(MONDAY)).papers[0].facts["upvotes"] == 50
