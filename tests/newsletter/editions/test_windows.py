"""The days of an edition, in words, and the page that lists them."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from newsletter.editions.windows import days_in_words, first_day_of, page_of
from newsletter.models import Edition
from tests.factories import make_paper

DAY = date(2025, 3, 14)


@pytest.mark.parametrize(
    ("cadence", "first", "text"),
    [
        ("daily", date(2025, 3, 14), "14 March 2025"),
        ("weekly", date(2025, 3, 8), "8 to 14 March 2025"),
        ("monthly", date(2025, 2, 13), "13 February to 14 March 2025"),
    ],
)
def test_an_edition_covers_the_days_of_its_window(cadence: str, first: date, text: str) -> None:
    edition = Edition(cadence=cadence, day=DAY)
    assert (first_day_of(edition), days_in_words(edition)) == (first, text)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cadence", "path"),
    [
        ("daily", "/day/2025-03-14/"),
        ("weekly", "/week/2025-03-14/"),
        ("monthly", "/month/2025-03-14/"),
    ],
)
def test_the_page_of_an_edition_opens(client: Client, cadence: str, path: str) -> None:
    make_paper(listed_on=DAY)
    assert page_of(Edition(cadence=cadence, day=DAY)) == path
    assert client.get(path).status_code == 200
