"""Turn due readers into ledger rows: one delivery per reader and edition, whatever happens.

A reader gets the newest closed edition of their cadence. Their clock moves on in the same
transaction as their row is written, from now and not from the slot they missed: after an
outage everyone due is served once.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Final
from zoneinfo import ZoneInfoNotFoundError

from django.db import transaction

from newsletter.delivery import ledger
from newsletter.delivery.ledger import Range
from newsletter.editions.compose import compose_newest
from newsletter.models import Edition
from subscribers.schedule import next_slot

log = logging.getLogger(__name__)

CHUNK: Final = 10_000  # readers a transaction: short locks, and little to redo after a kill


def dispatch_due(now: datetime) -> Iterator[Range]:
    """Queue a delivery for every reader due at `now`.

    Yields the ids of each chunk as soon as it is committed, so that the first mails leave
    while the last readers are still being queued.
    """
    for edition in compose_newest(now):
        found = CHUNK
        while found == CHUNK:
            found, queued = _queue_chunk(edition, now)
            if queued:
                yield queued


@transaction.atomic
def _queue_chunk(edition: Edition, now: datetime) -> tuple[int, Range | None]:
    """How many due readers there were, and the deliveries that are new for them."""
    due = ledger.lock_due(edition.cadence, now, CHUNK)
    if not due:
        return 0, None

    @cache  # of ten thousand readers most share a timetable
    def slot(weekday: int, hour: int, timezone: str) -> datetime:
        return _next_slot(edition.cadence, weekday, hour, timezone, now)

    slots = [slot(reader.weekday, reader.hour, reader.timezone) for reader in due]
    _, queued = ledger.queue(edition.pk, [reader.id for reader in due], slots, now)
    return len(due), queued


def _next_slot(cadence: str, weekday: int, hour: int, timezone: str, now: datetime) -> datetime:
    try:
        return next_slot(cadence=cadence, weekday=weekday, hour=hour, timezone=timezone, after=now)
    except (ZoneInfoNotFoundError, ValueError):
        # One row with a zone that this machine does not know must not hold up the others.
        log.warning("no time zone %r on this machine; its readers are served by UTC", timezone)
        return next_slot(cadence=cadence, weekday=weekday, hour=hour, timezone="UTC", after=now)
