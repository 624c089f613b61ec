"""The rows about the installation itself: one database, one clock."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from newsletter.models import ClockReading, DatabaseOrigin
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def test_there_is_one_row_about_the_database() -> None:
    DatabaseOrigin.objects.all().delete()
    DatabaseOrigin.objects.create(name="7/16384/16999")
    with pytest.raises(IntegrityError, match="database_origin_once"):
        DatabaseOrigin.objects.create(id=2, name="7/16384/17000")


def test_a_first_reading_of_the_clock_is_not_doubted() -> None:
    reading = ClockReading.objects.create(pk=1, read_at=NOON)
    reading.refresh_from_db()
    assert (reading.doubted_since, reading.doubted_at, reading.slots_reset) == (None, None, 0)
    assert str(reading) == "read at 2025-03-14 12:00:00+00:00"
