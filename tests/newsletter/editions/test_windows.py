"""The days of an edition, in words, and the page that shows its papers."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from newsletter.editions.windows import days_in_words, first_day_of, page_of
from newsletter.models import Edition
from tests.factories import NOON, make_edition, make_paper

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
@pytest.mark.parametrize("cadence", ["daily", "weekly", "monthly"])
def test_the_page_of_a_frozen_edition_is_its_own(client: Client, cadence: str) -> None:
    path = page_of(make_edition(cadence, DAY))
    assert path == f"/editions/{cadence}/2025-03-14"
    assert client.get(path).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cadence", "path"),
    [
        ("daily", "/day/2025-03-14/"),
        ("weekly", "/week/2025-03-14/"),
        ("monthly", "/month/2025-03-14/"),
    ],
)
@pytest.mark.parametrize("values", [{"state": "open"}, {"cancelled_at": NOON}])
def test_an_edition_without_a_page_leads_to_the_list_of_its_days(
    client: Client, cadence: str, path: str, values: dict[str, Any]
) -> None:
    make_paper(listed_on=DAY)
    assert page_of(make_edition(cadence, DAY, **values)) == path
    assert client.get(path).status_code == 200
