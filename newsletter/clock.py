"""Notice a clock that jumped, before it moves the digests of every subscriber.

One tick with a clock 400 days ahead would compose an edition of that day, queue it for everyone,
and set each next slot more than a year away; it would delete what is "old" as well. So a tick
compares its clock with two others:

* PostgreSQL's. While both differ, nothing is dispatched: which of them is right cannot be known.
* The last reading, which is stored. A step of more than a day, or one backwards, is doubted until
  the clock has gone on from there for a quarter of an hour. A machine that slept for a month waits
  so long and then goes on; one tick with a wrong clock, before it is corrected, has no effect.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction

from newsletter.models import ClockReading
from web.sql import rows

log = logging.getLogger(__name__)

LONGEST_STEP: Final = timedelta(days=1)
TOLERANCE: Final = timedelta(minutes=10)
DOUBT: Final = timedelta(minutes=15)
_ROW: Final = 1

_READ: Final = """
SELECT now(), reading.read_at, reading.doubted_since, reading.doubted_at
  FROM (SELECT 1) AS one
  LEFT JOIN newsletter_clockreading AS reading ON reading.id = %(row)s
"""


@dataclass(frozen=True, slots=True)
class Reading:
    """The last reading that was believed, and those that are doubted since, if any."""

    read_at: datetime
    doubted_since: datetime | None = None
    doubted_at: datetime | None = None


def read(now: datetime, last: Reading | None, tick: timedelta) -> tuple[Reading, str]:
    """What is stored after a reading of `now`, and why it is doubted; empty: it is believed. Pure.

    Args:
        last: what was stored before it; None at the first tick of all.
        tick: from one reading to the next.
    """
    if last is None or -TOLERANCE <= now - last.read_at <= LONGEST_STEP:
        return Reading(now), ""
    since, before = last.doubted_since, last.doubted_at
    goes_on = before is not None and -TOLERANCE <= now - before <= max(TOLERANCE, 3 * tick)
    if since is None or not goes_on or now < since:
        since = now
    if now - since >= DOUBT:
        return Reading(now), ""
    return Reading(last.read_at, since, now), _words(now, last.read_at)


def _words(now: datetime, last: datetime) -> str:
    step, way = abs(now - last), "after" if now > last else "before"
    span = f"{step.days:,} days" if step.days else f"{step.seconds // 60} minutes"
    return (
        f"the clock says {now:%Y-%m-%d %H:%M} UTC, {span} {way} the last tick; "
        f"nothing is dispatched before it has gone on like that for {DOUBT.seconds // 60} minutes"
    )


def believe(now: datetime) -> bool:
    """Store a reading of the clock; False, with an error in the log, while it is doubted."""
    with transaction.atomic():
        row = ClockReading.objects.select_for_update().filter(pk=_ROW).first()
        last = Reading(row.read_at, row.doubted_since, row.doubted_at) if row else None
        reading, doubt = read(now, last, timedelta(seconds=settings.TICK_SECONDS))
        values = {
            "read_at": reading.read_at,
            "doubted_since": reading.doubted_since,
            "doubted_at": reading.doubted_at,
        }
        if row is None:
            ClockReading.objects.bulk_create(
                [ClockReading(pk=_ROW, **values)], ignore_conflicts=True
            )
        else:
            ClockReading.objects.filter(pk=_ROW).update(**values)
    if doubt:
        log.error("the clock is doubted: %s", doubt)
    return not doubt


def is_right(now: datetime) -> bool:
    """Whether this clock agrees with PostgreSQL's and with the last tick. Stores nothing.

    What deletes, ends or moves rows by their age asks this first; the error is in the log.
    """
    [(database_now, read_at, since, before)] = rows(_READ, row=_ROW)
    last = Reading(read_at, since, before) if read_at else None
    _, doubt = read(now, last, timedelta(seconds=settings.TICK_SECONDS))
    if doubt:
        log.error("the clock is doubted: %s", doubt)
    return _agree(now, database_now) and not doubt


def agrees_with_database(now: datetime) -> bool:
    """Whether this clock and PostgreSQL's say the same; False, with an error in the log, if not."""
    [(database_now,)] = rows("SELECT now()")
    return _agree(now, database_now)


def _agree(now: datetime, database_now: datetime) -> bool:
    difference = now - database_now
    if abs(difference) <= TOLERANCE:
        return True
    way = "ahead of" if now > database_now else "behind"
    log.error(
        "the clock is doubted: it is %s %s PostgreSQL's; nothing is dispatched until they agree",
        abs(difference),
        way,
    )
    return False


def is_doubted() -> bool:
    """Whether the last tick's clock was doubted."""
    return ClockReading.objects.filter(pk=_ROW, doubted_at__isnull=False).exists()


def note_slots_reset(count: int, now: datetime) -> None:
    """Remember that slots too far away were set anew, for the dashboard."""
    ClockReading.objects.filter(pk=_ROW).update(slots_reset=count, slots_reset_at=now)


def warnings(now: datetime) -> list[str]:
    """What an operator should know about the clock, in sentences; one query."""
    row = ClockReading.objects.filter(pk=_ROW).first()
    found = []
    if row and row.doubted_at:
        found.append(f"The clock is doubted: {_words(row.doubted_at, row.read_at)}.")
    if row and row.slots_reset_at and now - row.slots_reset_at < timedelta(days=7):
        found.append(
            f"The next digests of {row.slots_reset:,} subscribers were further away than their "
            f"cadence allows, and were set anew on {row.slots_reset_at:%Y-%m-%d}. Did a clock jump?"
        )
    return found
