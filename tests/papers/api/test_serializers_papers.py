"""Papers, topics and trends as the JSON of the API."""

from __future__ import annotations

import pytest
from django.conf import LazySettings

from papers.api.selectors import Entry
from papers.api.serializers import detail, public_id, public_url, row, topic_fields, window_trend
from papers.models import Paper, Topic, Trend
from papers.queries import TopicCount
from tests.factories import DAY, NOON, make_paper

COUNTS = {"upvotes": 32, "stars": 7}


def test_a_paper_without_an_arxiv_id_has_its_number() -> None:
    assert public_id(Paper(pk=7, arxiv_id="2503.00001")) == "2503.00001"
    assert public_id(Paper(pk=7)) == "7"


def test_addresses_start_with_the_address_of_the_site(settings: LazySettings) -> None:
    settings.SITE_URL = "https://papers.example.org"
    assert public_url(Paper(pk=7)) == "https://papers.example.org/papers/7"


@pytest.mark.django_db
def test_a_row_without_a_payload_has_the_stored_values() -> None:
    paper = make_paper("Tea", arxiv_id="2503.00001", authors=["Ada"], summary="Leaves.")
    fields = row(Entry(paper, COUNTS, None, DAY)).model_dump(by_alias=True, exclude_none=True)
    common = {
        "id": "2503.00001",
        "title": "Tea",
        "summary": "Leaves.",
        "lead": {"text": "Leaves.", "source": "abstract"},
        "submittedOnDailyAt": "2025-03-14T00:00:00.000Z",
        "upvotes": 32,
        "numComments": 0,
        "githubStars": 7,
        "topics": [],
        "url": f"http://localhost:8000/papers/{paper.arxiv_id or paper.pk}",
    }
    assert fields == {**common, "paper": {**common, "authors": [{"name": "Ada"}]}}


@pytest.mark.django_db
def test_the_lead_has_unicode_and_its_source() -> None:
    paper = make_paper(short_summary="Tea in $x^2$ cups.", short_summary_source="semantic_scholar")
    fields = row(Entry(paper, COUNTS, None, DAY)).lead
    assert (fields.text, fields.source) == ("Tea in x² cups.", "semantic_scholar")


@pytest.mark.django_db
def test_a_stored_organisation_is_shown_without_its_payload() -> None:
    url = "https://huggingface.co/tea"
    paper = make_paper(organization="Tea Lab", organization_url=url)
    shown = row(Entry(paper, COUNTS, None, DAY)).organization
    assert shown
    assert (shown.name, shown.fullname) == ("tea", "Tea Lab")


@pytest.mark.django_db
def test_texts_of_a_kept_payload_are_cleaned() -> None:
    payload = {
        "paper": {
            "ai_summary": "Tea\ue003 &amp; co\u202ein.",
            "authors": [
                {"name": "A\u200bda", "user": {"user": "a\u200bda", "fullname": "A&amp;B"}}
            ],
            "organization": {"name": "te\x00a"},
        }
    }
    paper = row(Entry(make_paper(authors=["Ada"]), COUNTS, payload, DAY)).paper
    assert (paper.ai_summary, paper.organization and paper.organization.name) == (
        "Tea & coin.",
        "tea",
    )
    [author] = paper.authors
    assert author.user
    assert (author.name, author.user.user, author.user.fullname) == ("Ada", "ada", "A&B")


@pytest.mark.django_db
def test_one_paper_has_the_keys_of_the_paper_in_its_row() -> None:
    entry = Entry(make_paper(authors=["Ada"]), COUNTS, None, DAY)
    assert detail(entry, None).model_dump(exclude_none=True) == row(entry).paper.model_dump(
        exclude_none=True
    )


def test_a_topic_links_to_its_newest_week(settings: LazySettings) -> None:
    settings.SITE_URL = "https://papers.example.org"
    topic = Topic(slug="tea", name="Tea", description="Leaves.", categories=["cs.CL"])
    assert topic_fields(TopicCount(topic, 3)).model_dump() == {
        "slug": "tea",
        "name": "Tea",
        "description": "Leaves.",
        "categories": ["cs.CL"],
        "papers": 3,
        "url": "https://papers.example.org/topics/tea/",
    }


def test_a_trend_has_its_components_and_its_reasons() -> None:
    upvotes = {"value": 84, "points": 4.2, "gain": 0, "window_gain": 84}
    trend = Trend(
        window="week",
        day=DAY,
        value=4.2,
        components={"upvotes": upvotes},
        version="2026-11.2",
        scored_at=NOON,
    )
    assert window_trend(trend, 3).model_dump() == {
        "window": "week",
        "day": "2025-03-14",
        "place": 3,
        "value": 4.2,
        "version": "2026-11.2",
        "scored_at": "2025-03-14T12:00:00.000Z",
        "components": {"upvotes": upvotes},
        "reasons": ["▲ 84 votes"],
    }
