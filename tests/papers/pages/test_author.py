"""Authors: which printed names are one author, and the pages of their papers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from papers.models import Paper
from papers.pages.author import _PRINTED, Author, author_page, find_author
from papers.pages.paging import NoSuchPage
from tests.factories import DAY, make_paper
from web.sql import rows

pytestmark = pytest.mark.django_db


def papers_of(slug: str) -> set[int]:
    found = find_author(slug)
    return set(found.paper_ids) if found else set()


def by(*authors: str) -> Paper:
    return make_paper(authors=list(authors))


@pytest.mark.parametrize(
    ("printed", "slug"),
    [
        ("Abhishek Das", "abhishek-das"),
        ("Bernhard Schölkopf", "bernhard-scholkopf"),
        ("Jean-Baptiste Alayrac", "jean-baptiste-alayrac"),
        ("Laurens van der Maaten", "laurens-van-der-maaten"),
        ("Ryan O’Neil", "ryan-o-neil"),
        ("Robert Downey Jr.", "robert-downey-jr"),
        ("Geoffrey E. Hinton", "geoffrey-e-hinton"),
        ("G. E. Hinton", "g-e-hinton"),
        ("Hinton G. E.", "hinton-g-e"),
        ("Kaiming He", "kaiming-he"),
        ("王 伟", "王-伟"),
        ("王伟", "王伟"),
        ("Мария Иванова", "мария-иванова"),
        ("OpenAI", "openai"),
        ("Qwen Team", "qwen-team"),
        ("Y. X", "y-x"),
        ("An Bo Cho Do Eun Fa Go", "an-bo-cho-do-eun-fa-go"),
    ],
)
def test_a_name_is_found_by_its_slug(printed: str, slug: str) -> None:
    paper = by("Ada Roe", printed)
    by("Some Body Else")
    found = find_author(slug)
    assert found is not None
    assert found == Author(printed, [], [paper.pk])


@pytest.mark.parametrize(
    "other",
    ["Geoffrey E. Hinton", "G. Hinton", "G. E. Hinton", "GEOFFREY HINTON", "Hinton Geoffrey"],
)
def test_other_forms_of_a_name_are_the_same_author(other: str) -> None:
    papers = {by("Geoffrey Hinton").pk, by("Geoffrey Hinton", "Jo Doe").pk, by(other).pk}
    assert papers_of("geoffrey-hinton") == papers


@pytest.mark.parametrize(
    "other", ["Gerald Hinton", "Geoffrey Hintonson", "E. Hinton", "Hinton", "Geoffrey Roe"]
)
def test_another_name_is_another_author(other: str) -> None:
    paper = by("Geoffrey Hinton")
    by(other)
    assert papers_of("geoffrey-hinton") == {paper.pk}


def test_the_name_is_the_form_of_most_papers() -> None:
    by("Bernhard Scholkopf")
    by("Bernhard Schölkopf")
    by("Bernhard Schölkopf")
    found = find_author("bernhard-scholkopf")
    assert found is not None
    assert found.name == "Bernhard Schölkopf"
    assert found.other_names == []


def test_a_slug_that_no_paper_prints_has_the_form_of_most_papers() -> None:
    by("Yann LeCun")
    found = find_author("lecun-yann")
    assert found is not None
    assert (found.name, found.url) == ("Yann LeCun", "/authors/yann-lecun/")


def test_other_forms_are_named() -> None:
    for name in ("Geoffrey Hinton", "Geoffrey Hinton", "G. Hinton", "Geoffrey E. Hinton"):
        by(name)
    found = find_author("geoffrey-hinton")
    assert found is not None
    assert found.other_names == ["G. Hinton", "Geoffrey E. Hinton"]


@pytest.mark.parametrize("slug", ["nobody-known", "a", "he", "-", "x-y", "%", "roe"])
def test_an_unknown_author_is_none(slug: str) -> None:
    by("Ada Lovelace", "He")
    assert find_author(slug) is None


def test_a_withdrawn_paper_is_left_out() -> None:
    by("Ada Roe")
    gone = by("Ada Roe")
    Paper.objects.filter(pk=gone.pk).update(is_withdrawn=True)
    assert gone.pk not in papers_of("ada-roe")


def test_a_row_whose_authors_are_no_list_costs_nothing() -> None:
    paper = by("Ada Roe")
    make_paper(authors=17)
    assert papers_of("ada-roe") == {paper.pk}


def test_pages_hold_twenty_papers_the_newest_first() -> None:
    papers = [
        make_paper(authors=["Ada Roe"], listed_on=DAY - timedelta(days=days)) for days in range(21)
    ]
    found = find_author("ada-roe")
    assert found is not None
    first, second = author_page(found, 1), author_page(found, 2)
    assert first is not None
    assert second is not None
    assert [*first.papers, *second.papers] == papers
    assert (first.total, first.pages, first.later_url, first.earlier_url) == (
        21, 2, "", "/authors/ada-roe/?page=2"
    )  # fmt: skip
    assert (second.later_url, second.earlier_url) == ("/authors/ada-roe/", "")
    with pytest.raises(NoSuchPage):
        author_page(found, 3)


def test_the_index_of_the_search_finds_the_papers() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    values = {"query": "'au:hinton.g'", "pattern": "%hinton%"}
    plan = "\n".join(line for (line,) in rows(f"EXPLAIN {_PRINTED}", **values))
    assert "Bitmap Index Scan on search_entry_words" in plan
