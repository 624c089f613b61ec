"""The days whose lists show a paper, and the announcement before them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from papers.catalogue.ingest import ingest
from papers.fetched import FetchedPaper
from papers.models import Listing, Paper
from papers.ranking.window_papers import window_papers

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 12)
NEXT = DAY + timedelta(days=1)
AT = datetime(2026, 11, 12, 6, tzinfo=UTC)


def store(
    day: date, *, at: datetime = AT, source: str = "hugging_face", listing: bool = True, **more: Any
) -> Paper:
    fetched = FetchedPaper(
        title="Tea leaves",
        arxiv_id="2611.00001",
        listed_on=day,
        is_listing=listing,
        raw={"day": str(day), "source": source},
        **more,
    )
    ingest(source, [fetched], read_at=at)
    return Paper.objects.get()


def announce(day: date, **values: Any) -> Paper:
    return store(day, source="arxiv", listing=False, **values)


def listed_days() -> list[date]:
    return list(Listing.objects.order_by("day").values_list("day", flat=True))


def days_of_windows(*days: date) -> list[date]:
    return [day for day in days if window_papers("day", day).exists()]


def test_a_listing_after_an_announcement_decides_the_day() -> None:
    announce(DAY)
    assert days_of_windows(DAY, NEXT) == [DAY]

    paper = store(NEXT, at=AT + timedelta(days=1))
    assert (paper.listed_on, paper.listed_at) == (NEXT, AT + timedelta(days=1))
    assert days_of_windows(DAY, NEXT) == [NEXT]


def test_an_announcement_after_a_listing_changes_no_day() -> None:
    store(NEXT)
    paper = announce(DAY, at=AT + timedelta(days=2))
    assert (paper.listed_on, paper.listed_at) == (NEXT, AT)
    assert listed_days() == [NEXT]


def test_a_paper_on_the_lists_of_two_days_is_in_both() -> None:
    store(DAY)
    paper = store(DAY + timedelta(days=5), at=AT + timedelta(days=5))
    assert paper.listed_on == DAY
    assert days_of_windows(DAY, NEXT, DAY + timedelta(days=5)) == [DAY, DAY + timedelta(days=5)]


def test_a_list_that_is_read_later_may_be_the_first_one() -> None:
    store(NEXT)
    paper = store(DAY, at=AT + timedelta(days=3))
    assert (paper.listed_on, paper.listed_at) == (DAY, AT + timedelta(days=3))
    assert listed_days() == [DAY, NEXT]


def test_a_list_that_is_read_again_keeps_the_time_of_its_first_read() -> None:
    store(DAY)
    store(DAY, at=AT + timedelta(hours=1))
    assert Listing.objects.get().read_at == AT


def test_two_sources_may_list_a_paper_on_one_day() -> None:
    store(DAY)
    store(DAY, source="listing")
    assert Listing.objects.count() == 2
    assert window_papers("day", DAY).count() == 1


def test_a_second_announcement_does_not_move_the_day() -> None:
    announce(DAY)
    assert announce(NEXT).listed_on == DAY


def test_one_batch_may_hold_the_announcement_and_the_listing() -> None:
    values: dict[str, Any] = {"title": "Tea leaves", "arxiv_id": "2611.00001"}
    announcement = FetchedPaper(**values, listed_on=DAY, is_listing=False)
    listing = FetchedPaper(**values, listed_on=NEXT)
    ingest("hugging_face", [announcement, listing, announcement], read_at=AT)
    assert Paper.objects.get().listed_on == NEXT


def test_merged_rows_have_the_days_of_both() -> None:
    """A page of text lists a paper by its title; later a source gives its arXiv id."""
    page = FetchedPaper(title="Tea leaves", listed_on=NEXT)
    ingest("listing", [page], read_at=AT)
    announce(DAY)
    paper = Paper.objects.get()
    assert (paper.arxiv_id, paper.listed_on) == ("2611.00001", NEXT)
    assert store(DAY).listed_on == DAY
