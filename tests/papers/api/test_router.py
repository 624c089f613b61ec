"""The JSON and the query counts of the endpoints about papers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from papers.models import Topic
from papers.ranking.score import score
from tests.factories import make_paper, make_paper_topic, make_signal
from tests.papers.api.payloads import make_row, take_in

pytestmark = pytest.mark.django_db
LIST = "/api/daily_papers"


def only(client: Client, address: str = LIST) -> dict[str, Any]:
    (row,) = client.get(address).json()
    return dict(row)


# ── rows ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("address", [LIST, "/api/papers/search?q=tea"])
def test_a_row_repeats_the_keys_of_its_paper_but_authors(client: Client, address: str) -> None:
    take_in(make_row())
    row = only(client, address)
    paper = row.pop("paper")
    assert [author["name"] for author in paper.pop("authors")] == [
        "Ada Lovelace",
        "Charles Babbage",
    ]
    assert paper["publishedAt"] == "2025-03-12T17:59:03.000Z"
    assert row.pop("submittedBy") == row["submittedOnDailyBy"]
    assert row == {**paper, "publishedAt": paper["submittedOnDailyAt"]}


def test_a_row_has_the_keys_of_hugging_face(client: Client) -> None:
    take_in(make_row())
    paper = only(client)["paper"]
    theirs = make_row()["paper"].keys()
    assert theirs <= paper.keys()
    assert paper["githubStars"] == 1204
    assert paper["ai_keywords"] == ["tea", "language models"]


def test_an_unknown_value_has_no_key(client: Client) -> None:
    make_paper()
    row = only(client)
    assert row["upvotes"] == row["numComments"] == 0
    missing = {"githubStars", "githubRepo", "publishedAt", "ai_summary", "organization", "isSample"}
    assert missing.isdisjoint(row)
    assert missing.isdisjoint(row["paper"])


def test_a_sample_paper_is_marked_as_sample(client: Client) -> None:
    make_paper(is_sample=True)
    assert only(client)["isSample"] is True


def test_a_row_has_the_topics_and_the_page_of_its_paper(client: Client) -> None:
    paper = make_paper()
    for slug, weight in (("agents", 0.4), ("speech-audio", 0.9)):
        make_paper_topic(paper, Topic.objects.get(slug=slug), weight)
    row = only(client)
    assert row["topics"] == ["speech-audio", "agents"]
    assert client.get(row["url"]).status_code == 200


def test_an_empty_list_is_an_empty_array(client: Client) -> None:
    assert client.get(f"{LIST}?p=7").json() == []
    assert client.get("/api/papers/search?q=tea").json() == []


def test_each_page_links_to_the_next(client: Client) -> None:
    for _ in range(3):
        make_paper()
    first = client.get(f"{LIST}?limit=2&month=2025-03")
    assert first["Link"] == (
        '<http://testserver/api/daily_papers?limit=2&month=2025-03&p=1>; rel="next"'
    )
    assert "Link" not in client.get(f"{LIST}?limit=2&month=2025-03&p=1")


# ── one paper ────────────────────────────────────────────────────────────────


def test_one_paper_is_flat_with_its_linked_objects(client: Client) -> None:
    paper = {**make_row()["paper"], "numTotalModels": 2, "linkedModels": [{"id": "tea/leaf"}]}
    take_in({"paper": paper})
    answer = client.get("/api/papers/2503.00001").json()
    assert "paper" not in answer
    assert answer["authors"][0]["user"]["user"] == "ada"
    assert answer["linkedModels"] == [{"id": "tea/leaf"}]
    assert answer["numTotalModels"] == 2
    assert "linkedDatasets" not in answer


def test_an_old_id_with_a_slash_finds_its_paper(client: Client) -> None:
    make_paper("Old", arxiv_id="math/0309136")
    assert client.get("/api/papers/math/0309136").json()["title"] == "Old"
    assert client.get("/api/papers/math/0309136/trend").json()["title"] == "Old"


def test_a_withdrawn_paper_can_still_be_requested_by_its_id(client: Client) -> None:
    make_paper(arxiv_id="2503.00001", is_withdrawn=True)
    assert client.get("/api/papers/2503.00001").status_code == 200


# ── trends and topics ────────────────────────────────────────────────────────


def test_a_trend_has_components_and_reasons_for_each_window(client: Client) -> None:
    now = timezone.now()
    paper = make_paper(arxiv_id="2503.00001", listed_on=now.date())
    make_signal(paper, 84, read_at=now - timedelta(minutes=1))
    for window in ("month", "day"):
        score(window, now.date(), now)
    answer = client.get("/api/papers/2503.00001/trend").json()
    assert [trend["window"] for trend in answer["trends"]] == ["day", "month"]
    day = answer["trends"][0]
    assert (day["place"], day["day"]) == (1, now.date().isoformat())
    assert day["components"]["upvotes"]["value"] == 84
    assert "84 votes" in day["reasons"][0]
    assert day["version"]
    assert day["scoredAt"].endswith("Z")


def test_a_paper_without_a_score_has_no_trend(client: Client) -> None:
    make_paper(arxiv_id="2503.00001")
    answer = client.get("/api/papers/2503.00001/trend").json()
    assert answer["trends"] == []


def test_topics_count_the_newest_week(client: Client) -> None:
    agents = Topic.objects.get(slug="agents")
    make_paper_topic(make_paper(), agents)
    make_paper_topic(make_paper(listed_on="2025-01-01"), agents)
    Topic.objects.filter(slug="nlp").update(is_active=False)
    answer = {topic["slug"]: topic for topic in client.get("/api/topics").json()}
    assert answer["agents"]["papers"] == 1
    assert answer["speech-audio"]["papers"] == 0
    assert "nlp" not in answer
    assert client.get(answer["agents"]["url"]).status_code == 200


def test_every_topic_can_be_requested(client: Client) -> None:
    paper = make_paper("Agents drink tea")
    make_paper_topic(paper, Topic.objects.get(slug="agents"))
    make_paper("Tea without agents")
    assert only(client, f"{LIST}?topic=agents")["title"] == "Agents drink tea"
    for topic in client.get("/api/topics").json():
        assert client.get(f"{LIST}?topic={topic['slug']}").status_code == 200


@pytest.mark.parametrize("papers", [1, 3])
@pytest.mark.parametrize(
    ("address", "queries"),
    [
        # The paper, its topics, counts and payload, and the payload with linked objects.
        ("/api/papers/2503.00001", 5),
        ("/api/papers/2503.00001/trend", 3),
    ],
)
def test_one_paper_takes_the_same_queries_among_any_number(
    client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    address: str,
    queries: int,
    papers: int,
) -> None:
    take_in(*(make_row(f"2503.{n:05}", title=f"Tea number {n}") for n in range(1, papers + 1)))
    with django_assert_num_queries(queries):
        assert client.get(address).status_code == 200
