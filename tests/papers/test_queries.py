"""The lists of papers, their topics, and the place of a paper in them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from papers.models import Paper, Trend
from papers.queries import newest_places, ranked, topic_counts, with_topics
from papers.ranking.score import score
from tests.factories import DAY, NOON, make_paper, make_paper_topic, make_signal, make_topic

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 3, 20, tzinfo=UTC)


def placed(place: int, **values: Any) -> Paper:
    paper = make_paper(**values)
    make_signal(paper, place, kind="position", source="listing")
    return paper


def upvoted(votes: float, **values: Any) -> Paper:
    paper = make_paper(**values)
    make_signal(paper, votes)
    return paper


def test_scored_papers_are_ordered_by_trend() -> None:
    weak, strong = upvoted(2), upvoted(80)
    score("week", DAY, NOW)
    first, second = ranked("week", DAY)

    assert (first.paper, second.paper) == (strong, weak)
    assert (first.position, second.position) == (1, 2)
    assert first.trend is not None
    assert first.components["upvotes"]["value"] == 80
    assert first.facts["upvotes"] == 80


def test_papers_without_a_score_keep_the_order_of_their_listing() -> None:
    second, first = placed(2), placed(1)
    found = ranked("day", DAY)

    assert [one.paper for one in found] == [first, second]
    assert found[0].trend is None
    assert found[0].components == {}
    assert found[0].facts["position"] == 1


def test_a_paper_listed_since_the_last_score_comes_last() -> None:
    old = upvoted(1)
    score("week", DAY, NOW)
    new = upvoted(900)

    assert [one.paper for one in ranked("week", DAY)] == [old, new]


def test_trends_of_another_window_or_day_do_not_count() -> None:
    weak, strong = placed(1), placed(2)
    make_signal(strong, 80)
    score("day", DAY, NOW)

    assert [one.paper for one in ranked("week", DAY)] == [weak, strong]
    assert [one.paper for one in ranked("day", DAY)] == [strong, weak]


def test_only_papers_of_the_window_are_listed() -> None:
    inside = make_paper(listed_on=DAY - timedelta(days=6))
    make_paper(listed_on=DAY - timedelta(days=7))
    make_paper(listed_on=DAY + timedelta(days=1))

    assert [one.paper for one in ranked("week", DAY)] == [inside]
    assert ranked("day", DAY) == []


def test_a_topic_list_has_only_its_papers_by_trend() -> None:
    topic = make_topic("Birds", slug="birds")
    papers = [upvoted(votes) for votes in (10, 90, 50)]
    for paper in papers[:2]:
        make_paper_topic(paper, topic)
    score("week", DAY, NOW)

    assert [one.paper for one in ranked("week", DAY, topic_slug="birds")] == [papers[1], papers[0]]


def scored(value: float, **lift: float) -> Paper:
    paper = make_paper()
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


def test_only_a_topic_list_is_ordered_by_topic_lift() -> None:
    topic = make_topic("Birds", slug="birds")
    ahead = scored(3.0, birds=0.2, fish=9.0)
    lifted = scored(2.0, birds=0.7)
    for paper in (ahead, lifted):
        make_paper_topic(paper, topic)

    assert [one.paper for one in ranked("week", DAY)] == [ahead, lifted]
    assert [one.paper for one in ranked("week", DAY, topic_slug="birds")] == [lifted, ahead]


def test_a_topic_added_after_the_score_counts_as_lift_zero() -> None:
    topic = make_topic("Birds", slug="birds")
    above, below = scored(3.0, birds=0.2), scored(2.0, birds=-0.2)
    since, unscored = scored(9.0, fish=2.0), make_paper()
    for paper in (unscored, below, since, above):
        make_paper_topic(paper, topic)

    found = [one.paper for one in ranked("week", DAY, topic_slug="birds")]
    assert found == [above, since, below, unscored]


def test_the_slug_of_a_topic_may_be_a_number() -> None:
    paper = scored(1.0, **{"2024": 0.5})
    make_paper_topic(paper, make_topic("Of 2024", slug="2024"))

    assert [one.paper for one in ranked("week", DAY, topic_slug="2024")] == [paper]


def test_active_topics_come_best_first() -> None:
    paper = make_paper()
    make_paper_topic(paper, make_topic("Minor"), 0.4)
    make_paper_topic(paper, make_topic("Major"), 0.9)
    make_paper_topic(paper, make_topic("Hidden", is_active=False), 1.0)

    links = ranked("day", DAY)[0].paper.topic_links.all()
    assert [link.topic.name for link in links] == ["Major", "Minor"]


def test_a_limit_cuts_the_list() -> None:
    for place in range(1, 6):
        placed(place)

    assert [one.position for one in ranked("day", DAY, limit=2)] == [1, 2]


def test_places_are_counted_from_the_first_paper_of_the_list() -> None:
    papers = [placed(place) for place in range(1, 6)]

    found = ranked("day", DAY, skip=2, limit=2)
    assert [(one.position, one.paper) for one in found] == [(3, papers[2]), (4, papers[3])]
    assert ranked("day", DAY, skip=5, limit=2) == []


def test_facts_of_a_past_list_are_those_of_its_close() -> None:
    paper = upvoted(10)
    make_signal(paper, 900, read_at=NOON + timedelta(days=3))

    assert ranked("day", DAY)[0].facts["upvotes"] == 10


def test_each_link_to_a_topic_knows_its_paper_and_its_topic(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    paper, without = make_paper(), make_paper()
    make_paper_topic(paper, make_topic("Birds", slug="birds"), weight=0.5)
    found = with_topics([paper, without])
    with django_assert_num_queries(0):
        [link] = found[0].topic_links.all()
        assert (link.paper, link.topic.slug, link.weight) == (paper, "birds", 0.5)
        assert list(found[1].topic_links.all()) == []


@pytest.mark.parametrize("papers", [1, 3])
def test_a_list_takes_four_queries(
    django_assert_num_queries: DjangoAssertNumQueries, papers: int
) -> None:
    for number in range(papers):
        make_paper_topic(upvoted(number), make_topic())
    score("week", DAY, NOW)
    with django_assert_num_queries(4):
        shown = ranked("week", DAY)
        assert [len(one.paper.topic_links.all()) for one in shown] == [1] * papers


def test_topics_are_counted_within_the_window() -> None:
    topic = make_topic("Birds", slug="birds")
    make_paper_topic(make_paper(), topic)
    make_paper_topic(make_paper(listed_on=DAY - timedelta(days=90)), topic)
    counts = {one.topic.slug: one.papers for one in topic_counts("week", DAY)}

    assert counts["birds"] == 1
    assert counts["video"] == 0


def test_the_place_is_counted_in_the_newest_list_of_each_window() -> None:
    weak, strong = upvoted(2), upvoted(80)
    for window in ("day", "week"):
        score(window, DAY, NOW)

    places = {trend.window: place for trend, place in newest_places(weak.pk)}
    assert places == {"day": 2, "week": 2}
    assert [place for _, place in newest_places(strong.pk)] == [1, 1]


def test_a_withdrawn_paper_is_in_no_list_and_no_count() -> None:
    topic = make_topic("Birds", slug="birds")
    weak, gone = upvoted(2), upvoted(80)
    for paper in (weak, gone):
        make_paper_topic(paper, topic)
    score("week", DAY, NOW)
    Paper.objects.filter(pk=gone.pk).update(is_withdrawn=True)

    assert [one.paper for one in ranked("week", DAY)] == [weak]
    assert {one.topic.slug: one.papers for one in topic_counts("week", DAY)}["birds"] == 1
    assert [place for _, place in newest_places(weak.pk)] == [1]
