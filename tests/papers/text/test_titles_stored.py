"""The migration that computes the keys of stored titles again."""

from __future__ import annotations

from importlib import import_module
from typing import Final

import pytest
from django.apps import apps
from django.db import connection

from papers.models import Paper
from tests.factories import make_paper

MIGRATION: Final = import_module("papers.migrations.0018_recomputed_title_keys")

pytestmark = pytest.mark.django_db


def recompute() -> dict[int, str]:
    with connection.schema_editor() as editor:
        MIGRATION.recompute(apps, editor)
    return dict(Paper.objects.values_list("pk", "title_key"))


def test_a_paper_with_tex_in_its_title_gets_the_key_of_the_plain_one() -> None:
    one = make_paper(r"$\tau$-bench", arxiv_id="2503.00001", title_key="tau bench")
    other = make_paper("Plain", arxiv_id="2503.00002", title_key="plain")
    assert recompute() == {one.pk: "τ bench", other.pk: "plain"}


def test_the_older_of_two_papers_without_an_id_gets_the_key() -> None:
    older = make_paper(r"$\tau$-bench", arxiv_id=None, title_key="tau bench")
    newer = make_paper(r"$τ$-bench &amp; x", arxiv_id=None, title_key="τ bench amp x")
    same = make_paper("τ-bench &amp;amp; x", arxiv_id=None, title_key="τ bench amp amp x")
    assert recompute() == {older.pk: "τ bench", newer.pk: "τ bench x", same.pk: "τ bench amp amp x"}


def test_a_paper_whose_key_is_right_keeps_it() -> None:
    newer_key = make_paper(r"$\tau$-bench", arxiv_id=None, title_key="tau bench")
    right = make_paper("τ-bench", arxiv_id=None, title_key="τ bench")
    assert recompute() == {newer_key.pk: "tau bench", right.pk: "τ bench"}


def test_two_papers_may_exchange_their_keys() -> None:
    one = make_paper("B &amp; A", arxiv_id=None, title_key="a c")
    other = make_paper("A &amp; C", arxiv_id=None, title_key="b a")
    assert recompute() == {one.pk: "b a", other.pk: "a c"}


def test_it_can_be_repeated() -> None:
    make_paper(r"$\tau$-bench", arxiv_id=None, title_key="tau bench")
    assert recompute() == recompute()
