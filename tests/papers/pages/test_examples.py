"""Example papers for each family of topics."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from papers.models import Paper, Topic, Trend
from papers.pages.examples import family_examples
from tests.factories import make_paper, make_paper_topic, make_topic

pytestmark = pytest.mark.django_db
SUNDAY = date(2025, 3, 16)


@pytest.fixture(autouse=True)
def topics() -> dict[str, Topic]:
    Topic.objects.all().delete()
    families = {"agents": "language", "language": "language", "robots": "systems", "other": ""}
    return {slug: make_topic(slug, slug=slug, family=name) for slug, name in families.items()}


def make_trend(paper: Paper, value: float, day: date = SUNDAY, window: str = "week") -> None:
    Trend.objects.create(
        paper=paper, value=value, day=day, window=window, components={}, scored_at=timezone.now()
    )


def paper_of(title: str, trend: float, **weights: float) -> Paper:
    paper = make_paper(title)
    for slug, weight in weights.items():
        make_paper_topic(paper, Topic.objects.get(slug=slug), weight)
    make_trend(paper, trend)
    return paper


def test_each_family_has_its_strongest_papers_and_no_paper_stands_twice() -> None:
    paper_of("third", 1, agents=0.9)
    paper_of("first", 3, agents=0.9, robots=0.2)
    paper_of("second", 2, language=0.9)
    paper_of("robot", 0.5, robots=0.8, agents=0.5)
    paper_of("of no family", 9, other=0.9)
    paper_of("of no topic", 9)
    assert family_examples() == {"language": ["first", "second"], "systems": ["robot"]}


def test_only_the_newest_week_counts() -> None:
    paper_of("new", 1, agents=0.9)
    old = make_paper("old")
    make_paper_topic(old, Topic.objects.get(slug="agents"))
    make_trend(old, 9, date(2025, 3, 9))
    make_trend(old, 9, date(2025, 3, 17), window="day")
    assert family_examples() == {"language": ["new"]}


def test_a_withdrawn_paper_is_no_example() -> None:
    paper = paper_of("withdrawn", 9, agents=0.9)
    paper_of("listed", 1, agents=0.9)
    Paper.objects.filter(pk=paper.pk).update(is_withdrawn=True)
    assert family_examples() == {"language": ["listed"]}


def test_an_inactive_topic_gives_no_family(topics: dict[str, Topic]) -> None:
    paper_of("first", 9, agents=0.9, robots=0.1)
    Topic.objects.filter(slug="agents").update(is_active=False)
    assert family_examples() == {"systems": ["first"]}


def test_without_a_week_there_are_no_examples() -> None:
    assert family_examples() == {}
