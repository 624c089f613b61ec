"""The feeds in words: every feed that the site has, and each answers."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from newsletter.pages.feed_list import feeds_page
from papers.models import Topic
from tests.factories import make_topic

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_seeds() -> None:
    Topic.objects.all().delete()


def test_every_feed_of_the_page_answers(client: Client) -> None:
    make_topic("Sand", slug="sand", family="language")
    page = feeds_page()
    feeds = [page.all_papers, *page.by_cadence, *page.families[0].feeds]
    assert [feed.url for feed in feeds] == [
        "/feeds/papers.atom",
        "/feeds/editions/daily.atom",
        "/feeds/editions/weekly.atom",
        "/feeds/editions/monthly.atom",
        "/feeds/topics/sand.atom",
    ]
    assert [client.get(feed.url).status_code for feed in feeds] == [200] * 5


def test_topics_stand_in_the_order_of_their_families_those_without_one_last() -> None:
    make_topic("Loose")
    make_topic("Robots", family="systems")
    make_topic("Words", family="language", position=2)
    make_topic("Agents", family="language", position=1)
    families = feeds_page().families
    assert [(one.name, [str(feed.name) for feed in one.feeds]) for one in families] == [
        ("Language and agents", ["Agents", "Words"]),
        ("Robots, systems and data", ["Robots"]),
        ("", ["Loose"]),
    ]


def test_a_topic_that_is_not_active_has_no_feed() -> None:
    make_topic("Sand", is_active=False)
    assert feeds_page().families == []


@pytest.mark.parametrize("topics", [1, 3])
def test_it_takes_one_query_for_each_length(
    django_assert_num_queries: DjangoAssertNumQueries, topics: int
) -> None:
    for _ in range(topics):
        make_topic(family="language")
    with django_assert_num_queries(1):
        page = feeds_page()
    assert len(page.families[0].feeds) == topics
