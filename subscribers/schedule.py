"""When a subscriber's next digest is due: pure arithmetic on calendars, clocks and time zones.

Slots are computed on the wall clock of the subscriber's time zone and returned in UTC. Where the
clock jumps forward over a slot, the slot is the first instant after the jump; where an hour
occurs twice, it is the first of the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from web.time_zones import known_zones

HALF_CADENCE: Final[dict[str, timedelta]] = {
    "daily": timedelta(hours=12),
    "weekly": timedelta(days=3, hours=12),
    "monthly": timedelta(days=15),
}
_DAY: Final = timedelta(days=1)


def next_slot(*, cadence: str, weekday: int, hour: int, timezone: str, after: datetime) -> datetime:
    """The first slot strictly later than `after`, in UTC.

    `weekday` is 0 for Monday to 6 and unused for a daily cadence; monthly means the first such
    day of a month. `hour` is 0 to 23 on the wall clock of `timezone`, an IANA name.

    Raises:
        zoneinfo.ZoneInfoNotFoundError: there is no such time zone.
        KeyError: there is no such cadence.
    """
    zone = ZoneInfo(timezone)
    # From the day before: where a clock jumps over midnight, that day's slot may be today.
    start = after.astimezone(zone).date() - _DAY
    return next(
        slot
        for day in _DAYS_OF[cadence](start, weekday)
        if (slot := _instant(day, hour, zone)) > after
    )


def next_slot_after_change(
    *,
    cadence: str,
    weekday: int,
    hour: int,
    timezone: str,
    now: datetime,
    last_digest_at: datetime | None,
    paused_until: date | None = None,
) -> datetime:
    """The first slot of a changed timetable, at least half a cadence after the last digest.

    A last digest in the future, of a clock that was ahead, counts as one of now. While the digests
    are paused, it is the first slot on the day `paused_until` or after it.
    """
    earliest = min(last_digest_at, now) + HALF_CADENCE[cadence] if last_digest_at else now
    return next_slot(
        cadence=cadence,
        weekday=weekday,
        hour=hour,
        timezone=timezone,
        after=max(now, earliest, end_of_pause(paused_until, timezone) or now),
    )


def end_of_pause(paused_until: date | None, timezone: str) -> datetime | None:
    """The last instant before the day `paused_until` in a time zone, in UTC; None without one.

    A slot at midnight of that day is later than this instant.
    """
    if paused_until is None:
        return None
    return _instant(paused_until, 0, ZoneInfo(timezone)) - timedelta(microseconds=1)


def check_timezone(name: str) -> None:
    """A validator: `name` is an IANA time zone that this machine knows."""
    if name not in known_zones():
        raise ValidationError(
            _("“%(name)s” is not a time zone. Write it like Europe/Berlin."),
            code="unknown_timezone",
            params={"name": name},
        )


def _every_day(start: date, _weekday: int) -> Iterator[date]:
    while True:
        yield start
        start += _DAY


def _every_week(start: date, weekday: int) -> Iterator[date]:
    day = start + (weekday - start.weekday()) % 7 * _DAY
    while True:
        yield day
        day += 7 * _DAY


def _every_month(start: date, weekday: int) -> Iterator[date]:
    month = start.replace(day=1)
    while True:
        yield next(_every_week(month, weekday))
        month = (month + 31 * _DAY).replace(day=1)


_DAYS_OF: Final = {"daily": _every_day, "weekly": _every_week, "monthly": _every_month}


def _instant(day: date, hour: int, zone: ZoneInfo) -> datetime:
    # fold=0, the default, means the first of the two where an hour occurs twice.
    local = datetime.combine(day, time(hour), tzinfo=zone)
    instant = local.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return instant
    return _end_of_gap(local, zone)


def _end_of_gap(local: datetime, zone: ZoneInfo) -> datetime:
    """The instant of the jump over `local`, a wall time that does not exist, to the second."""
    # PEP 495: with the offset from after the jump, such a time lies before the jump.
    before, after = local.replace(fold=1).astimezone(UTC), local.astimezone(UTC)
    new_offset = after.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        if middle.astimezone(zone).utcoffset() == new_offset:
            after = middle
        else:
            before = middle
    return after.replace(microsecond=0)
