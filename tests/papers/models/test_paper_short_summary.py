"""The migration that takes short summaries and organisations out of stored payloads."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from pytest_django import DjangoAssertNumQueries

from papers.models import Paper, RawRecord
from tests.factories import DAY, make_paper

pytestmark = pytest.mark.django_db
MIGRATION = import_module("papers.migrations.0022_fill_short_summaries")
TEXT = "Plover reads abstracts in one minute."
OTHER = "Plover reads abstracts in two minutes."


def keep(paper: Paper, source: str, payload: Any, days: int = 0) -> None:
    RawRecord.objects.create(
        paper=paper,
        source=source,
        day=DAY + timedelta(days=days),
        payload_hash=f"{source}{days}",
        payload=payload,
    )


def filled(paper: Paper) -> tuple[str, str, str, str]:
    MIGRATION.fill(apps, None)
    found = Paper.objects.get(pk=paper.pk)
    return (
        found.short_summary,
        found.short_summary_source,
        found.organization,
        found.organization_url,
    )


def test_the_newest_payload_of_hugging_face_counts() -> None:
    paper = make_paper()
    account = {"name": "walrus", "fullname": "Walrus Lab"}
    keep(paper, "hugging_face", {"paper": {"ai_summary": OTHER}})
    keep(paper, "hugging_face", {"paper": {"ai_summary": TEXT, "organization": account}}, days=1)
    keep(paper, "semantic_scholar", {"tldr": {"text": OTHER}}, days=2)
    expected = TEXT, "hugging_face", "Walrus Lab", "https://huggingface.co/walrus"
    assert filled(paper) == expected


def test_without_it_that_of_semantic_scholar_is_taken() -> None:
    paper = make_paper()
    keep(paper, "hugging_face", {"paper": {"ai_summary": "N/A"}})
    keep(paper, "semantic_scholar", {"tldr": {"text": TEXT}})
    assert filled(paper) == (TEXT, "semantic_scholar", "", "")


@pytest.mark.parametrize("payload", [[], "text", {"tldr": None}, {"tldr": {"text": 7}}, {}])
def test_a_malformed_payload_gives_nothing(payload: Any) -> None:
    paper = make_paper()
    for source in ("hugging_face", "semantic_scholar"):
        keep(paper, source, payload)
    assert filled(paper) == ("", "", "", "")


def test_a_paper_without_them_is_not_changed(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    papers = [make_paper(f"Walrus {number}") for number in range(3)]
    with django_assert_num_queries(5):  # a batch, its payloads, a savepoint, the empty last batch
        MIGRATION.fill(apps, None)
    after = [Paper.objects.get(pk=paper.pk).updated_at for paper in papers]
    assert after == [paper.updated_at for paper in papers]
