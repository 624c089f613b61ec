"""Papers that only readers named: on no list, until a list or an announcement has them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from papers.models import Listing, Paper, SearchEntry
from papers.queries import latest_day
from papers.ranking.window_papers import window_papers
from papers.search.results import search_papers
from tests.papers.catalogue.ingesting import DAY, LATER, NOON, fetched, store

pytestmark = pytest.mark.django_db
OLD = date(2017, 6, 12)
NEXT = DAY + timedelta(days=1)


def name(**more: Any) -> Paper:
    values: dict[str, Any] = {
        "title": "Tea leaves",
        "arxiv_id": "1706.03762",
        "listed_on": OLD,
    } | more
    store(fetched(is_listing=False, is_unlisted=True, **values), source="arxiv")
    return Paper.objects.get()


def found(query: str) -> list[str]:
    return [one.paper.title for one in search_papers(query, now=NOON).papers]


def test_a_new_one_is_stored_with_the_day_of_its_publication() -> None:
    paper = name()
    assert (paper.is_unlisted, paper.listed_on) == (True, OLD)


def test_it_is_in_no_list_window_or_search() -> None:
    name()
    assert not Paper.listed.exists()
    assert not window_papers("day", OLD).exists()
    assert not Listing.objects.exists()
    assert not SearchEntry.objects.exists()
    assert latest_day("day", DAY) == DAY
    assert found("tea") == found("1706.03762") == []


def test_naming_a_listed_paper_changes_neither_its_list_nor_its_day() -> None:
    store(fetched("Tea leaves", arxiv_id="1706.03762", listed_on=DAY))
    paper = name()
    assert (paper.is_unlisted, paper.listed_on) == (False, DAY)
    assert found("tea") == ["Tea leaves"]


def test_a_list_that_shows_it_ends_that() -> None:
    name()
    store(fetched("Tea leaves", arxiv_id="1706.03762", listed_on=NEXT), read_at=LATER)
    paper = Paper.objects.get()
    assert (paper.is_unlisted, paper.listed_on, paper.listed_at) == (False, NEXT, LATER)
    assert window_papers("day", NEXT).exists()
    assert not window_papers("day", OLD).exists()
    assert found("tea") == ["Tea leaves"]


def test_an_announcement_ends_it_too() -> None:
    name()
    new = fetched("Tea leaves", arxiv_id="1706.03762", listed_on=NEXT, is_listing=False)
    store(new, source="arxiv", read_at=LATER)
    paper = Paper.objects.get()
    assert (paper.is_unlisted, paper.listed_on) == (False, NEXT)


def test_a_list_in_the_same_answer_decides() -> None:
    listed = fetched("Tea leaves", arxiv_id="1706.03762", listed_on=DAY)
    named = fetched(
        "Tea leaves", arxiv_id="1706.03762", listed_on=OLD, is_listing=False, is_unlisted=True
    )
    for papers in ((listed, named), (named, listed)):
        store(*papers)
        paper = Paper.objects.get()
        assert (paper.is_unlisted, paper.listed_on) == (False, DAY)
        paper.delete()


def test_naming_it_again_changes_nothing() -> None:
    first = name()
    assert name().listed_at == first.listed_at
    assert Paper.objects.count() == 1


def test_a_paper_without_an_id_is_found_by_its_title_when_a_list_shows_it() -> None:
    name(arxiv_id=None)
    store(fetched("Tea Leaves!", arxiv_id="1706.03762", listed_on=DAY))
    paper = Paper.objects.get()
    assert (paper.is_unlisted, paper.arxiv_id, paper.listed_on) == (False, "1706.03762", DAY)
