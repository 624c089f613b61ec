"""Write a ledger row for each due subscriber: one delivery per subscriber and edition.

A subscriber gets the newest closed edition of their cadence; while that one waits for its sources,
they wait too. The same transaction that writes the row sets their `next_send_at`, counted from now
and not from the slot they missed: after an outage each subscriber who is due gets one digest.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Final

from django.db import transaction

from newsletter.delivery import ledger
from newsletter.delivery.types import Batch
from newsletter.editions.compose import compose_when_ready
from newsletter.models import Edition
from subscribers.schedule import next_slot
from web.time_zones import usable_zone

CHUNK: Final = 10_000  # subscribers a transaction: short locks, and little to redo after a kill


def dispatch_due(cadence: str, now: datetime) -> Iterator[Batch]:
    """Queue a delivery for every subscriber of a cadence who is due at `now`.

    Yields the deliveries of each chunk as soon as it is committed, so that the first messages
    leave while the last subscribers are still being queued.
    """
    edition = compose_when_ready(cadence, now)
    found = CHUNK if edition else 0
    while edition and found == CHUNK:
        found, queued = _queue_chunk(edition, now)
        if queued:
            yield queued


@transaction.atomic
def _queue_chunk(edition: Edition, now: datetime) -> tuple[int, Batch | None]:
    """How many subscribers were due, and the deliveries that are new for them."""
    due = ledger.lock_due(edition.cadence, now, CHUNK)
    if not due:
        return 0, None

    @cache  # of ten thousand subscribers most share a timetable
    def slot(weekday: int, hour: int, timezone: str) -> datetime:
        return _next_slot(edition.cadence, weekday, hour, timezone, now)

    slots = [slot(one.weekday, one.hour, one.timezone) for one in due]
    _, queued = ledger.queue(edition.pk, [one.id for one in due], slots, now)
    return len(due), queued


def _next_slot(cadence: str, weekday: int, hour: int, timezone: str, now: datetime) -> datetime:
    # One row with a time zone that this machine lacks must not stop the others.
    zone = usable_zone(timezone)
    return next_slot(cadence=cadence, weekday=weekday, hour=hour, timezone=zone, after=now)
