"""The title of a list and its counts, in words."""

from __future__ import annotations

from datetime import date

import pytest

from papers.pages.list_wording import (
    list_title,
    nothing_listed,
    nothing_until_now,
    nothing_yet,
    papers_in_words,
    written_day,
)
from papers.windows import Window

FRIDAY = date(2025, 3, 14)


def test_a_day_is_written_out() -> None:
    assert written_day(FRIDAY) == "14 March 2025"


@pytest.mark.parametrize(
    ("window", "title"),
    [
        ("day", "Trending Papers, 14 March 2025"),
        ("week", "Trending Papers, the week to 14 March 2025"),
        ("month", "Trending Papers, the month to 14 March 2025"),
    ],
)
def test_a_list_is_named_after_its_window(window: Window, title: str) -> None:
    assert list_title(window, FRIDAY) == title


def test_a_topic_comes_first_in_the_title_of_its_list() -> None:
    assert list_title("day", FRIDAY, "Origami") == "Origami, 14 March 2025 · Trending Papers"


def test_a_later_page_has_its_number_in_the_title() -> None:
    assert list_title("day", FRIDAY, number=2) == "Trending Papers, 14 March 2025, page 2"


@pytest.mark.parametrize(
    ("papers", "window", "is_newest", "words"),
    [
        (12, "week", True, "12 papers this week"),
        (1, "week", True, "1 paper this week"),
        (0, "week", True, "0 papers this week"),
        (12, "week", False, "12 papers in the week to 14 March 2025"),
        (1, "day", True, "1 paper on 14 March 2025"),
        (3, "month", True, "3 papers in the month to 14 March 2025"),
    ],
)
def test_papers_are_counted_in_words(
    papers: int, window: Window, *, is_newest: bool, words: str
) -> None:
    assert papers_in_words(papers, window, FRIDAY, is_newest=is_newest) == words


@pytest.mark.parametrize(
    ("window", "topic", "words"),
    [
        (
            "day",
            "",
            "No paper was listed on Friday, 14 March 2025. Weekends and holidays are quiet.",
        ),
        ("week", "", "No paper was listed in the week to 14 March 2025."),
        ("month", "", "No paper was listed in the month to 14 March 2025."),
        ("day", "Origami", "No paper was listed under Origami on 14 March 2025."),
        ("month", "Origami", "No paper was listed under Origami in the month to 14 March 2025."),
    ],
)
def test_an_empty_list_is_a_sentence(window: Window, topic: str, words: str) -> None:
    assert nothing_listed(window, FRIDAY, topic) == words


def test_an_open_list_may_still_fill() -> None:
    assert nothing_until_now().startswith("No paper is listed yet:")
    assert nothing_until_now("Origami").startswith("No paper is listed under Origami yet:")
    assert "no papers yet" in nothing_yet()
