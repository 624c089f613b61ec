"""Find unfinished deliveries that no worker is sending, and slots that no clock can reach.

A task was lost, a worker was killed, or the next attempt is due. Each statement about deliveries is
served by a small index of unfinished rows in every partition.
"""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction

from newsletter.delivery.types import Batch, slot_after
from newsletter.models import Delivery
from subscribers.schedule import end_of_pause
from web.sql import execute, rows
from web.time_zones import usable_zone

State = Delivery.State
log = logging.getLogger(__name__)
_UNCERTAIN: Final = "the worker was killed while it was sending; it may have arrived"

# Served by delivery_sending (id) WHERE state = 'sending': at most a burst for each process.
_EXPIRE = """
UPDATE newsletter_delivery
   SET state = %(state)s, reason = %(reason)s, next_attempt_at = %(now)s, lease_until = NULL
 WHERE state = 'sending' AND lease_until < %(now)s
"""

# Deliveries of editions in which no row has changed for a while, in ranges of at most %(size)s,
# to enqueue a task for each again. Served by delivery_unfinished.
_STALLED = """
SELECT edition_id, min(id), max(id)
  FROM (
    SELECT edition_id, id,
           (row_number() OVER (PARTITION BY edition_id ORDER BY id) - 1) / %(size)s AS batch
      FROM newsletter_delivery AS delivery
     WHERE state IN ('queued', 'deferred') AND next_attempt_at <= %(now)s
       AND (lease_until IS NULL OR lease_until < %(now)s)
       AND edition_id IN (
         SELECT id FROM newsletter_edition
          WHERE state = 'frozen' AND paused_at IS NULL AND cancelled_at IS NULL
            AND NOT EXISTS (SELECT FROM newsletter_tally
                             WHERE newsletter_tally.edition_id = newsletter_edition.id
                               AND changed_at > %(still_since)s))
  ) AS waiting
 GROUP BY edition_id, batch
 ORDER BY edition_id, batch
"""

# Deliveries that an operator has queued again, of editions that are sent now. Served by
# delivery_unfinished.
_QUEUED_AGAIN: Final = """
SELECT edition_id, min(id), max(id)
  FROM (
    SELECT edition_id, id, (row_number() OVER (PARTITION BY edition_id ORDER BY id) - 1)
           / %(size)s AS batch
      FROM newsletter_delivery
     WHERE state IN ('queued', 'deferred') AND state = 'queued' AND retried_at IS NOT NULL
       AND (lease_until IS NULL OR lease_until < %(now)s)
       AND edition_id IN (SELECT id FROM newsletter_edition
                           WHERE paused_at IS NULL AND cancelled_at IS NULL)
  ) AS waiting
 GROUP BY edition_id, batch
 ORDER BY edition_id, batch
"""

# Deliveries whose next attempt is due, of editions that are sent now. Served by delivery_deferred
# (next_attempt_at).
_DUE_RETRIES = """
SELECT edition_id, min(id), max(id)
  FROM (
    SELECT edition_id, id, (row_number() OVER (PARTITION BY edition_id ORDER BY id) - 1)
           / %(size)s AS batch
      FROM newsletter_delivery
     WHERE state = 'deferred' AND next_attempt_at <= %(now)s
       AND (lease_until IS NULL OR lease_until < %(now)s)
       AND edition_id IN (SELECT id FROM newsletter_edition
                           WHERE paused_at IS NULL AND cancelled_at IS NULL)
  ) AS waiting
 GROUP BY edition_id, batch
 ORDER BY edition_id, batch
"""

# A timetable that was changed moves a slot by half a cadence at most; months have up to five weeks
# from one first Friday to the next.
FURTHEST: Final = {
    "daily": timedelta(days=2),
    "weekly": timedelta(days=11),
    "monthly": timedelta(days=51),
}
_CHUNK: Final = 10_000  # subscribers a transaction, as in dispatch

