"""The day of the newest list, and the days around a list."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from papers.queries import days_with_papers, latest_day, newest_day
from papers.ranking.score import score
from tests.factories import DAY, make_paper, make_paper_topic, make_topic

pytestmark = pytest.mark.django_db
FRIDAY = date(2025, 3, 14)
SUNDAY, MONDAY = (FRIDAY + timedelta(days=days) for days in (2, 3))


@pytest.fixture
def friday_paper(db: None) -> None:
    make_paper(listed_on=FRIDAY)


# ── the days around a list ───────────────────────────────────────────────────


def test_earlier_and_later_skip_days_without_papers() -> None:
    for day in (date(2025, 3, 7), DAY, date(2025, 3, 17)):
        make_paper(listed_on=day)

    around = days_with_papers(DAY)
    assert (around.earlier, around.later) == (date(2025, 3, 7), date(2025, 3, 17))


def test_later_leads_one_week_on_up_to_the_newest_day() -> None:
    for day in (date(2025, 3, 3), DAY, date(2025, 3, 17)):
        make_paper(listed_on=day)

    around = days_with_papers(DAY, "week")
    assert (around.earlier, around.later) == (date(2025, 3, 3), date(2025, 3, 17))
    assert days_with_papers(date(2025, 3, 3), "week").later == date(2025, 3, 10)


def test_the_first_and_the_last_day_have_no_neighbour() -> None:
    make_paper()

    assert days_with_papers(DAY).earlier is None
    assert days_with_papers(DAY).later is None


def test_the_newest_day_looks_back_from_a_day() -> None:
    assert newest_day(DAY) is None
    make_paper(listed_on=DAY)
    make_paper(listed_on=DAY + timedelta(days=9))

    assert newest_day(DAY + timedelta(days=3)) == DAY


def test_days_of_a_topic_are_those_of_its_papers() -> None:
    topic = make_topic(slug="sand")
    make_paper_topic(make_paper(listed_on=date(2025, 3, 3)), topic)
    make_paper(listed_on=date(2025, 3, 7))
    assert days_with_papers(DAY, topic_slug="sand").earlier == date(2025, 3, 3)


def test_a_day_with_only_withdrawn_papers_is_skipped() -> None:
    for day in (date(2025, 3, 7), date(2025, 3, 17)):
        make_paper(listed_on=day, is_withdrawn=True)
    around = days_with_papers(DAY)
    assert (around.earlier, around.later) == (None, None)
    assert newest_day(date(2025, 3, 20)) is None


# ── the newest list ──────────────────────────────────────────────────────────


@pytest.mark.usefixtures("friday_paper")
def test_the_newest_day_skips_a_quiet_weekend() -> None:
    assert latest_day("day", MONDAY) == FRIDAY


@pytest.mark.usefixtures("friday_paper")
def test_the_newest_day_may_be_today() -> None:
    make_paper(listed_on=MONDAY)
    assert latest_day("day", MONDAY) == MONDAY


@pytest.mark.usefixtures("friday_paper")
def test_the_newest_week_ends_with_yesterday_until_today_is_scored() -> None:
    assert latest_day("week", MONDAY) == SUNDAY
    score("week", MONDAY, datetime(2025, 3, 17, 1, tzinfo=UTC))
    assert latest_day("week", MONDAY) == MONDAY


@pytest.mark.usefixtures("friday_paper")
def test_on_the_first_day_the_unscored_day_is_shown() -> None:
    assert latest_day("week", FRIDAY) == FRIDAY


@pytest.mark.usefixtures("friday_paper")
def test_an_old_archive_shows_its_newest_day() -> None:
    assert latest_day("week", date(2026, 1, 1)) == FRIDAY


def test_without_any_paper_the_latest_day_is_today() -> None:
    assert latest_day("week", MONDAY) == MONDAY
