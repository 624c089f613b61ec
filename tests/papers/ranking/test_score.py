"""The scores of a window are stored with their components."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries, Settings

from papers.models import Paper, Trend
from papers.ranking.score import VERSION, score
from papers.windows import closes_at
from tests.factories import DAY, make_paper, make_paper_topic, make_signal, make_topic

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 3, 20, tzinfo=UTC)


def upvoted(votes: float, listed_on: date = DAY, **values: Any) -> Paper:
    paper = make_paper(listed_on=listed_on, **values)
    noon = datetime(listed_on.year, listed_on.month, listed_on.day, 12, tzinfo=UTC)
    make_signal(paper, votes, read_at=noon)
    return paper


def stored(window: str = "week", day: date = DAY) -> list[int]:
    trends = Trend.objects.filter(window=window, day=day).order_by("-value", "paper_id")
    return list(trends.values_list("paper_id", flat=True))


def test_it_stores_a_trend_for_each_paper_of_the_window() -> None:
    weak, strong = upvoted(3), upvoted(90)
    upvoted(500, DAY - timedelta(days=7))
    upvoted(500, DAY + timedelta(days=1))

    assert score("week", DAY, NOW) == 2
    assert stored() == [strong.pk, weak.pk]


def test_it_stores_the_components_of_the_score() -> None:
    paper = upvoted(84)
    score("week", DAY, NOW)
    trend = Trend.objects.get(paper=paper)

    assert trend.components["upvotes"]["value"] == 84
    assert trend.components["upvotes"]["gain"] == 84
    assert trend.components["upvotes"]["points"] == trend.value
    assert (trend.version, trend.scored_at) == (VERSION, NOW)


def test_the_votes_of_readers_count_as_the_setting_says(settings: Settings) -> None:
    paper = upvoted(84)
    make_signal(paper, 9, kind="votes", source="readers")
    points, versions = [], []
    for settings.OWN_VOTES_WEIGHT in (0.1, 0.05, 0):
        score("week", DAY, NOW)
        trend = Trend.objects.get(paper=paper)
        points.append(trend.components["votes"]["points"])
        versions.append(trend.version)
    assert points == [pytest.approx(0.230259), pytest.approx(0.115129), 0]
    assert versions == [VERSION, f"{VERSION}/0.05", f"{VERSION}/0"]


def test_reads_after_the_close_do_not_count() -> None:
    paper = upvoted(10)
    score("week", DAY, NOW)
    before = Trend.objects.get(paper=paper).value
    make_signal(paper, 900, read_at=closes_at(DAY) + timedelta(minutes=1))
    score("week", DAY, NOW)

    assert Trend.objects.get(paper=paper).value == before


def test_an_open_window_counts_reads_up_to_now() -> None:
    paper = upvoted(10)
    make_signal(paper, 900, read_at=datetime(2025, 3, 14, 18, tzinfo=UTC))
    score("day", DAY, datetime(2025, 3, 14, 13, tzinfo=UTC))

    assert Trend.objects.get(paper=paper).components["upvotes"]["value"] == 10


def test_scoring_again_replaces_the_rows() -> None:
    paper = upvoted(10)
    score("week", DAY, NOW)
    first = Trend.objects.get(paper=paper)
    make_signal(paper, 40, read_at=datetime(2025, 3, 14, 18, tzinfo=UTC))
    score("week", DAY, NOW)
    again = Trend.objects.get(paper=paper)

    assert again.pk == first.pk
    assert again.value > first.value


def test_scores_without_new_reads_are_not_written_again() -> None:
    paper, _ = upvoted(10), upvoted(20)
    score("week", DAY, NOW)
    score("week", DAY, NOW + timedelta(hours=1))
    assert set(Trend.objects.values_list("scored_at", flat=True)) == {NOW}

    make_signal(paper, 90, read_at=datetime(2025, 3, 14, 18, tzinfo=UTC))
    score("week", DAY, NOW + timedelta(hours=2))
    assert Trend.objects.get(paper=paper).scored_at == NOW + timedelta(hours=2)


def test_several_windows_can_be_scored_in_one_transaction() -> None:
    paper = upvoted(10)
    with transaction.atomic():
        score("week", DAY, NOW)
        score("day", DAY, NOW)

    assert stored("week") == stored("day") == [paper.pk]


def test_a_paper_outside_the_window_loses_its_trend() -> None:
    paper = upvoted(10)
    score("week", DAY, NOW)
    Paper.objects.filter(pk=paper.pk).update(listed_on=DAY - timedelta(days=30))

    assert score("week", DAY, NOW) == 0
    assert stored() == []


def test_the_lift_has_the_active_topics_of_the_paper() -> None:
    paper = upvoted(10)
    make_paper_topic(paper, make_topic("Birds", slug="birds"))
    make_paper_topic(paper, make_topic("Old", slug="old", is_active=False))
    score("week", DAY, NOW)

    assert list(Trend.objects.get(paper=paper).components["lift"]) == ["birds"]


def test_a_listing_is_scored_by_its_places() -> None:
    papers = [make_paper() for _ in range(5)]
    for place, paper in enumerate(reversed(papers), start=1):
        make_signal(paper, place, kind="position", source="listing")
    score("day", DAY, NOW)

    assert stored("day") == [paper.pk for paper in reversed(papers)]


def test_an_empty_window_has_no_scores() -> None:
    assert score("day", DAY, NOW) == 0


@pytest.mark.parametrize("papers", [1, 3])
def test_a_score_takes_the_same_queries_for_any_number(
    django_assert_num_queries: DjangoAssertNumQueries, papers: int
) -> None:
    for number in range(papers):
        upvoted(number)
    # The ids, the topics, their links, the reads, a savepoint (two), the table, COPY, ANALYZE,
    # the deletion and the upsert.
    with django_assert_num_queries(11):
        score("week", DAY, NOW)
