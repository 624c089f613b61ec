"""The table of share cards."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from papers.catalogue.merge import merge
from papers.models import ShareCard
from tests.factories import NOON, make_paper

pytestmark = pytest.mark.django_db


def test_a_card_goes_with_its_paper() -> None:
    paper = make_paper()
    card = ShareCard.objects.create(paper=paper, png=b"x", version="1", drawn_at=NOON)
    assert str(card) == f"card of paper {paper.pk}"
    paper.delete()
    assert not ShareCard.objects.exists()


def test_a_paper_has_one_card() -> None:
    paper = make_paper()
    ShareCard(paper=paper, png=b"x", version="1", drawn_at=NOON).save(force_insert=True)
    with pytest.raises(IntegrityError):
        ShareCard(paper=paper, png=b"y", version="1", drawn_at=NOON).save(force_insert=True)


def test_two_papers_that_are_merged_have_one_card() -> None:
    named, nameless = make_paper("Same"), make_paper("Same", arxiv_id=None)
    for paper in (named, nameless):
        ShareCard.objects.create(paper=paper, png=b"x", version="1", drawn_at=NOON)
    merge(named, nameless)
    assert ShareCard.objects.get().paper == named
