"""What a language model wrote: one row for each paper."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from papers.models import WrittenSummary
from tests.factories import NOON, make_paper

pytestmark = pytest.mark.django_db


def test_a_paper_has_one_row() -> None:
    paper = make_paper()
    WrittenSummary.objects.create(paper=paper, text_hash="0", model="x", asked_at=NOON)
    with pytest.raises(IntegrityError):
        WrittenSummary.objects.create(paper=paper, text_hash="1", model="x", asked_at=NOON)


def test_it_reads_as_its_text_or_the_reason_why_there_is_none() -> None:
    assert str(WrittenSummary(text="A sentence.")) == "A sentence."
    assert str(WrittenSummary(refused="no summary")) == "none: no summary"
