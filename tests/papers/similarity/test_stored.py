"""Reading stored vectors."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from papers.models import PaperVector
from papers.similarity.stored import load_vectors
from papers.similarity.vectors import Vector
from tests.factories import make_paper

pytestmark = pytest.mark.django_db


def test_vectors_come_by_the_ids_of_their_papers(django_assert_num_queries: Any) -> None:
    papers = [make_paper(title=f"Walrus {number}") for number in range(3)]
    for paper, dense in zip(papers, (b"\x01" * 384, b""), strict=False):
        PaperVector.objects.create(
            paper=paper, model="m", dense=dense, terms=b"12345", made_at=timezone.now()
        )
    with django_assert_num_queries(1):
        found = load_vectors([paper.pk for paper in papers])
    assert found == {
        papers[0].pk: Vector(b"\x01" * 384, b"12345", "m"),
        papers[1].pk: Vector(b"", b"12345"),
    }


def test_only_the_papers_asked_for_are_read() -> None:
    paper, other = make_paper(title="Walrus"), make_paper(title="Kelp")
    for one in (paper, other):
        PaperVector.objects.create(paper=one, dense=b"", terms=b"", made_at=timezone.now())
    assert set(load_vectors({other.pk})) == {other.pk}


def test_no_paper_has_no_vector() -> None:
    assert load_vectors([]) == {}
