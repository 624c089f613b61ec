"""The bounds of the three windows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.windows import DAYS, WINDOWS, Window, closes_at, first_day, last_closed_day, opens_at

DAY = date(2025, 3, 14)


@pytest.mark.parametrize(
    ("window", "first"),
    [("day", DAY), ("week", date(2025, 3, 8)), ("month", date(2025, 2, 13))],
)
def test_a_window_ends_with_its_day(window: Window, first: date) -> None:
    assert first_day(window, DAY) == first
    assert opens_at(window, DAY) == datetime(first.year, first.month, first.day, tzinfo=UTC)
    assert closes_at(DAY) == datetime(2025, 3, 15, tzinfo=UTC)


@given(st.sampled_from(WINDOWS), st.dates(date(1970, 2, 1), date(2100, 1, 1)))
def test_a_window_is_as_long_as_its_days(window: Window, day: date) -> None:
    assert closes_at(day) - opens_at(window, day) == timedelta(days=DAYS[window])


def test_a_day_is_closed_at_midnight_in_utc() -> None:
    assert last_closed_day(datetime(2025, 3, 14, 23, 59, tzinfo=UTC)) == date(2025, 3, 13)
    assert last_closed_day(datetime(2025, 3, 15, tzinfo=UTC)) == DAY


def test_the_last_closed_day_is_the_same_in_every_zone() -> None:
    in_tokyo = datetime(2025, 3, 15, 8, 59, tzinfo=timezone(timedelta(hours=9)))
    assert last_closed_day(in_tokyo) == date(2025, 3, 13)
