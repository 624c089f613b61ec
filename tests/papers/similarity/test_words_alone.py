"""Whether papers are compared by their words alone, and why."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from papers.models import PaperVector
from papers.similarity.words_alone import WordsAlone, words_alone
from tests.factories import NOON, make_paper

pytestmark = pytest.mark.django_db


def make_vector(model: str) -> None:
    PaperVector.objects.create(paper=make_paper(), model=model, made_at=NOON)


def test_with_the_vector_of_a_model_they_are_not(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make_vector("")
    make_vector("all-MiniLM-L6-v2-int8 8199be6f")
    with django_assert_num_queries(1):
        assert words_alone() is None


def test_before_any_paper_has_a_vector_nothing_is_said() -> None:
    make_paper()
    assert words_alone() is None


def test_the_setting_is_a_choice(settings: Settings) -> None:
    settings.EMBEDDING_MODEL = "none"
    assert words_alone() == WordsAlone("EMBEDDING_MODEL is none", is_chosen=True)


def test_a_folder_without_a_model_is_a_fault_with_its_reason(
    settings: Settings, tmp_path: Path
) -> None:
    make_vector("of before")
    settings.EMBEDDING_MODEL = str(tmp_path)
    reason = "the model cannot be used: the folder has no model.onnx"
    assert words_alone() == WordsAlone(reason, is_chosen=False)


def test_a_model_that_has_made_no_vector_yet_is_not_used() -> None:
    make_vector("")
    found = words_alone()
    assert found
    assert found.reason.startswith("no paper has a vector of the model yet")
    assert not found.is_chosen
