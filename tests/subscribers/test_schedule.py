"""Slots on the wall clock of a time zone, across every kind of clock change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from subscribers.schedule import HALF_CADENCE, check_timezone, next_slot, next_slot_after_change

FRIDAY = 4
ZONES = [
    "UTC",
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Pacific/Apia",
    "Asia/Beirut",
    "America/Santiago",
]
# 2020 to 2036: recent enough for every zone to keep to one hour of change at a time.
moments = st.integers(0, 17 * 365 * 24 * 60).map(
    lambda minutes: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
timetables = st.fixed_dictionaries(
    {
        "cadence": st.sampled_from(["daily", "weekly", "monthly"]),
        "weekday": st.integers(0, 6),
        "hour": st.integers(0, 23),
        "timezone": st.sampled_from(ZONES),
    }
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def slot(cadence: str, zone: str, hour: int, after: str, weekday: int = FRIDAY) -> str:
    found = next_slot(cadence=cadence, weekday=weekday, hour=hour, timezone=zone, after=utc(after))
    assert found.tzinfo is UTC
    return found.strftime("%Y-%m-%dT%H:%M")


def test_a_daily_digest_is_due_at_its_hour_every_day() -> None:
    assert slot("daily", "Asia/Kolkata", 8, "2026-11-23T00:00") == "2026-11-23T02:30"
    assert slot("daily", "Asia/Kolkata", 8, "2026-11-23T02:30") == "2026-11-24T02:30"


def test_a_weekly_digest_is_due_on_its_day() -> None:
    assert slot("weekly", "UTC", 8, "2026-11-23T12:00") == "2026-11-27T08:00"


def test_the_day_is_that_of_the_time_zone() -> None:
    # Friday 06:00 in Apia (UTC+13) is still Thursday in UTC.
    assert slot("weekly", "Pacific/Apia", 6, "2026-11-23T12:00") == "2026-11-26T17:00"


def test_a_slot_at_this_instant_is_not_the_next() -> None:
    assert slot("weekly", "UTC", 8, "2026-11-27T08:00") == "2026-12-04T08:00"
    assert slot("weekly", "UTC", 8, "2026-11-27T07:59") == "2026-11-27T08:00"


def test_monthly_means_the_first_such_day_of_the_month() -> None:
    assert slot("monthly", "UTC", 8, "2026-11-01T00:00") == "2026-11-06T08:00"
    assert slot("monthly", "UTC", 8, "2026-11-06T08:00") == "2026-12-04T08:00"
    assert slot("monthly", "UTC", 8, "2026-12-04T08:00") == "2027-01-01T08:00"


@pytest.mark.parametrize(
    ("zone", "after", "expected"),
    [
        # 8:00 on the wall clock stays 8:00 while its UTC time changes.
        ("America/New_York", "2026-03-07T13:00", "2026-03-08T12:00"),
        ("America/New_York", "2026-10-31T12:00", "2026-11-01T13:00"),
        ("Europe/Berlin", "2026-03-28T07:00", "2026-03-29T06:00"),
        ("Europe/Berlin", "2026-10-24T06:00", "2026-10-25T07:00"),
        ("Australia/Lord_Howe", "2026-10-02T21:30", "2026-10-03T21:00"),
        ("Australia/Lord_Howe", "2026-04-03T21:00", "2026-04-04T21:30"),
        ("Asia/Kolkata", "2026-03-28T02:30", "2026-03-29T02:30"),
    ],
)
def test_the_wall_clock_hour_stays_across_both_changes(
    zone: str, after: str, expected: str
) -> None:
    assert slot("daily", zone, 8, after) == expected


@pytest.mark.parametrize(
    ("zone", "hour", "after", "expected"),
    [
        ("America/New_York", 2, "2026-03-08T00:00", "2026-03-08T07:00"),  # 03:00 EDT
        ("Europe/Berlin", 2, "2026-03-28T12:00", "2026-03-29T01:00"),  # 03:00 CEST
        ("Australia/Lord_Howe", 2, "2026-10-03T00:00", "2026-10-03T15:30"),  # 02:30
        ("Asia/Beirut", 0, "2026-03-28T12:00", "2026-03-28T22:00"),  # midnight does not exist
    ],
)
def test_a_skipped_hour_becomes_the_first_instant_after_the_jump(
    zone: str, hour: int, after: str, expected: str
) -> None:
    assert slot("daily", zone, hour, after) == expected


def test_a_jump_that_began_before_the_slot_ends_after_it() -> None:
    # Toronto jumped at 23:30 on 30 March 1919, to 00:30: midnight fell into the gap.
    assert slot("daily", "America/Toronto", 0, "1919-03-30T12:00") == "1919-03-31T04:30"


def test_a_skipped_day_becomes_the_start_of_the_next() -> None:
    # Samoa crossed the date line: Friday 30 December 2011 was skipped.
    assert slot("weekly", "Pacific/Apia", 8, "2011-12-26T00:00") == "2011-12-30T10:00"


@pytest.mark.parametrize(
    ("zone", "hour", "after", "first", "next_day"),
    [
        ("America/New_York", 1, "2026-10-31T12:00", "2026-11-01T05:00", "2026-11-02T06:00"),
        ("Europe/Berlin", 2, "2026-10-24T12:00", "2026-10-25T00:00", "2026-10-26T01:00"),
        ("Australia/Lord_Howe", 1, "2026-04-04T00:00", "2026-04-04T14:00", "2026-04-05T14:30"),
    ],
)
def test_a_repeated_hour_is_due_once_at_its_first_occurrence(
    zone: str, hour: int, after: str, first: str, next_day: str
) -> None:
    assert slot("daily", zone, hour, after) == first
    assert slot("daily", zone, hour, first) == next_day


@given(timetables, moments)
def test_the_next_slot_is_later_and_on_the_chosen_day(
    timetable: dict[str, Any], after: datetime
) -> None:
    found = next_slot(**timetable, after=after)
    local = found.astimezone(ZoneInfo(timetable["timezone"]))
    assert found > after
    assert local.hour == timetable["hour"] or found in _jumps(local)
    if timetable["cadence"] != "daily":
        assert local.weekday() == timetable["weekday"]
    if timetable["cadence"] == "monthly":
        assert local.day <= 7


def _jumps(local: datetime) -> list[datetime]:
    """The instant itself, when the clock has just been set forward to it."""
    earlier = local.astimezone(UTC) - timedelta(seconds=1)
    before = earlier.astimezone(local.tzinfo).utcoffset()
    now = local.utcoffset()
    assert before is not None
    assert now is not None
    return [local.astimezone(UTC)] if now > before else []


@given(timetables, moments)
def test_nothing_lies_between_a_moment_and_its_next_slot(
    timetable: dict[str, Any], after: datetime
) -> None:
    found = next_slot(**timetable, after=after)
    assert next_slot(**timetable, after=found - timedelta(seconds=1)) == found


@given(timetables, moments)
def test_two_slots_are_a_cadence_apart(timetable: dict[str, Any], after: datetime) -> None:
    first = next_slot(**timetable, after=after)
    apart = next_slot(**timetable, after=first) - first
    least, most = {"daily": (23, 25), "weekly": (167, 169), "monthly": (27 * 24, 36 * 24)}[
        timetable["cadence"]
    ]
    assert timedelta(hours=least) <= apart <= timedelta(hours=most)


@given(timetables, moments, st.integers(0, 40 * 24))
def test_a_changed_timetable_keeps_half_a_cadence_between_digests(
    timetable: dict[str, Any],
    now: datetime,
    hours_ago: int,
) -> None:
    last = now - timedelta(hours=hours_ago)
    found = next_slot_after_change(**timetable, now=now, last_digest_at=last)
    assert found > now
    assert found - last >= HALF_CADENCE[timetable["cadence"]]


def test_without_an_earlier_digest_the_next_slot_is_due() -> None:
    found = next_slot_after_change(
        cadence="weekly",
        weekday=FRIDAY,
        hour=8,
        timezone="UTC",
        now=utc("2026-11-27T07:59"),
        last_digest_at=None,
    )
    assert found == utc("2026-11-27T08:00")


def test_a_change_from_friday_to_saturday_skips_the_next_saturday() -> None:
    found = next_slot_after_change(
        cadence="weekly",
        weekday=5,
        hour=8,
        timezone="UTC",
        now=utc("2026-11-27T09:00"),
        last_digest_at=utc("2026-11-27T08:00"),
    )
    assert found == utc("2026-12-05T08:00")


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(ZoneInfoNotFoundError):
        slot("daily", "Mars/Olympus", 8, "2026-11-23T00:00")
    with pytest.raises(ValidationError, match=r"Mars/Olympus.*Europe/Berlin"):
        check_timezone("Mars/Olympus")
    check_timezone("Europe/Berlin")


def test_a_last_digest_in_the_future_counts_as_one_of_now() -> None:
    now = datetime(2025, 3, 14, 12, tzinfo=UTC)
    slot = next_slot_after_change(
        cadence="daily",
        weekday=4,
        hour=8,
        timezone="UTC",
        now=now,
        last_digest_at=now + timedelta(days=400),
    )
    assert slot == datetime(2025, 3, 15, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "hour", "slot_at"),
    [
        ("UTC", 0, "2026-12-07T00:00"),  # midnight of the day itself
        ("UTC", 8, "2026-12-07T08:00"),
        ("Asia/Kolkata", 0, "2026-12-06T18:30"),
        ("America/Los_Angeles", 0, "2026-12-07T08:00"),
    ],
)
def test_a_pause_ends_with_the_first_slot_of_its_day(zone: str, hour: int, slot_at: str) -> None:
    found = next_slot_after_change(
        cadence="daily",
        weekday=4,
        hour=hour,
        timezone=zone,
        now=utc("2026-11-23T12:00"),
        last_digest_at=None,
        paused_until=date(2026, 12, 7),
    )
    assert found == utc(slot_at)


def test_a_pause_that_is_over_moves_nothing() -> None:
    timetable = {"cadence": "daily", "weekday": 4, "hour": 8, "timezone": "UTC"}
    found = next_slot_after_change(
        **timetable,  # type: ignore[arg-type]
        now=utc("2026-11-23T12:00"),
        last_digest_at=None,
        paused_until=date(2026, 11, 1),
    )
    assert found == utc("2026-11-24T08:00")