# Once an hour, by a scan of the subscribers: 1,000,000 in a second or two. A digest that was sent
# in the future is no fact either: it would move the slot of a changed timetable.
_FAR_SLOTS: Final = """
SELECT id, cadence, weekday, hour, timezone, paused_until,
       next_send_at > greatest(%(now)s, paused_until + interval '1 day') + furthest AS is_far
  FROM subscribers_subscriber
  JOIN unnest(%(cadences)s::text[], %(furthest)s::interval[]) AS allowed (cadence, furthest)
       USING (cadence)
 WHERE state = 'active' AND id > %(after)s
   AND (next_send_at > greatest(%(now)s, paused_until + interval '1 day') + furthest
        OR last_digest_at > %(soon)s)
 ORDER BY id
 LIMIT %(most)s
   FOR UPDATE OF subscribers_subscriber SKIP LOCKED
"""
_SET_SLOTS: Final = """
UPDATE subscribers_subscriber AS subscriber
   SET next_send_at = coalesce(changed.slot, subscriber.next_send_at),
       last_digest_at = least(subscriber.last_digest_at, %(now)s)
  FROM unnest(%(ids)s::bigint[], %(slots)s::timestamptz[]) AS changed (id, slot)
 WHERE subscriber.id = changed.id
"""

# Waits and leases that a clock which was ahead has set: a server may ask for a day, a ramp of send
# rates ends with the day, and no lease is longer than an hour. Served by delivery_deferred,
# delivery_sending and delivery_unfinished.
_FAR_WAITS: Final = """
UPDATE newsletter_delivery SET next_attempt_at = %(now)s
 WHERE state = 'deferred' AND next_attempt_at > %(waits)s
"""
_FAR_LEASES: Final = """
UPDATE newsletter_delivery SET lease_until = %(now)s
 WHERE state IN ('queued', 'deferred', 'sending') AND lease_until > %(leases)s
"""


def expire_leases(now: datetime) -> int:
    """End the rows whose worker was killed while it was sending; returns how many.

    They become `uncertain`, or are queued again where UNCERTAIN_POLICY is `resend`.
    """
    if settings.UNCERTAIN_POLICY == "resend":
        return execute(_EXPIRE, state=State.QUEUED, reason="", now=now)
    return execute(_EXPIRE, state=State.UNCERTAIN, reason=_UNCERTAIN, now=now)


def due_retries(now: datetime, size: int) -> list[Batch]:
    """Deferred deliveries whose next attempt is due, in batches of at most `size`."""
    return [Batch(*row) for row in rows(_DUE_RETRIES, now=now, size=size)]


def queued_again(now: datetime, size: int) -> list[Batch]:
    """Deliveries that an operator has queued again, in batches of at most `size`."""
    return [Batch(*row) for row in rows(_QUEUED_AGAIN, now=now, size=size)]


def stalled(now: datetime, still_since: datetime, size: int) -> list[Batch]:
    """Unfinished deliveries of editions in which nothing has changed since then, in batches."""
    return [Batch(*row) for row in rows(_STALLED, now=now, still_since=still_since, size=size)]


def reset_far_slots(now: datetime) -> int:
    """Set anew each slot that is further away than its cadence allows; returns how many.

    A clock that was ahead for one tick has moved them. The new slot is the next one of the
    subscriber's timetable. A last digest in the future becomes one of now.
    """
    count, found, after = 0, _CHUNK, 0
    while found == _CHUNK:
        found, reset, after = _reset_chunk(now, after)
        count += reset
    if count:
        log.warning("the next digests of %s subscribers were too far away: set anew", count)
    return count


def reset_far_waits(now: datetime) -> int:
    """Let go of deliveries that wait, or are held, longer than is possible; returns how many."""
    return execute(_FAR_WAITS, now=now, waits=now + timedelta(days=3)) + execute(
        _FAR_LEASES, now=now, leases=now + timedelta(days=1)
    )


@transaction.atomic
def _reset_chunk(now: datetime, after: int) -> tuple[int, int, int]:
    """How many subscribers were wrong, how many had a slot too far away, and the last one's id."""
    wrong = rows(
        _FAR_SLOTS,
        now=now,
        after=after,
        soon=now + timedelta(hours=1),
        cadences=list(FURTHEST),
        furthest=list(FURTHEST.values()),
        most=_CHUNK,
    )
    slots = [
        slot_after(_from(now, paused_until, timetable[-1]), *timetable) if is_far else None
        for _, *timetable, paused_until, is_far in wrong
    ]
    if wrong:
        execute(_SET_SLOTS, ids=[number for number, *_ in wrong], slots=slots, now=now)
    last = wrong[-1][0] if wrong else after
    return len(wrong), sum(slot is not None for slot in slots), last


def _from(now: datetime, paused_until: date | None, timezone: str) -> datetime:
    """After when the next slot is looked for: a reader's pause is no mistake of a clock."""
    return max(now, end_of_pause(paused_until, usable_zone(timezone)) or now)
