"""Which editions the site shows, and which is the newest."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from newsletter.models import Edition
from newsletter.pages.published import newest, newest_issue_path, published, with_papers
from tests.factories import DAY, NOON, make_candidate, make_edition, make_paper

pytestmark = pytest.mark.django_db


def make_issue(cadence: str = "weekly", day: date = DAY, **values: Any) -> Edition:
    edition = make_edition(cadence, day, **values)
    make_candidate(edition, make_paper())
    return edition


def test_an_open_or_a_cancelled_edition_has_no_page() -> None:
    shown = make_issue()
    make_issue(day=DAY + timedelta(days=1), state="open")
    make_issue(day=DAY + timedelta(days=2), cancelled_at=NOON)
    assert list(published()) == [shown]


def test_a_paused_edition_keeps_its_page() -> None:
    paused = make_issue(paused_at=NOON)
    assert list(published()) == [paused]


def test_the_editions_of_a_cadence_are_its_own() -> None:
    weekly, daily = make_issue("weekly"), make_issue("daily")
    assert (list(published("weekly")), list(published("daily"))) == ([weekly], [daily])


def test_an_edition_of_withdrawn_papers_only_is_in_no_list() -> None:
    make_candidate(make_edition(), make_paper(is_withdrawn=True))
    full = make_issue("daily")
    assert list(with_papers(published())) == [full]


def test_the_newest_edition_is_the_last_one_with_papers() -> None:
    last = make_issue()
    make_issue(day=DAY - timedelta(days=7))
    make_edition(day=DAY + timedelta(days=7))
    assert newest("weekly") == last
    assert newest("monthly") is None


def test_a_weekly_edition_leads_even_when_a_daily_one_is_newer() -> None:
    make_issue("weekly")
    make_issue("daily", DAY + timedelta(days=1))
    assert newest_issue_path() == "/editions/weekly/2025-03-14"


@pytest.mark.parametrize("cadence", ["daily", "monthly"])
def test_without_a_weekly_edition_another_one_leads(cadence: str) -> None:
    make_issue(cadence)
    assert newest_issue_path() == f"/editions/{cadence}/2025-03-14"


def test_without_any_edition_there_is_no_path() -> None:
    assert newest_issue_path() == ""
