"""When jobs run, and which days to fetch: values in, values out."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.jobs.schedule import Slot, after_failure, days_to_fetch, is_late

HOURLY = Slot(40)
NIGHTLY = Slot(20, hour=3)
slots = st.builds(Slot, st.integers(0, 59), st.none() | st.integers(0, 23))
moments = st.datetimes(
    datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)  # noqa: DTZ001 (its bounds)
)  # fmt: skip


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}+00:00")


@pytest.mark.parametrize(
    ("slot", "after", "then"),
    [
        (HOURLY, "23T08:00", "23T08:40"),
        (HOURLY, "23T08:40", "23T09:40"),
        (HOURLY, "23T23:59", "24T00:40"),
        (NIGHTLY, "23T00:00", "23T03:20"),
        (NIGHTLY, "23T03:20", "24T03:20"),
        (NIGHTLY, "23T17:00", "24T03:20"),
    ],
)
def test_the_next_slot_is_the_first_one_later_than_now(slot: Slot, after: str, then: str) -> None:
    assert slot.next(at(after)) == at(then)


def test_a_slot_is_in_utc_for_a_clock_in_any_zone() -> None:
    india = timezone(timedelta(hours=5, minutes=30))
    assert HOURLY.next(datetime(2026, 11, 23, 14, 0, tzinfo=india)) == at("23T08:40")


@given(slots, moments)
def test_the_next_slot_is_at_most_one_period_ahead(slot: Slot, after: datetime) -> None:
    then = slot.next(after)
    assert timedelta(0) < then - after <= slot.period
    assert then.minute == slot.minute
    assert slot.hour in (None, then.hour)


def test_a_slot_reads_well() -> None:
    assert str(Slot(2)) == "hourly at :02"
    assert str(Slot(5, hour=3)) == "daily at 03:05"


@pytest.mark.parametrize(
    ("failures", "then"),
    [(1, "23T03:25"), (2, "23T03:30"), (3, "23T03:40"), (5, "23T04:40"), (40, "24T03:20")],
)
def test_a_temporary_failure_is_tried_again_before_the_next_slot(failures: int, then: str) -> None:
    assert after_failure(NIGHTLY, at("23T03:20"), failures, permanent=False) == at(then)


def test_a_permanent_failure_waits_for_the_next_slot() -> None:
    assert after_failure(NIGHTLY, at("23T03:21"), 1, permanent=True) == at("24T03:20")


@pytest.mark.parametrize("permanent", [True, False])
def test_the_pause_of_a_source_is_kept_up_to_a_day(permanent: bool) -> None:
    now = at("23T08:00")
    hours = after_failure(HOURLY, now, 1, permanent=permanent, retry_after=7200)
    assert hours == at("23T10:00")
    years = after_failure(HOURLY, now, 1, permanent=permanent, retry_after=10**9)
    assert years == at("24T08:00")


def test_today_and_each_day_not_fetched_yet_are_fetched() -> None:
    today = date(2026, 11, 23)
    fetched = {date(2026, 11, 22), date(2026, 11, 20), date(2026, 11, 23)}
    assert days_to_fetch(today, fetched, 4) == [today, date(2026, 11, 21), date(2026, 11, 19)]


def test_without_back_filling_only_today_is_fetched() -> None:
    assert days_to_fetch(date(2026, 11, 23), set(), 0) == [date(2026, 11, 23)]


@pytest.mark.parametrize(
    ("last", "late"), [("23T07:59", False), ("23T06:00", False), ("23T05:59", True), (None, False)]
)
def test_a_job_is_late_after_two_slots_without_a_success(last: str | None, late: bool) -> None:
    assert is_late(at(last) if last else None, HOURLY, at("23T08:00")) is late
