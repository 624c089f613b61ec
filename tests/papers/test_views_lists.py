"""The lists of days, weeks, months and topics, and their links."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from tests.factories import make_paper, make_paper_topic, make_topic
from tests.papers.page_html import get_page, words

FRIDAY = date(2025, 3, 14)
MONDAY_MORNING = datetime(2025, 3, 17, 8, tzinfo=UTC)
LONG = "A sentence that says what was tried, how, and with which result on which data. " * 8


@pytest.fixture(autouse=True)
def _monday_morning() -> Any:
    with time_machine.travel(MONDAY_MORNING, tick=False):
        yield


@pytest.mark.django_db
def test_the_windows_link_to_each_other(client: Client) -> None:
    make_paper()
    tabs = get_page(client, "/week/2025-03-14/").select(".windows a[href^='/']")
    assert [(words(tab), tab["href"]) for tab in tabs] == [
        ("Day", "/day/2025-03-14/"),
        ("Week", "/week/2025-03-14/"),
        ("Month", "/month/2025-03-14/"),
    ]
    assert [words(tab) for tab in tabs if tab.get("aria-current")] == ["Week"]


@pytest.mark.django_db
@pytest.mark.parametrize("window", ["day", "week", "month"])
def test_every_window_has_a_newest_list(client: Client, window: str) -> None:
    make_paper("The newest")
    assert words(get_page(client, f"/{window}/").select_one(".title")) == "The newest"


@pytest.mark.django_db
def test_a_day_links_to_earlier_and_later_days(client: Client) -> None:
    make_paper()
    make_paper(listed_on=FRIDAY - timedelta(days=3))
    make_paper(listed_on=FRIDAY + timedelta(days=1))
    page = get_page(client, "/day/2025-03-14/")
    earlier, later = page.select_one("a[rel=prev]"), page.select_one("a[rel=next]")
    assert earlier is not None
    assert later is not None
    assert (earlier["href"], later["href"]) == ("/day/2025-03-11/", "/day/2025-03-15/")


@pytest.mark.django_db
def test_the_page_of_an_empty_day_links_to_the_nearest(client: Client) -> None:
    make_paper()
    page = get_page(client, "/day/2025-03-16/")
    assert "No paper was listed on Sunday, 16 March 2025." in words(page.select_one("main"))
    link = page.select_one(".blank a")
    assert link is not None
    assert link["href"] == "/day/2025-03-14/"


@pytest.mark.django_db
def test_an_empty_site_shows_that_no_source_was_read_yet(client: Client) -> None:
    assert "There are no papers yet." in words(get_page(client, "/").select_one("main"))


@pytest.mark.django_db
def test_an_empty_today_is_called_open(client: Client) -> None:
    make_paper()
    assert "the day is not over" in words(get_page(client, "/day/2025-03-17/").select_one("main"))


@pytest.mark.django_db
def test_a_topic_page_shows_only_its_papers(client: Client) -> None:
    topic = make_topic("Origami", slug="origami", description="Paper that folds.")
    make_paper_topic(make_paper("A crane"), topic)
    make_paper("Something else")
    page = get_page(client, "/topics/origami/")
    assert words(page.select_one("h1")) == "Origami"
    assert "Paper that folds." in words(page.select_one(".topic-head"))
    assert [words(title) for title in page.select(".title")] == ["A crane"]


@pytest.mark.django_db
def test_an_empty_week_of_a_topic_links_to_the_nearest(client: Client) -> None:
    topic = make_topic("Origami", slug="origami")
    make_paper()
    make_paper_topic(make_paper(listed_on=date(2025, 2, 3)), topic)
    page = get_page(client, "/topics/origami/week/2025-03-14/")
    assert "No paper was listed under Origami in the week to 14 March 2025." in words(
        page.select_one(".blank")
    )
    assert page.select_one(".blank a[href='/topics/origami/week/2025-02-03/']")
    assert page.select_one(".topic-head a[href='/week/2025-03-14/']")


@pytest.mark.django_db
def test_a_list_is_named_in_its_window(client: Client) -> None:
    make_topic("Origami", slug="origami")
    make_paper()
    assert words(get_page(client, "/day/2025-03-14/").title) == "Trending Papers, 14 March 2025"
    topic = get_page(client, "/topics/origami/month/2025-03-14/").select_one(
        ".windows [aria-current]"
    )
    assert words(topic) == "Month"
