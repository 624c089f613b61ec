"""The made-up archive is like a real one in what the figures depend on."""

from __future__ import annotations

from itertools import pairwise

import pytest

from bench.synthetic_papers import DAY, fetched, fill, texts, topic_terms, word
from papers.catalogue.classify import classify
from papers.models import Paper, Signal
from papers.ranking.score import score
from papers.windows import closes_at


def test_the_same_papers_come_each_time() -> None:
    found = list(texts(200))
    assert found == list(texts(200))
    assert len({text.title for text in found}) == 200
    assert all(120 < len(text.summary.split()) < 200 for text in found)


def test_words_are_as_uneven_as_in_real_abstracts() -> None:
    """What the kinds of search call common, in a third, in a few of a hundred."""
    summaries = [f" {text.summary} " for text in texts(400)]
    shares = [sum(f" {word(n)} " in one for one in summaries) / 400 for n in (12, 40, 300)]
    assert shares == pytest.approx([0.68, 0.32, 0.05], abs=0.07)
    assert all(more > less for more, less in pairwise(shares))
    assert len({word(rank) for rank in range(40_000)}) == 40_000
    assert any(f" {topic_terms()[0][0]} " in one for one in summaries)


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
