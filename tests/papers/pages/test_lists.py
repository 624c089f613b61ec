"""Which list is shown, and where its links lead."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from papers.list_urls import list_url
from papers.models import Topic
from papers.pages.lists import MAX_PAPERS, list_page, nearest
from papers.queries import Neighbours, latest_day
from papers.ranking.score import score
from tests.factories import make_paper, make_paper_topic, make_signal, make_topic

FRIDAY = date(2025, 3, 14)
SATURDAY, SUNDAY, MONDAY = (FRIDAY + timedelta(days=days) for days in (1, 2, 3))
LONG_AGO = date(2024, 1, 10)


def at(day: date) -> datetime:
    return datetime.combine(day, time(8), tzinfo=UTC)


@pytest.fixture
def friday_paper(db: None) -> None:
    make_paper(listed_on=FRIDAY)


def test_addresses_name_their_window_day_and_topic() -> None:
    topic = Topic(slug="agents")
    assert list_url("week", FRIDAY) == "/week/2025-03-14/"
    assert list_url("day", FRIDAY, topic) == "/topics/agents/day/2025-03-14/"


def test_the_newest_lists_have_addresses_that_stay() -> None:
    topic = Topic(slug="agents")
    assert [list_url(window, None) for window in ("day", "week", "month")] == [
        "/day/",
        "/",
        "/month/",
    ]
    assert list_url("week", None, topic) == "/topics/agents/"
    assert list_url("month", None, topic) == "/topics/agents/month/"


@pytest.mark.usefixtures("friday_paper")
def test_the_newest_day_skips_a_quiet_weekend() -> None:
    assert latest_day("day", MONDAY) == FRIDAY


@pytest.mark.usefixtures("friday_paper")
def test_the_newest_day_may_be_today() -> None:
    make_paper(listed_on=MONDAY)
    assert latest_day("day", MONDAY) == MONDAY


@pytest.mark.usefixtures("friday_paper")
def test_the_newest_week_ends_with_yesterday_until_today_is_scored() -> None:
    assert latest_day("week", MONDAY) == SUNDAY
    score("week", MONDAY, datetime(2025, 3, 17, 1, tzinfo=UTC))
    assert latest_day("week", MONDAY) == MONDAY


@pytest.mark.usefixtures("friday_paper")
def test_on_the_first_day_the_unscored_day_is_shown() -> None:
    assert latest_day("week", FRIDAY) == FRIDAY


@pytest.mark.usefixtures("friday_paper")
def test_an_old_archive_shows_its_newest_day() -> None:
    assert latest_day("week", date(2026, 1, 1)) == FRIDAY


@pytest.mark.django_db
def test_without_any_paper_today_is_shown() -> None:
    assert latest_day("week", MONDAY) == MONDAY


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


def test_of_two_days_as_close_the_earlier_is_the_nearest() -> None:
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
    links = [link.url for link in [*page.tabs, *page.topics]] + [page.all_topics_url]
    assert all("2025-03-14" in link for link in links)


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
def test_a_long_list_shows_its_strongest_and_says_how_many_there_are() -> None:
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
def test_figures_of_an_open_window_are_those_of_now() -> None:
    paper = make_paper(listed_on=SATURDAY)
    for hours, value in ((20, 10), (40, 30), (47, 50)):
        read_at = at(SATURDAY) - timedelta(hours=8) + timedelta(hours=hours)
        make_signal(paper, value, read_at=read_at)
    noon_of_sunday = at(SUNDAY) + timedelta(hours=9)
    shown = list_page("week", SUNDAY, now=noon_of_sunday).papers[0]
    assert shown.facts["upvotes"] == 30
    assert shown.facts["upvotes_gain"] == 30
    assert list_page("week", SUNDAY, now=at(MONDAY)).papers[0].facts["upvotes"] == 50
