"""The made-up archive is like a real one where it matters to the figures."""

from __future__ import annotations

import pytest

from bench.crowd import DAY, fetched, fill, texts
from papers.catalogue.classify import classify
from papers.models import Paper, Signal
from papers.ranking.score import score
from papers.windows import closes_at


def test_the_same_papers_come_each_time() -> None:
    assert list(texts(20)) == list(texts(20))
    assert len({title for title, _, _ in texts(200)}) == 200


def test_abstracts_are_as_long_as_real_ones() -> None:
    for _, summary, _ in texts(20):
        assert 120 < len(summary.split()) < 200


def test_a_later_reading_has_the_same_papers_and_more_votes() -> None:
    first, later = fetched(30), fetched(30, reading=1)

    assert [paper.arxiv_id for paper in first] == [paper.arxiv_id for paper in later]
    assert [paper.signals for paper in first] != [paper.signals for paper in later]


@pytest.mark.django_db
def test_every_stored_paper_can_be_classified_and_scored() -> None:
    fill(60)
    assert Signal.objects.count() == 60 * 11
    classify()

    assert not Paper.objects.filter(topics=None).exists()
    assert score("week", DAY, closes_at(DAY)) == 60
