"""The archive: editions newest first, by month, a page at a time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.paginator import EmptyPage
from pytest_django import DjangoAssertNumQueries

from newsletter.models import Edition
from newsletter.pages.archive import archive_page, archive_path
from tests.factories import DAY, make_candidate, make_edition, make_paper

pytestmark = pytest.mark.django_db


def make_issue(
    cadence: str = "weekly", day: date = DAY, titles: tuple[str, ...] = ("One",)
) -> Edition:
    edition = make_edition(cadence, day)
    for title in titles:
        make_candidate(edition, make_paper(title))
    return edition


def days(cadence: str = "", number: int = 1) -> list[tuple[str, list[str]]]:
    page = archive_page(cadence, number)
    return [
        (month.first.isoformat(), [issue.days for issue in month.issues]) for month in page.months
    ]


def test_the_newest_edition_comes_first_under_its_month() -> None:
    for day in (date(2025, 2, 28), date(2025, 3, 1), date(2025, 3, 14)):
        make_issue("daily", day)
    assert days() == [
        ("2025-03-01", ["14 March 2025", "1 March 2025"]),
        ("2025-02-01", ["28 February 2025"]),
    ]


def test_the_archive_of_a_cadence_holds_no_other() -> None:
    make_issue("weekly")
    make_issue("daily")
    assert days("weekly") == [("2025-03-01", ["8 to 14 March 2025"])]
    assert len(days()[0][1]) == 2


def test_an_edition_shows_its_first_titles_and_how_many_papers_it_holds() -> None:
    make_issue(titles=("One", "Two", "Three", "Four"))
    (issue,) = archive_page().months[0].issues
    assert (list(issue.titles), issue.papers) == (["One", "Two", "Three"], 4)
    assert (str(issue.name), issue.url) == ("Weekly edition", "/editions/weekly/2025-03-14")


def test_a_paper_withdrawn_since_is_neither_named_nor_counted() -> None:
    edition = make_issue(titles=("One",))
    make_candidate(edition, make_paper("Gone", is_withdrawn=True))
    (issue,) = archive_page().months[0].issues
    assert (list(issue.titles), issue.papers) == (["One"], 1)


def test_facts_without_a_title_cost_no_other_title() -> None:
    edition = make_issue(titles=("One",))
    others: list[Any] = [[], {"title": None}, {"title": {"a": 1}}]
    for facts in others:
        make_candidate(edition, make_paper(), facts=facts)
    (issue,) = archive_page().months[0].issues
    assert issue.papers == 4
    assert issue.titles[0] == "One"


def test_26_editions_are_two_pages() -> None:
    for number in range(26):
        make_issue("daily", DAY - timedelta(days=number))
    first, second = archive_page("daily"), archive_page("daily", 2)
    assert [len(month.issues) for month in first.months] == [14, 11]
    assert (first.newer_url, first.older_url) == ("", "/editions/daily/?page=2")
    assert (second.newer_url, second.older_url) == ("/editions/daily/", "")
    assert (first.url, second.url) == ("/editions/daily/", "/editions/daily/?page=2")
    with pytest.raises(EmptyPage):
        archive_page("daily", 3)


def test_an_empty_archive_has_one_empty_page() -> None:
    page = archive_page()
    assert (page.months, page.pages) == ([], 1)


def test_a_tab_leads_to_each_cadence() -> None:
    tabs = archive_page("daily").tabs
    assert [(tab.url, tab.is_current) for tab in tabs] == [
        ("/editions/", False),
        ("/editions/daily/", True),
        ("/editions/weekly/", False),
        ("/editions/monthly/", False),
    ]


def test_the_first_page_has_no_number_in_its_path() -> None:
    assert archive_path() == "/editions/"
    assert archive_path("weekly", 3) == "/editions/weekly/?page=3"


@pytest.mark.parametrize("length", [1, 3])
def test_the_archive_takes_the_same_queries_for_each_length(
    django_assert_num_queries: DjangoAssertNumQueries, length: int
) -> None:
    for number in range(length):
        make_issue("daily", DAY - timedelta(days=number), titles=("One", "Two"))
    with django_assert_num_queries(4):  # how many, the editions, papers of each, titles
        page = archive_page()
    assert len(page.months[0].issues) == length
