"""Which of two links counts, and sample papers that become real ones."""

from __future__ import annotations

import pytest

from papers.models import Paper
from tests.papers.catalogue.ingesting import LATER, fetched, store

pytestmark = pytest.mark.django_db


# ── links ────────────────────────────────────────────────────────────────────


def test_a_link_out_of_prose_gives_way_to_a_field_of_a_source() -> None:
    """arXiv knows more of a paper than Hugging Face, but it has no field for a link."""
    store(fetched(arxiv_id="2503.00001", code_url="https://x.org/prose"), source="arxiv")
    store(fetched("Other", arxiv_id="2503.00001", code_url="https://x.org/field"))
    paper = Paper.objects.get()
    assert (paper.title, paper.code_url) == ("A title", "https://x.org/field")


def test_an_older_field_does_not_replace_a_newer_one() -> None:
    store(fetched(arxiv_id="2503.00001", code_url="https://x.org/new"), read_at=LATER)
    store(fetched(arxiv_id="2503.00001", categories=("cs.CL",)), source="arxiv", read_at=LATER)
    store(fetched(arxiv_id="2503.00001", code_url="https://x.org/old"))
    assert Paper.objects.get().code_url == "https://x.org/new"


def test_a_real_source_makes_a_sample_paper_real() -> None:
    sample = fetched(arxiv_id="2503.00001", summary="Sample.")
    store(sample, source="sample", is_sample=True)
    assert Paper.objects.get().is_sample
    store(fetched("A title", summary="Real."), source="listing")
    row = Paper.objects.get()
    assert (row.is_sample, row.summary, row.arxiv_id) == (False, "Real.", "2503.00001")


def test_a_sample_changes_no_real_paper() -> None:
    store(fetched(arxiv_id="2503.00001", summary="Real."), source="listing")
    store(
        fetched(arxiv_id="2503.00001", summary="Sample."),
        source="sample",
        is_sample=True,
        read_at=LATER,
    )
    row = Paper.objects.get()
    assert (row.is_sample, row.summary) == (False, "Real.")
