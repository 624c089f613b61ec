"""The table of vectors."""

from __future__ import annotations

import pytest

from papers.catalogue.merge import merge
from papers.models import PaperVector
from tests.factories import NOON, make_paper

pytestmark = pytest.mark.django_db


def test_a_vector_goes_with_its_paper() -> None:
    paper = make_paper()
    vector = PaperVector.objects.create(paper=paper, dense=b"x", terms=b"", made_at=NOON)
    assert str(vector) == f"vector of paper {paper.pk}"
    paper.delete()
    assert not PaperVector.objects.exists()


def test_two_papers_that_are_merged_have_one_vector() -> None:
    kept, other = make_paper(), make_paper()
    for paper in (kept, other):
        PaperVector.objects.create(paper=paper, dense=b"x", terms=b"", made_at=NOON)
    merge(kept, other)
    assert PaperVector.objects.get().paper == kept
