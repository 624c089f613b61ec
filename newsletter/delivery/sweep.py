"""Find unfinished deliveries that no worker is sending.

A task was lost, a worker was killed, or the next attempt is due. Each statement is served by a
small index of unfinished rows in every partition.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.conf import settings

from newsletter.delivery.types import Batch
from newsletter.models import Delivery
from web.sql import execute, rows

State = Delivery.State
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


def stalled(now: datetime, still_since: datetime, size: int) -> list[Batch]:
    """Unfinished deliveries of editions in which nothing has changed since then, in batches."""
    return [Batch(*row) for row in rows(_STALLED, now=now, still_since=still_since, size=size)]
