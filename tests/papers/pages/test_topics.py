"""The values of the index of topics."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from papers.models import Topic
from papers.pages.topics import TopicEntry, topics_page
from tests.factories import make_paper, make_paper_topic, make_topic

pytestmark = pytest.mark.django_db
FRIDAY = date(2025, 3, 14)
NOW = datetime(2025, 3, 14, 20, tzinfo=UTC)


def entries() -> dict[str, TopicEntry]:
    page = topics_page(NOW)
    return {entry.topic.name: entry for family in page.families for entry in family.topics}


def test_a_topic_has_its_papers_of_the_week_and_the_addresses_of_its_page_and_feed() -> None:
    topic = make_topic("Origami", slug="origami")
    for days in (0, 6, 7):
        make_paper_topic(make_paper(listed_on=FRIDAY - timedelta(days=days)), topic)
    entry = entries()["Origami"]
    assert entry.papers == 2
    assert (entry.url, entry.feed_url) == ("/topics/origami/", "/feeds/topics/origami.atom")


def test_a_topic_without_papers_this_week_has_no_strongest_one() -> None:
    topic = make_topic("Origami")
    make_paper(listed_on=FRIDAY)
    make_paper_topic(make_paper(listed_on=date(2025, 2, 1)), topic)
    assert (entries()["Origami"].papers, entries()["Origami"].strongest) == (0, None)


def test_a_topic_that_is_off_is_left_out() -> None:
    make_topic("Origami", is_active=False)
    assert "Origami" not in entries()


def test_every_topic_is_in_one_family() -> None:
    make_topic("Origami")
    page = topics_page(NOW)
    assert page.families[-1].name == "Other topics"
    assert sum(len(family.topics) for family in page.families) == Topic.objects.count()


@pytest.mark.parametrize("papers", [1, 3])
def test_it_takes_the_same_queries_for_any_number_of_papers(
    django_assert_num_queries: DjangoAssertNumQueries, papers: int
) -> None:
    topic = make_topic("Origami")
    for _ in range(papers):
        make_paper_topic(make_paper(listed_on=FRIDAY), topic)
    with django_assert_num_queries(
        5
    ):  # the newest day, whether it is scored, firsts, topics, counts
        assert entries()["Origami"].papers == papers
