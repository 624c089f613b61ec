"""The migration that cleans the texts of the papers that are stored already."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from pytest_django import DjangoAssertNumQueries

from papers.models import Paper
from papers.text.titles import title_key
from tests.factories import make_paper

pytestmark = pytest.mark.django_db
MIGRATION = import_module("papers.migrations.0013_clean_texts")


def migrate() -> None:
    MIGRATION.clean_texts(apps, None)


def stored(paper: Paper) -> Paper:
    return Paper.objects.get(pk=paper.pk)


def test_every_text_of_a_paper_is_cleaned() -> None:
    paper = make_paper(
        "Wal\u00adrus &amp; Seal",
        authors=["Jane\ue003Doe", "\u200b", "Ada Lovelace"],
        summary="One.\n\nTwo\u202e &lt; 3.",
        keywords=["fi\ue000sh"],
        code_url="https://github.com/a/b?x=1&amp;y=2",
    )
    migrate()
    found = stored(paper)
    assert (found.title, found.title_key) == ("Walrus & Seal", "walrus seal")
    assert (found.authors, found.keywords) == (["JaneDoe", "Ada Lovelace"], ["fish"])
    assert (found.summary, found.code_url) == ("One.\n\nTwo < 3.", "https://github.com/a/b?x=1&y=2")
    assert found.updated_at > paper.updated_at


def test_a_clean_paper_is_not_changed(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    papers = [make_paper(f"Walrus {number}", summary="One.\n\nTwo.") for number in range(3)]
    with django_assert_num_queries(4):  # a batch, a savepoint and its end, the empty last batch
        migrate()
    assert [stored(paper).updated_at for paper in papers] == [it.updated_at for it in papers]


def test_a_title_without_letters_stays() -> None:
    paper = make_paper("\ue003 \u200b")
    migrate()
    assert stored(paper).title == "\ue003 \u200b"


def test_of_two_papers_that_become_equal_the_later_one_keeps_its_key() -> None:
    first = make_paper("On walruses", arxiv_id=None, title_key=title_key("On walruses"))
    later = make_paper("On wal\u00adruses", arxiv_id=None, title_key="on wal ruses")
    migrate()
    assert stored(later).title == stored(first).title == "On walruses"
    assert stored(later).title_key == "on wal ruses"


def test_batches_follow_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MIGRATION, "_BATCH", 2)
    papers = [make_paper(f"Wal\u200brus {number}") for number in range(5)]
    migrate()
    assert [stored(paper).title for paper in papers] == [f"Walrus {number}" for number in range(5)]
