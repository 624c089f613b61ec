"""The days of the API: lists of several days, busy days, and what is linked to a paper."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from papers.catalogue.ingest import ingest
from papers.fetched import FetchedPaper, FetchedSignal
from tests.papers.api.payloads import make_row, take_in

pytestmark = pytest.mark.django_db
LIST = "/api/daily_papers"
DAY, NEXT = date(2026, 11, 12), date(2026, 11, 13)


@pytest.fixture(autouse=True)
def _evening() -> Any:
    with time_machine.travel(datetime(2026, 11, 13, 20, tzinfo=UTC), tick=False):
        yield


def papers(count: int, first: int = 0, votes: int | None = None, **values: Any) -> list[Any]:
    signals = () if votes is None else (FetchedSignal("upvotes", votes),)
    numbers = range(first, first + count)
    return [
        FetchedPaper(title=f"On {n}", arxiv_id=f"2611.{n:05}", signals=signals, **values)
        for n in numbers
    ]


def at(hour: int, day: date = NEXT) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def ids(client: Client, query: str) -> list[str]:
    return [row["id"] for row in client.get(f"{LIST}?{query}").json()]


def test_announced_papers_belong_to_the_day_that_lists_them(client: Client) -> None:
    ingest("arxiv", papers(5, listed_on=DAY, is_listing=False), read_at=at(5, DAY))
    ingest("hugging_face", papers(5, listed_on=NEXT, votes=100), read_at=at(9))

    assert ids(client, "date=2026-11-12") == []
    rows = client.get(f"{LIST}?date=2026-11-13T00:00:00.000Z").json()
    assert [row["id"] for row in rows] == [f"2611.{n:05}" for n in range(5)]
    assert {row["submittedOnDailyAt"] for row in rows} == {"2026-11-13T00:00:00.000Z"}
    assert {row["upvotes"] for row in rows} == {100}


def test_a_row_has_the_day_of_the_list_that_was_asked_for(client: Client) -> None:
    ingest("hugging_face", papers(1, listed_on=DAY), read_at=at(9, DAY))
    ingest("hugging_face", papers(1, listed_on=NEXT), read_at=at(9))

    for day in (DAY, NEXT):
        (row,) = client.get(f"{LIST}?date={day}").json()
        assert row["submittedOnDailyAt"] == f"{day}T00:00:00.000Z"
    (row,) = client.get(f"{LIST}?month=2026-11").json()
    assert row["submittedOnDailyAt"] == f"{NEXT}T00:00:00.000Z"


@pytest.mark.parametrize("query", ["", "date=2026-11-13&", "month=2026-11&"])
def test_what_was_read_last_comes_first_on_a_busy_day(client: Client, query: str) -> None:
    ingest("arxiv", papers(150, listed_on=NEXT, is_listing=False), read_at=at(5))
    ingest("hugging_face", papers(10, 500, votes=30, listed_on=NEXT), read_at=at(9))

    first = ids(client, f"{query}limit=100")
    assert first[:10] == [f"2611.{n:05}" for n in range(500, 510)]
    pages = first + ids(client, f"{query}limit=100&p=1")
    assert len(pages) == len(set(pages)) == 160


def test_a_listed_paper_that_was_announced_before_is_not_behind_the_others(client: Client) -> None:
    ingest("arxiv", papers(10, 500, listed_on=DAY, is_listing=False), read_at=at(5, DAY))
    ingest("arxiv", papers(150, listed_on=NEXT, is_listing=False), read_at=at(5))
    ingest("hugging_face", papers(10, 500, listed_on=NEXT), read_at=at(5) + timedelta(hours=1))

    assert ids(client, "limit=100")[:10] == [f"2611.{n:05}" for n in range(500, 510)]


def test_the_repositories_of_a_paper_have_the_keys_of_hugging_face(client: Client) -> None:
    take_in({"paper": {**make_row()["paper"], "linkedModels": [{"id": "tea/leaf"}]}})
    assert client.get("/api/arxiv/2503.00001/repos").json() == {
        "models": [{"id": "tea/leaf"}],
        "datasets": [],
        "spaces": [],
    }
    assert client.get("/api/arxiv/2503.00001v2/repos").status_code == 200
    assert client.get("/api/arxiv/2503.99999/repos").status_code == 404
