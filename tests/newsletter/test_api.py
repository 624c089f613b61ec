"""The editions over HTTP: frozen, public, and without data of subscribers."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from newsletter.editions.compose import compose
from newsletter.models import Edition
from papers.models import Paper
from tests.factories import (
    DAY,
    NOON,
    make_candidate,
    make_delivery,
    make_edition,
    make_paper,
    make_paper_topic,
    make_signal,
    make_subscriber,
    make_topic,
)

pytestmark = pytest.mark.django_db
EDITIONS = "/api/editions"


def test_the_newest_edition_comes_first(client: Client) -> None:
    for cadence, day in (("weekly", 14), ("daily", 15), ("weekly", 7)):
        make_edition(cadence, date(2025, 3, day), composed_at=NOON)
    response = client.get(EDITIONS).json()
    assert [(one["cadence"], one["day"]) for one in response] == [
        ("daily", "2025-03-15"),
        ("weekly", "2025-03-14"),
        ("weekly", "2025-03-07"),
    ]
    assert response[1]["first"] == "2025-03-08"
    assert response[1]["composedAt"] == "2025-03-14T12:00:00.000Z"


def test_editions_of_one_cadence_are_paged(client: Client) -> None:
    for day in (12, 13, 14):
        make_edition("daily", date(2025, 3, day))
    make_edition("weekly")
    response = client.get(f"{EDITIONS}?cadence=daily&limit=2&p=1").json()
    assert [one["day"] for one in response] == ["2025-03-12"]


def test_an_open_edition_is_not_listed(client: Client) -> None:
    make_edition(state=Edition.State.OPEN)
    assert client.get(EDITIONS).json() == []
    assert client.get(f"{EDITIONS}/weekly/{DAY}").status_code == 404


def test_an_edition_shows_its_papers_as_they_were_frozen(client: Client) -> None:
    paper = make_paper(
        "Tea", arxiv_id="2503.00001", authors=["Ada", "Charles"], summary="We read leaves."
    )
    topic = make_topic("Tea")
    make_paper_topic(paper, topic, 0.8)
    make_signal(paper, 84)
    make_signal(paper, 1204, kind="stars", source="github")
    compose("weekly", DAY, datetime(2025, 3, 15, 1, tzinfo=UTC))
    make_signal(paper, 900, read_at=datetime(2025, 3, 16, tzinfo=UTC))
    response = client.get(f"{EDITIONS}/weekly/{DAY}").json()
    assert response["papers"] == 1
    (candidate,) = response["candidates"]
    assert (candidate["position"], candidate["id"], candidate["title"]) == (1, "2503.00001", "Tea")
    assert candidate["authors"] == ["Ada", "Charles"]
    assert candidate["summary"] == "We read leaves."
    assert candidate["lead"] == {"text": "We read leaves.", "source": "abstract"}
    assert candidate["topics"] == {topic.slug: 0.8}
    assert (candidate["upvotes"], candidate["stars"], candidate["comments"]) == (84, 1204, None)
    assert candidate["components"]["upvotes"]["value"] == 84
    assert "84 votes" in candidate["reasons"][0]
    assert client.get(candidate["url"]).status_code == 200


def test_the_papers_of_an_edition_are_paged(client: Client) -> None:
    edition = make_edition()
    for number in range(5):
        make_candidate(edition, make_paper(f"Paper {number}"))
    response = client.get(f"{EDITIONS}/weekly/{DAY}?limit=2&p=1").json()
    assert response["papers"] == 5
    assert [candidate["position"] for candidate in response["candidates"]] == [3, 4]


def test_the_list_links_to_each_edition(client: Client) -> None:
    make_edition()
    (listed,) = client.get(EDITIONS).json()
    path = listed["url"].removeprefix("http://localhost:8000")
    assert client.get(path).json() == {**listed, "candidates": []}


def test_a_frozen_edition_may_be_cached_for_five_minutes(client: Client) -> None:
    make_edition()
    assert client.get(f"{EDITIONS}/weekly/{DAY}")["Cache-Control"] == "public, max-age=300"
    assert client.get(EDITIONS)["Cache-Control"] == "public, max-age=60"


@pytest.mark.parametrize(
    ("values", "sending"),
    [
        ({}, "on"),
        ({"paused_at": NOON}, "paused"),
        ({"cancelled_at": NOON}, "cancelled"),
        ({"paused_at": NOON, "cancelled_at": NOON}, "cancelled"),
    ],
)
def test_an_edition_says_whether_it_is_sent(
    client: Client, values: dict[str, Any], sending: str
) -> None:
    make_edition(pause_reason="by admin" if values else "", **values)
    (listed,) = client.get(EDITIONS).json()
    assert listed["sending"] == sending
    assert "by admin" not in json.dumps(listed)


def test_no_data_of_subscribers_is_shown(client: Client) -> None:
    edition = make_edition()
    make_candidate(edition, make_paper())
    reader = make_subscriber("ada@example.com")
    make_delivery(edition, reader, state="sent", reason="sent to ada", provider_id="secret-7")
    for address in (EDITIONS, f"{EDITIONS}/weekly/{DAY}"):
        text = json.dumps(client.get(address).json()).lower()
        for word in ("ada@", "subscriber", "deliver", "reader", "secret-7", "sent to"):
            assert word not in text


def test_a_wrong_day_or_cadence_is_an_error(client: Client) -> None:
    response = client.get(f"{EDITIONS}/weekly/2025-03-99")
    assert response.status_code == 400
    assert response.json()["error"].startswith("day: ")
    missing = client.get(f"{EDITIONS}/monthly/{DAY}")
    assert missing.json() == {
        "error": f"There is no monthly edition of {DAY}. /api/editions lists them."
    }


@pytest.mark.parametrize("rows", [1, 3])
def test_an_edition_takes_two_queries_however_many_papers(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    edition = make_edition()
    for _ in range(rows):
        make_candidate(edition, make_paper())
    with django_assert_num_queries(2):
        assert len(client.get(f"{EDITIONS}/weekly/{DAY}").json()["candidates"]) == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_one_query_however_many_editions(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    for number in range(rows):
        make_candidate(make_edition("daily", DAY + timedelta(days=number)), make_paper())
    with django_assert_num_queries(1):
        assert [edition["papers"] for edition in client.get(EDITIONS).json()] == [1] * rows


def test_a_paper_withdrawn_since_is_neither_shown_nor_counted(client: Client) -> None:
    edition = make_edition()
    shown, gone = make_paper("Shown"), make_paper("Gone")
    for paper in (shown, gone):
        make_candidate(edition, paper)
    Paper.objects.filter(pk=gone.pk).update(is_withdrawn=True)
    found = client.get(f"{EDITIONS}/weekly/{DAY}").json()
    assert [one["title"] for one in found["candidates"]] == ["Shown"]
    assert (found["papers"], client.get(EDITIONS).json()[0]["papers"]) == (1, 1)
