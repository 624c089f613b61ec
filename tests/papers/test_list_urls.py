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
