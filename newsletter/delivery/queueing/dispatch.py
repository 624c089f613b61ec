"""Write a ledger row for each due subscriber: one delivery per subscriber and edition.

A subscriber gets the newest closed edition of their cadence; while that one waits for its sources,
they wait too. The same statement that writes the row sets their `next_send_at`, counted from now
and not from the slot they missed: after an outage each subscriber who is due gets one digest.

Of a cancelled edition the row is written as skipped, with that reason: the subscriber gets no
digest this time, and the next edition at their next slot. An older edition instead would be old
news, and they may have had it. Rows of a paused edition are queued, and wait until it is resumed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Final

from newsletter import clock
from newsletter.delivery.queueing import welcome
from newsletter.delivery.queueing.due import move, queue, read_due
from newsletter.delivery.restored import is_restored
from newsletter.delivery.types import Batch, Due, slot_after
from newsletter.editions.compose import compose_when_ready
from newsletter.models import Edition
from subscribers.models import Subscriber

CHUNK: Final = 10_000  # subscribers a statement: short locks, and little to redo after a kill


def skip_due(now: datetime) -> int:
    """Give all subscribers who are due their next slot, without a digest; returns how many."""
    welcome.skip_due()
    skipped = 0
    for cadence in Subscriber.Cadence.values:
        while due := read_due(cadence, now, CHUNK):
            moved = move(due, _slots(cadence, due, now))
            if not moved:
                break
            skipped += moved
    return skipped


def dispatch_due(cadence: str, now: datetime) -> Iterator[Batch]:
    """Queue a delivery for every subscriber of a cadence who is due at `now`.

    Yields the deliveries of each chunk as soon as it is committed, so that the first messages
    leave while the last subscribers are still being queued. Queues nothing while the clock seems
    to have jumped (newsletter/clock.py).
    """
    if not clock.believe(now) or is_restored(now):
        return
    edition = compose_when_ready(cadence, now)
    while edition:
        moved, queued = _queue_chunk(edition, now)
        if queued:
            yield queued
        if not moved:  # none is due, or another dispatcher is at work on them
            return


def _queue_chunk(edition: Edition, now: datetime) -> tuple[int, Batch | None]:
    """How many subscribers were due, and the deliveries that are new for them."""
    due = read_due(edition.cadence, now, CHUNK)
    if not due:
        return 0, None

    return queue(edition.pk, due, _slots(edition.cadence, due, now), now)


def _slots(cadence: str, due: Sequence[Due], now: datetime) -> list[datetime]:
    """The next slot of each."""

    @cache  # of ten thousand subscribers most share a timetable
    def slot(weekday: int, hour: int, timezone: str) -> datetime:
        return slot_after(now, cadence, weekday, hour, timezone)

    return [slot(one.weekday, one.hour, one.timezone) for one in due]
