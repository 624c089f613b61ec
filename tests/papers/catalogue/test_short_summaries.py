"""Whose short summary a paper has."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from papers.catalogue.short_summaries import outranks, store_short_summaries
from papers.models import Paper
from tests.factories import NOON, make_paper
from tests.papers.catalogue.ingesting import LATER, fetched, store

pytestmark = pytest.mark.django_db
ID = "2503.00001"
FIRST = "Plover reads abstracts in one minute."
SECOND = "Plover reads abstracts in two minutes."


def stored() -> tuple[str, str]:
    paper = Paper.objects.get()
    return paper.short_summary, paper.short_summary_source


def ingested(text: str, source: str = "hugging_face", **options: Any) -> tuple[str, str]:
    store(fetched(arxiv_id=ID, short_summary=text), source=source, **options)
    return stored()


def test_a_summary_is_stored_with_its_source() -> None:
    assert ingested(FIRST) == (FIRST, "hugging_face")


def test_a_newer_summary_of_the_same_source_replaces_it() -> None:
    ingested(FIRST)
    assert ingested(SECOND, read_at=LATER) == (SECOND, "hugging_face")


def test_an_older_summary_of_the_same_source_does_not() -> None:
    ingested(SECOND, read_at=LATER)
    assert ingested(FIRST) == (SECOND, "hugging_face")


def test_an_answer_without_a_summary_removes_none() -> None:
    ingested(FIRST)
    assert ingested("", read_at=LATER) == (FIRST, "hugging_face")


def test_a_newer_record_of_arxiv_does_not_keep_a_summary_out() -> None:
    ingested("", source="arxiv", read_at=LATER)
    assert ingested(FIRST) == (FIRST, "hugging_face")


def test_a_summary_of_hugging_face_replaces_that_of_any_other_source() -> None:
    paper = make_paper(arxiv_id=ID, short_summary=SECOND, short_summary_source="model")
    assert store_short_summaries("semantic_scholar", {paper.pk: FIRST}, NOON) == 1
    assert stored() == (FIRST, "semantic_scholar")
    assert ingested(SECOND) == (SECOND, "hugging_face")


def test_no_other_source_replaces_that_of_hugging_face() -> None:
    paper = make_paper(arxiv_id=ID, short_summary=FIRST, short_summary_source="hugging_face")
    before = paper.updated_at
    assert store_short_summaries("semantic_scholar", {paper.pk: SECOND}, LATER) == 0
    paper.refresh_from_db()
    assert (stored(), paper.updated_at) == ((FIRST, "hugging_face"), before)


def test_a_changed_paper_counts_as_changed_now() -> None:
    paper = make_paper(arxiv_id=ID)
    now = paper.updated_at + timedelta(days=1)
    assert store_short_summaries("model", {paper.pk: FIRST}, now) == 1
    paper.refresh_from_db()
    assert paper.updated_at == now
    assert store_short_summaries("model", {paper.pk: FIRST}, now + timedelta(days=1)) == 0


def test_empty_texts_and_deleted_papers_are_left_out() -> None:
    paper = make_paper(arxiv_id=ID, short_summary=FIRST, short_summary_source="model")
    assert store_short_summaries("model", {paper.pk: "", paper.pk + 1: SECOND}, NOON) == 0
    assert stored() == (FIRST, "model")


def test_a_source_of_the_operator_is_better_than_a_model() -> None:
    assert outranks("my_list", "model")
    assert not outranks("my_list", "semantic_scholar")
    assert not outranks("model", "model")
