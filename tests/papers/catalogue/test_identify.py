"""Which row a fetched paper gets."""

from __future__ import annotations

from typing import Any

import pytest

from papers.catalogue.identify import identify
from papers.fetched import FetchedPaper
from papers.models import Paper
from tests.factories import DAY, make_paper

pytestmark = pytest.mark.django_db
ID, OTHER_ID = "2503.90001", "2503.90002"


def fetched(title: str = "A title", arxiv_id: str | None = None) -> FetchedPaper:
    return FetchedPaper(title=title, arxiv_id=arxiv_id, listed_on=DAY)


def make_nameless(title: str) -> Paper:
    """A row without an arXiv id."""
    return make_paper(title, arxiv_id=None)


# ── papers with an arXiv id ──────────────────────────────────────────────────


def test_an_id_finds_its_row_whatever_the_title() -> None:
    row = make_paper("Old title", arxiv_id=ID)
    make_paper("New title", arxiv_id=OTHER_ID)
    found = identify([fetched("New title", ID)])
    assert (found.papers, found.changed) == ([row], frozenset())


def test_an_unknown_id_gives_a_new_row_that_is_not_saved() -> None:
    found = identify([fetched("A title", ID)])
    [paper] = found.papers
    assert paper._state.adding
    assert (paper.arxiv_id, paper.listed_on) == (ID, DAY)
    assert not Paper.objects.exists()


def test_a_row_without_an_id_gets_the_id_of_its_title() -> None:
    row = make_nameless("a title")
    found = identify([fetched("A Title!", ID)])
    assert (found.papers, found.changed) == ([row], frozenset({row.pk}))
    assert found.papers[0].arxiv_id == ID


def test_a_row_with_another_id_keeps_it() -> None:
    make_paper("a title", arxiv_id=OTHER_ID)
    [paper] = identify([fetched("A title", ID)]).papers
    assert paper._state.adding
    assert paper.arxiv_id == ID


def test_two_rows_of_one_paper_merge() -> None:
    nameless, named = make_nameless("new title"), make_paper("old title", arxiv_id=ID)
    found = identify([fetched("New title", ID)])
    assert (found.papers, found.changed) == ([nameless], frozenset({nameless.pk}))
    assert list(Paper.objects.values_list("pk", "arxiv_id")) == [(nameless.pk, ID)]
    assert named.pk != nameless.pk


# ── papers without an arXiv id ───────────────────────────────────────────────


def test_a_title_finds_the_oldest_of_several_rows_with_an_id() -> None:
    oldest = make_paper("a title", arxiv_id=OTHER_ID)
    make_paper("a title", arxiv_id=ID)
    make_nameless("a title")
    assert identify([fetched("A title")]).papers == [oldest]


def test_a_title_finds_the_row_without_an_id_else() -> None:
    row = make_nameless("a title")
    make_paper("another title")
    assert identify([fetched("A title")]).papers == [row]


def test_a_title_of_the_batch_comes_before_a_stored_one() -> None:
    make_paper("a title", arxiv_id=OTHER_ID)
    new, same = identify([fetched("A title", ID), fetched("a title")]).papers
    assert new is same
    assert new._state.adding
    assert new.arxiv_id == ID


def test_a_title_that_the_batch_changes_no_longer_finds_its_row() -> None:
    make_paper("old title", arxiv_id=ID)
    _, paper = identify([fetched("New title", ID), fetched("Old title")]).papers
    assert paper._state.adding
    assert paper.arxiv_id is None


# ── a batch ──────────────────────────────────────────────────────────────────


def test_the_same_paper_twice_shares_one_object() -> None:
    first, second, third, other = identify(
        [fetched("One"), fetched("ONE"), fetched("One."), fetched("Two")]
    ).papers
    assert first is second is third
    assert first is not other


def test_an_empty_batch_finds_nothing() -> None:
    found = identify([])
    assert (found.papers, found.changed) == ([], frozenset())


@pytest.mark.parametrize("number", [1, 30])
def test_a_batch_of_any_size_takes_one_query(django_assert_num_queries: Any, number: int) -> None:
    rows = [make_paper(f"title {n}") for n in range(number)]
    batch = [fetched(f"Title {n}", row.arxiv_id) for n, row in enumerate(rows)]
    with django_assert_num_queries(1):
        found = identify([*batch, *(fetched(f"Title {n}") for n in range(number))])
    assert found.papers == [*rows, *rows]


def test_a_title_in_tex_finds_the_row_of_the_plain_one() -> None:
    row = make_paper("τ-bench: A Benchmark", arxiv_id=None, title_key="τ bench a benchmark")
    found = identify(
        [fetched(r"$\tau$-bench: A Benchmark", ID), fetched("τ-bench &#8211; A Benchmark")]
    )
    assert found.papers == [row, row]
    assert found.papers[0].arxiv_id == ID
