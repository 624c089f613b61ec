"""The addresses of the lists of papers."""

from __future__ import annotations

from datetime import date

from papers.list_urls import list_url
from papers.models import Topic

FRIDAY = date(2025, 3, 14)


def test_an_address_has_its_window_day_and_topic() -> None:
    topic = Topic(slug="agents")
    assert list_url("week", FRIDAY) == "/week/2025-03-14/"
    assert list_url("day", FRIDAY, topic) == "/topics/agents/day/2025-03-14/"


def test_the_newest_list_has_an_address_without_a_day() -> None:
    topic = Topic(slug="agents")
    assert [list_url(window, None) for window in ("day", "week", "month")] == [
        "/day/",
        "/",
        "/month/",
    ]
    assert list_url("week", None, topic) == "/topics/agents/"
    assert list_url("month", None, topic) == "/topics/agents/month/"


def test_a_page_and_a_view_are_parameters_where_they_are_not_the_usual_ones() -> None:
    topic = Topic(slug="agents")
    assert list_url("week", None, number=1, compact=False) == "/"
    assert list_url("week", None, number=2) == "/?page=2"
    assert list_url("day", FRIDAY, compact=True) == "/day/2025-03-14/?view=compact"
    both = list_url("week", None, topic, number=3, compact=True)
    assert both == "/topics/agents/?page=3&view=compact"
