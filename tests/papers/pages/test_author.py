"""Authors: which printed names are one author, and the pages of their papers."""

from __future__ import annotations

import importlib
from datetime import timedelta

import pytest
from django.db import connection

from papers.models import Paper, SearchEntry
from papers.pages.author import _PRINTED, Author, author_page, find_author, has_only_initials
from papers.pages.paging import NoSuchPage
from tests.factories import DAY, make_paper
from web.sql import execute, rows

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


@pytest.mark.parametrize("slug", ["nobody-known", "a", "of", "-", "x-y", "%", "roe"])
def test_an_unknown_author_is_none(slug: str) -> None:
    by("Ada Lovelace", "He")
    assert find_author(slug) is None


# ── words that PostgreSQL does not store ─────────────────────────────────────


@pytest.mark.parametrize(
    ("printed", "slug"),
    [
        ("An", "an"),
        ("Will", "will"),
        ("He", "he"),
        ("A. I.", "a-i"),
        ("An I.", "an-i"),
        ("ÁN", "an"),
    ],
)
def test_a_name_of_stop_words_has_a_page(printed: str, slug: str) -> None:
    paper = by("Ada Roe", printed)
    for other in ("An Li", "Will Smith", "He Kaiming", "A. Doe", "Doe An"):
        by(other)
    found = find_author(slug)
    assert found == Author(printed, [], [paper.pk])


def test_a_stored_paper_gets_the_key_of_such_a_name() -> None:
    migration = importlib.import_module("papers.migrations.0031_refill_keys_of_stop_words")
    paper, other = by("Will"), by("Will Smith", "Ada")
    execute("UPDATE papers_searchentry SET words = ''")
    assert papers_of("will") == set()
    execute(migration.FORWARD)
    assert papers_of("will") == {paper.pk}
    assert not SearchEntry.objects.get(pk=other.pk).words, "the others stay as they are"


# ── initials ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("J. Doe", True),
        ("J.-B. Doe", True),
        ("Doe J.", True),
        ("Doe J. B.", True),
        ("J. van der Doe", True),
        ("J. Doe Jr.", True),
        ("Jane Doe", False),
        ("Jane B. Doe", False),
        ("Doe", False),
        ("OpenAI", False),
        ("A Team", False),
        ("王 伟", False),
        ("Y. X.", False),
    ],
)
def test_a_name_of_initials_may_be_several_people(name: str, expected: bool) -> None:
    assert has_only_initials(name) is expected


def test_an_initial_has_the_papers_of_everyone_whom_it_fits() -> None:
    papers = {by(name).pk for name in ("J. Doe", "Jane Doe", "John Doe", "John Doe")}
    by("Ada Doe")
    found = find_author("j-doe")
    assert found is not None
    assert (found.name, found.is_initial) == ("J. Doe", True)
    assert found.other_names == ["John Doe", "Jane Doe"], "the commonest first"
    assert set(found.paper_ids) == papers


def test_an_initial_that_no_paper_prints_picks_none_of_two_people() -> None:
    by("Jane Doe")
    by("John Doe")
    found = find_author("j-doe")
    assert found is not None
    assert (found.name, found.url) == ("J. Doe", "/authors/j-doe/")


def test_an_initial_that_fits_one_author_leads_there() -> None:
    by("Jane Doe")
    by("Jane B. Doe")
    by("Jane Doe")
    found = find_author("j-doe")
    assert found is not None
    assert found.url == "/authors/jane-doe/"


def test_a_full_name_has_its_own_papers_and_those_of_its_initial() -> None:
    papers = {by(name).pk for name in ("Jane Doe", "J. Doe", "Jane B. Doe", "Doe Jane")}
    for name in ("John Doe", "A. Doe", "Janet Doe"):
        by(name)
    found = find_author("jane-doe")
    assert found is not None
    assert set(found.paper_ids) == papers
    assert found.full_names == ["Doe Jane", "Jane B. Doe"]
    assert found.initial_names == ["J. Doe"]


def test_the_commonest_forms_are_named_and_the_others_counted() -> None:
    for place in range(15):
        by(f"J{chr(97 + place)}n Doe")
    found = find_author("j-doe")
    assert found is not None
    assert (len(found.other_names), found.more_names) == (12, 3)


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
