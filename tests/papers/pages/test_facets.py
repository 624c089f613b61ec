"""The links that narrow a search, and the chips that widen it again."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from papers.models import Topic
from papers.pages.facets import Chip, FacetGroup, chosen_chips, facet_groups
from papers.search.facets import Facets
from tests.factories import make_paper, make_paper_topic, make_topic
from tests.papers.page_html import get_page, words

pytestmark = pytest.mark.django_db
FACETS = Facets(topics=[("dunes", 3), ("seas", 1)], years=[(2024, 2), (2023, 3)], with_code=2)


@pytest.fixture(autouse=True)
def _topics() -> None:
    make_topic("Dunes", slug="dunes")
    make_topic("Seas", slug="seas")


def url_of(**params: str) -> str:
    return "&".join(f"{name}={value}" for name, value in params.items())


def groups(facets: Facets = FACETS, total: int = 5, **filters: Any) -> dict[str, list[Chip]]:
    found = facet_groups(facets, filters, total, url_of)
    assert all(isinstance(group, FacetGroup) for group in found)
    return {group.name: list(group.chips) for group in found}


def test_each_kind_of_filter_is_offered_with_its_count() -> None:
    assert groups() == {
        "Topic": [Chip("Dunes", "topic=dunes", "3"), Chip("Seas", "topic=seas", "1")],
        "Year": [
            Chip("2024", "since=2024-01-01&until=2024-12-31", "2"),
            Chip("2023", "since=2023-01-01&until=2023-12-31", "3"),
        ],
        "Code": [Chip("With code", "code=on", "2")],
    }


@pytest.mark.parametrize(
    ("filters", "left"),
    [
        ({"topic": "dunes"}, ["Year", "Code"]),
        ({"since": date(2024, 1, 1)}, ["Topic", "Code"]),
        ({"until": date(2024, 1, 1)}, ["Topic", "Code"]),
        ({"with_code": True}, ["Topic", "Year"]),
        ({"topic": "dunes", "since": date(2024, 1, 1), "with_code": True}, []),
    ],
)
def test_what_the_search_has_is_not_offered_again(filters: dict[str, Any], left: list[str]) -> None:
    assert list(groups(**filters)) == left


def test_a_filter_that_every_paper_passes_is_not_offered() -> None:
    facets = Facets(topics=[("dunes", 3)], years=[(2024, 3)], with_code=3)
    assert groups(facets, total=3) == {}
    assert groups(Facets(), total=0) == {}


def test_the_most_frequent_topics_and_the_newest_years_are_offered() -> None:
    for number in range(12):
        make_topic(f"Topic {number}", slug=f"t-{number}")
    facets = Facets(
        topics=[(f"t-{number}", 99 - number) for number in range(12)],
        years=[(2026 - number, 9) for number in range(12)],
    )
    found = groups(facets, total=500)
    assert [chip.name for chip in found["Topic"]] == [f"Topic {number}" for number in range(8)]
    assert [chip.name for chip in found["Year"]] == ["2026", "2025", "2024", "2023", "2022"]


@pytest.mark.parametrize(
    ("papers", "shown"), [(8, "~8"), (84, "~84"), (1_234, "~1.2k"), (27_460, "~27k"), (149, "~150")]
)
def test_an_estimate_says_so_and_keeps_two_digits(papers: int, shown: str) -> None:
    facets = Facets(topics=[("dunes", papers)], is_estimate=True)
    assert groups(facets, total=90_000)["Topic"][0].papers == shown


@pytest.mark.parametrize(
    ("filters", "chips"),
    [
        ({}, []),
        ({"topic": "dunes"}, [Chip("Dunes", "topic=")]),
        ({"with_code": True}, [Chip("With code", "code=")]),
        (
            {"since": date(2024, 1, 1), "until": date(2024, 12, 31)},
            [Chip("2024", "since=&until=")],
        ),
        (
            {"since": date(2024, 1, 2), "until": date(2024, 12, 31)},
            [Chip("2 January 2024 to 31 December 2024", "since=&until=")],
        ),
        ({"since": date(2024, 1, 2)}, [Chip("Since 2 January 2024", "since=&until=")]),
        ({"until": date(2024, 1, 2)}, [Chip("Until 2 January 2024", "since=&until=")]),
    ],
)
def test_a_chip_takes_each_filter_away(filters: dict[str, Any], chips: list[Chip]) -> None:
    assert chosen_chips(filters, "Dunes", url_of) == chips


# ── on the page ──────────────────────────────────────────────────────────────


@pytest.fixture
def papers() -> None:
    for place in range(4):
        code = "https://github.com/a/b" if place < 2 else ""
        paper = make_paper(f"Sand {place}", code_url=code, listed_on=f"202{4 + place % 2}-05-01")
        if place:
            make_paper_topic(paper, Topic.objects.get(slug="dunes"))


def links(client: Client, selector: str, **params: Any) -> dict[str, str]:
    page = get_page(client, "/search/", **params)
    return {words(link): str(link["href"]) for link in page.select(selector)}


def test_a_facet_leads_to_as_many_papers_as_it_says(client: Client, papers: None) -> None:
    found = links(client, ".facets-of-search a", q="sand ")
    assert list(found) == ["Dunes 3", "2025 2", "2024 2", "With code 2"]
    for text, address in found.items():
        page = get_page(client, address)
        assert len(page.select(".papers .paper")) == int(text.split()[-1])


def test_a_chosen_filter_can_be_taken_away_on_the_page(client: Client, papers: None) -> None:
    found = links(client, ".chosen", q="sand ", topic="dunes", code="on")
    assert found == {
        "Dunes × (take this filter away)": "/search/?q=sand+&code=on",
        "With code × (take this filter away)": "/search/?q=sand+&topic=dunes",
    }


def test_a_search_without_a_match_keeps_the_chips_of_its_filters(
    client: Client, papers: None
) -> None:
    assert links(client, ".chosen", q="zebra", code="on")
    assert links(client, ".facets-of-search a", q="zebra", code="on") == {}


def test_a_wrong_filter_is_not_carried_on(client: Client, papers: None) -> None:
    found = links(client, ".facets-of-search a", q="sand ", topic="nothing", since="x", page="1")
    assert found["With code 2"] == "/search/?q=sand+&code=on"
    assert links(client, ".chosen", q="sand ", topic="nothing", since="x") == {}


def test_a_pasted_id_has_no_facets(client: Client) -> None:
    make_paper(arxiv_id="2503.00001")
    assert client.get("/search/", {"q": "2503.00001"}).status_code == 302
    assert get_page(client, "/search/", q="2503.99999").select(".facet-row") == []


def test_the_topics_have_their_names_in_the_language_of_the_page() -> None:
    with override("de"):
        found = groups(Facets(topics=[("robotics", 3)]))
    assert [chip.name for chip in found["Thema"]] == ["Robotik"]
