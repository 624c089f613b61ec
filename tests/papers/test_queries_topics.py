"""The strongest paper of each topic is the first one of the topic's list."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from papers.models import Paper, Topic, Trend
from papers.queries import ranked, strongest_of_topics
from tests.factories import DAY, make_paper, make_paper_topic, make_topic

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 3, 15, 8, tzinfo=UTC)


def scored(value: float, *topics: Topic, **lift: float) -> Paper:
    paper = make_paper()
    for topic in topics:
        make_paper_topic(paper, topic)
    Trend.objects.create(
        paper=paper,
        window="week",
        day=DAY,
        value=value,
        components={"lift": lift},
        version="test",
        scored_at=NOW,
    )
    return paper


def test_each_topic_has_the_first_paper_of_its_list() -> None:
    birds, fish = make_topic("Birds", slug="birds"), make_topic("Fish", slug="2024")
    scored(3.0, birds, birds=0.2)
    lifted = scored(2.0, birds, fish, birds=0.7, **{"2024": 0.1})
    swimmer = scored(1.0, fish, **{"2024": 0.5})
    assert strongest_of_topics("week", DAY) == {birds.pk: lifted, fish.pk: swimmer}
    for topic, first in ((birds, lifted), (fish, swimmer)):
        assert ranked("week", DAY, topic_slug=topic.slug)[0].paper == first


def test_a_paper_without_a_score_comes_after_those_with_one() -> None:
    birds = make_topic("Birds", slug="birds")
    make_paper_topic(make_paper(), birds)
    below = scored(-1.0, birds, birds=-3.0)
    assert strongest_of_topics("week", DAY) == {birds.pk: below}


def test_without_scores_the_newest_paper_comes_first() -> None:
    birds = make_topic("Birds", slug="birds")
    make_paper_topic(make_paper(listed_on=DAY - timedelta(days=1)), birds)
    newest = make_paper()
    make_paper_topic(newest, birds)
    assert strongest_of_topics("week", DAY) == {birds.pk: newest}


def test_only_listed_papers_of_the_window_and_active_topics_count() -> None:
    birds, old = make_topic("Birds", slug="birds"), make_topic("Old", is_active=False)
    make_paper_topic(make_paper(listed_on=DAY - timedelta(days=7)), birds)
    make_paper_topic(make_paper(is_withdrawn=True), birds)
    make_paper_topic(make_paper(), old)
    assert strongest_of_topics("week", DAY) == {}
