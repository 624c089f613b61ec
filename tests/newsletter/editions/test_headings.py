"""The headings of earlier editions."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from newsletter.editions.headings import earlier_headings
from newsletter.models import Edition
from tests.factories import make_candidate, make_edition, make_paper

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 29)


def make_frozen(day: date, heading: str, cadence: str = "weekly") -> Edition:
    edition = make_edition(cadence=cadence, day=day)
    facts = {"title": heading, "summary": "", "authors": [], "heading": heading}
    make_candidate(edition, make_paper(heading), facts=facts)
    return edition


def test_the_last_eight_editions_of_each_cadence_count() -> None:
    for number in range(10):
        make_frozen(DAY - timedelta(days=7 * number), f"week {number}")
    make_frozen(DAY - timedelta(days=300), "a year", "monthly")
    make_frozen(DAY + timedelta(days=1), "later", "daily")
    found = earlier_headings(Edition.objects.get(day=DAY))
    assert set(found) == {"a year", *(f"week {number}" for number in range(1, 9))}


def test_an_edition_without_headings_has_none() -> None:
    make_candidate(make_edition(day=DAY - timedelta(days=7)), make_paper("Sand"))
    assert earlier_headings(make_edition(cadence="weekly", day=DAY)) == {}
