"""Papers that came after the edition of their day was frozen go into the next one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from newsletter.editions.compose import LATE_DAYS, compose, late_papers
from newsletter.models import Edition
from papers.catalogue.ingest import ingest
from papers.fetched import FetchedPaper, FetchedSignal
from papers.models import Paper
from tests.factories import make_edition

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 17)


def at(day: date, hour: int = 0, minute: int = 10) -> datetime:
    """An instant after the close of a day."""
    next_day = day + timedelta(days=1)
    return datetime(next_day.year, next_day.month, next_day.day, hour, minute, tzinfo=UTC)


def fetch(day: date, *titles: str, read_at: datetime, votes: int = 9, **values: Any) -> None:
    papers = [
        FetchedPaper(
            title=title, listed_on=day, signals=(FetchedSignal("upvotes", votes),), **values
        )
        for title in titles
    ]
    ingest("hugging_face", papers, read_at=read_at)


def titles(edition: Edition) -> list[str]:
    return [candidate.facts["title"] for candidate in edition.candidates.all()]


def later(days: int = 1) -> date:
    return DAY + timedelta(days=days)


def test_papers_of_a_day_whose_source_was_down_are_in_the_next_edition() -> None:
    assert titles(compose("daily", DAY, at(DAY))) == []
    fetch(DAY, *"ABCDE", read_at=at(DAY, 5))

    edition = compose("daily", later(), at(later()))
    assert sorted(titles(edition)) == list("ABCDE")
    assert {one.facts["late"] for one in edition.candidates.all()} == {"17 November"}
    assert titles(compose("daily", later(2), at(later(2)))) == []


def test_a_late_paper_has_the_votes_that_were_read_of_it() -> None:
    compose("daily", DAY, at(DAY))
    fetch(DAY, "Late", read_at=at(DAY, 5), votes=70)
    fetch(later(), "Of the day", read_at=at(DAY, 9), votes=3)

    edition = compose("daily", later(), at(later()))
    assert titles(edition) == ["Late", "Of the day"]
    first, second = edition.candidates.all()
    assert (first.position, first.facts["upvotes"], first.facts["late"]) == (1, 70, "17 November")
    assert (second.position, second.facts["late"]) == (2, "")


def test_what_was_in_the_edition_of_its_day_is_not_late() -> None:
    fetch(DAY, "In time", read_at=at(DAY, 0, 5))
    assert titles(compose("daily", DAY, at(DAY))) == ["In time"]
    assert titles(compose("daily", later(), at(later()))) == []


def test_a_week_gets_what_its_readers_missed_in_the_week_before() -> None:
    compose("weekly", DAY, at(DAY))
    fetch(DAY, "Late", read_at=at(DAY, 5))
    assert titles(compose("weekly", later(3), at(later(3)))) == ["Late"]  # still in the window
    edition = compose("weekly", later(7), at(later(7)))
    assert [one.facts["late"] for one in edition.candidates.all()] == ["17 November"]


def test_days_without_an_edition_are_made_up_for() -> None:
    """The service was down for two days, and its sources were read afterwards."""
    compose("daily", DAY, at(DAY))
    fetch(later(1), "First", read_at=at(later(2), 5))
    fetch(later(2), "Second", read_at=at(later(2), 5))
    edition = compose("daily", later(3), at(later(3)))
    assert sorted(titles(edition)) == ["First", "Second"]


def test_a_first_edition_has_no_late_papers() -> None:
    for days in (1, 2, 3):
        fetch(DAY - timedelta(days=days), f"Of {days} days ago", read_at=at(DAY, 0, 5))
    assert late_papers(make_edition("daily", DAY, state="open")) == {}


def test_older_papers_are_no_news() -> None:
    for days in range(LATE_DAYS + 3):
        compose("daily", DAY - timedelta(days=days), at(DAY - timedelta(days=days)))
    for days in (LATE_DAYS - 1, LATE_DAYS):
        fetch(DAY - timedelta(days=days), f"{days}", read_at=at(DAY, 9))
    assert titles(compose("daily", later(), at(later()))) == [f"{LATE_DAYS - 1}"]


def test_a_withdrawn_paper_does_not_come_late() -> None:
    compose("daily", DAY, at(DAY))
    fetch(DAY, "Late", read_at=at(DAY, 5))
    Paper.objects.update(is_withdrawn=True)
    assert titles(compose("daily", later(), at(later()))) == []


def test_a_late_paper_that_the_day_lists_too_is_one_of_the_day() -> None:
    compose("daily", DAY, at(DAY))
    fetch(DAY, "Both", read_at=at(DAY, 5))
    fetch(later(), "Both", read_at=at(DAY, 6))
    edition = compose("daily", later(), at(later()))
    assert [one.facts["late"] for one in edition.candidates.all()] == [""]


def test_an_announced_paper_comes_late_too() -> None:
    compose("daily", DAY, at(DAY))
    fetch(DAY, "Announced", read_at=at(DAY, 5), is_listing=False)
    assert titles(compose("daily", later(), at(later()))) == ["Announced"]
