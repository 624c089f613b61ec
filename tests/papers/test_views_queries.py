"""Every list of papers takes the same queries for one row and for three."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, Final

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from papers.models import Paper
from papers.ranking.score import score
from papers.search.stems import forget
from papers.windows import WINDOWS
from tests.factories import (
    make_candidate,
    make_edition,
    make_paper,
    make_paper_topic,
    make_signal,
    make_topic,
)
from tests.papers.page_html import get_page

pytestmark = pytest.mark.django_db
FRIDAY = date(2025, 3, 14)
MONDAY_MORNING = datetime(2025, 3, 17, 8, tzinfo=UTC)

# Topics and their counts, papers, their topics (two) and signals, the days before and after,
# curators, and the newest weekly edition.
# The newest list also needs its day, and a week whether today is scored.
DATED: Final = 9
LISTS: Final = [
    ("/", DATED + 2),
    ("/day/", DATED + 1),
    ("/week/", DATED + 2),
    ("/month/", DATED + 2),
    ("/day/2025-03-14/", DATED),
    ("/week/2025-03-16/", DATED),
    ("/month/2025-03-16/", DATED),
    ("/topics/sand/", DATED + 3),
    ("/topics/sand/day/2025-03-14/", DATED + 1),
    ("/topics/sand/week/2025-03-16/", DATED + 1),
]


@pytest.fixture(autouse=True)
def _monday_morning() -> Any:
    with time_machine.travel(MONDAY_MORNING, tick=False):
        yield


def make_rows(number: int) -> list[Paper]:
    """Papers about sand with all that a row can show."""
    topic, papers = make_topic("Sand", slug="sand"), []
    for place in range(number):
        paper = make_paper(f"Sand {place}", authors=["Ann Lee"], summary="On sand.")
        make_paper_topic(paper, topic)
        make_signal(paper, 9 + place)
        make_signal(paper, 90, kind="stars", source="github")
        papers.append(paper)
    make_candidate(make_edition(day=FRIDAY), papers[0])
    for window in WINDOWS:
        score(window, FRIDAY, MONDAY_MORNING)
    return papers


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("address", "queries"), LISTS)
def test_a_list_takes_the_same_queries(
    client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    address: str,
    queries: int,
    rows: int,
) -> None:
    make_rows(rows)
    with django_assert_num_queries(queries):
        page = get_page(client, address)
    assert len(page.select(".paper")) == rows


@pytest.mark.parametrize("rows", [3, 6])  # with one or two it looks for a typing slip
def test_a_search_takes_the_same_queries(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    make_rows(rows)
    forget()  # the stems that the marks need
    # The six of the search itself, the marks, the facets, and three times the topics: the options,
    # the check of the chosen one, and its key; the newest edition.
    with django_assert_num_queries(12):
        page = get_page(client, "/search/", q="sand ", topic="sand")
    assert len(page.select(".paper")) == rows


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("address", "queries"), [("/feeds/papers.atom", 2), ("/feeds/topics/sand.atom", 3)]
)
def test_a_feed_takes_the_same_queries(
    client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    address: str,
    queries: int,
    rows: int,
) -> None:
    make_rows(rows)
    with django_assert_num_queries(queries):
        response = client.get(address)
    assert response.content.count(b"<entry>") == rows


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("address", "queries"),
    [
        ("/api/daily_papers", 4),
        ("/api/daily_papers?date=2025-03-14", 4),
        ("/api/daily_papers?week=2025-W11&topic=sand", 5),
        ("/api/daily_papers?sort=trending", 5),
        ("/api/papers/search", 4),
        ("/api/papers/search?q=sand+", 6),
    ],
)
def test_a_list_of_the_api_takes_the_same_queries(
    client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    address: str,
    queries: int,
    rows: int,
) -> None:
    make_rows(rows)
    with django_assert_num_queries(queries):
        response = client.get(address)
    assert len(response.json()) == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_the_topics_of_the_api_take_the_same_queries(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    make_rows(rows)
    with django_assert_num_queries(4):
        answer = client.get("/api/topics").json()
    assert {topic["slug"]: topic["papers"] for topic in answer}["sand"] == rows


@pytest.mark.parametrize("reads", [1, 3])
def test_the_page_of_a_paper_takes_the_same_queries(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, reads: int
) -> None:
    (paper,) = make_rows(1)
    for hour in range(reads):
        make_signal(paper, 10 + hour, read_at=datetime(2025, 3, 15, hour, tzinfo=UTC))
    # Its row, topics (two), lists, reads, trends, its vector, the words of its title, papers alike,
    # its editions, and the newest issue.
    with django_assert_num_queries(11):
        get_page(client, paper.get_absolute_url())
