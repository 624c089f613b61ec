"""The newest value of each counter of many papers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from papers.api.counts import newest_counts
from papers.models import Paper
from tests.factories import NOON, make_paper, make_signal

pytestmark = pytest.mark.django_db


def read(paper: Paper, kind: str, *values: float, source: str = "hugging_face") -> None:
    """Store hourly reads from noon on."""
    for hour, value in enumerate(values):
        read_at = NOON + timedelta(hours=hour)
        make_signal(paper, value, kind=kind, source=source, read_at=read_at)


def test_the_newest_read_counts_even_when_it_is_lower() -> None:
    paper = make_paper()
    read(paper, "upvotes", 5, 9, 8)
    assert newest_counts([paper.pk], NOON + timedelta(hours=5)) == {paper.pk: {"upvotes": 8}}


def test_reads_count_up_to_the_instant() -> None:
    paper = make_paper()
    read(paper, "upvotes", 5, 9)
    assert newest_counts([paper.pk], NOON) == {paper.pk: {"upvotes": 5}}
    assert newest_counts([paper.pk], NOON - timedelta(seconds=1)) == {}


def test_of_several_sources_the_highest_newest_read_counts() -> None:
    paper = make_paper()
    read(paper, "stars", 90, 6, source="github")
    read(paper, "stars", 7, source="hugging_face")
    read(paper, "stars", 5, source="other")
    assert newest_counts([paper.pk], NOON + timedelta(hours=5)) == {paper.pk: {"stars": 7}}


def test_only_the_three_shown_signals_are_counted() -> None:
    paper, other = make_paper(), make_paper()
    for kind in ("upvotes", "comments", "stars", "citations", "position", "votes", "clicks"):
        read(paper, kind, 3)
        read(other, kind, 4)
    shown = {"upvotes": 3, "comments": 3, "stars": 3}
    assert newest_counts([paper.pk], NOON) == {paper.pk: shown}


def test_a_paper_without_reads_is_left_out() -> None:
    assert newest_counts([make_paper().pk], NOON) == {}
    assert newest_counts([], NOON) == {}


@pytest.mark.parametrize("number", [1, 3])
def test_many_papers_take_one_query(
    django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    papers = [make_paper() for _ in range(number)]
    for paper in papers:
        read(paper, "upvotes", 1, 2)
    with django_assert_num_queries(1):
        counts = newest_counts([paper.pk for paper in papers], NOON + timedelta(hours=1))
    assert counts == {paper.pk: {"upvotes": 2} for paper in papers}
