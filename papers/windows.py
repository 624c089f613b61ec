"""The three windows of days over which papers trend, and the instants that bound them.

A window is named after its last day: the week of 14 March holds 8 to 14 March and
closes on 15 March at 00:00 UTC. Every list, score and edition uses these bounds.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal, get_args

Window = Literal["day", "week", "month"]
WINDOWS: Final[tuple[Window, ...]] = get_args(Window)
DAYS: Final[dict[Window, int]] = {"day": 1, "week": 7, "month": 30}

# Of a day in an address: in the first weeks of the year 1, a window would begin before all time.
EARLIEST_DAY: Final = date(1900, 1, 1)


def first_day(window: Window, day: date) -> date:
    """The first day of the window whose last day is `day`."""
    return day - timedelta(days=DAYS[window] - 1)


def opens_at(window: Window, day: date) -> datetime:
    """The instant at which the window ending with `day` begins, UTC."""
    return datetime.combine(first_day(window, day), time.min, tzinfo=UTC)


def closes_at(day: date) -> datetime:
    """The instant at which a window ending with `day` is over: the next midnight, UTC."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=UTC)


def last_closed_day(now: datetime) -> date:
    """The newest day that is over at `now`, in UTC."""
    return now.astimezone(UTC).date() - timedelta(days=1)
