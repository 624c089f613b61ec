"""Turn due readers into ledger rows: one delivery per reader and edition, whatever happens.

A reader gets the newest closed edition of their cadence. Their clock moves on in the same
transaction as their row is written, from now and not from the slot they missed: after an
outage everyone due is served once.
"""

from __future__ import annotations

import logging
from datetime import datetime
from functools import cache
from typing import Final
from zoneinfo import ZoneInfoNotFoundError

from django.db import transaction

from newsletter import queries
from newsletter.compose import compose_newest
from newsletter.models import Edition
from subscribers.schedule import next_slot

log = logging.getLogger(__name__)

CHUNK: Final = 10_000  # readers a transaction: short locks, and little to redo after a kill


def dispatch(now: datetime) -> int:
    """Queue a delivery for every reader due at `now`; how many were queued."""
    return sum(_queue_cadence(edition, now) for edition in compose_newest(now))


def _queue_cadence(edition: Edition, now: datetime) -> int:
    queued = 0
    while True:
        found, added = _queue_chunk(edition, now)
        queued += added
        if found < CHUNK:
            return queued


@transaction.atomic
def _queue_chunk(edition: Edition, now: datetime) -> tuple[int, int]:
    due = queries.lock_due(edition.cadence, now, CHUNK)
    if not due:
        return 0, 0

    @cache  # of ten thousand readers most share a timetable
    def slot(weekday: int, hour: int, timezone: str) -> datetime:
        return _next_slot(edition.cadence, weekday, hour, timezone, now)

    slots = [slot(reader.weekday, reader.hour, reader.timezone) for reader in due]
    return len(due), queries.queue(edition.pk, [reader.id for reader in due], slots, now)


def _next_slot(cadence: str, weekday: int, hour: int, timezone: str, now: datetime) -> datetime:
    try:
        return next_slot(cadence=cadence, weekday=weekday, hour=hour, timezone=timezone, after=now)
    except (ZoneInfoNotFoundError, ValueError):
        # One row with a zone that this machine does not know must not hold up the others.
        log.warning("no time zone %r on this machine; its readers are served by UTC", timezone)
        return next_slot(cadence=cadence, weekday=weekday, hour=hour, timezone="UTC", after=now)
