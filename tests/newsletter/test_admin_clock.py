"""The clock's reading is shown in the admin, and cannot be changed there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from newsletter import clock
from newsletter.models import ClockReading
from tests.factories import NOON
from web.admin import row_url, rows_url


@pytest.mark.django_db
def test_a_doubted_reading_is_shown_and_not_to_be_edited(admin_client: Client) -> None:
    clock.believe(NOON)
    clock.believe(NOON + timedelta(days=400))
    page = admin_client.get(rows_url(ClockReading)).content.decode()
    assert "14 Mar 2025, 12:00" in page
    assert "18 Apr 2026, 12:00" in page
    row = ClockReading.objects.get()
    assert "_save" not in admin_client.get(row_url(row)).content.decode()
