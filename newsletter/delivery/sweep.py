"""What the ledger says is undone although nobody is at it: the SQL that finds it.

A bell got lost, a worker died, a mail's next attempt has come. Each statement is served by a small
index of unfinished rows in every partition.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.conf import settings

from newsletter.delivery.ledger import Range, rows_of, run
from newsletter.models import Delivery

State = Delivery.State
_UNCERTAIN: Final = "the worker died while it was sending; it may have arrived"

# Served by delivery_leased (lease_until) WHERE state = 'sending'.
_EXPIRE = """
UPDATE newsletter_delivery
   SET state = %(state)s, reason = %(reason)s, next_attempt_at = %(now)s, lease_until = NULL
 WHERE state = 'sending' AND lease_until < %(now)s
"""

# Work that nobody does: the edition has stood still for a while. Its rows in ranges of at
# most %(size)s, to ring for each again. Served by delivery_unfinished.
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

# Mails whose time for another try has come. Served by delivery_deferred (next_attempt_at).
_DUE_RETRIES = """
SELECT edition_id, min(id), max(id)
  FROM (
    SELECT edition_id, id, (row_number() OVER (PARTITION BY edition_id ORDER BY id) - 1)
           / %(size)s AS batch
      FROM newsletter_delivery
     WHERE state = 'deferred' AND next_attempt_at <= %(now)s
       AND (lease_until IS NULL OR lease_until < %(now)s)
  ) AS waiting
 GROUP BY edition_id, batch
 ORDER BY edition_id, batch
"""


def expire_leases(now: datetime) -> int:
    """End every row whose worker died while sending; returns how many.

    They become `uncertain`, or are queued again where UNCERTAIN_POLICY is `resend`.
    """
    if settings.UNCERTAIN_POLICY == "resend":
        return run(_EXPIRE, state=State.QUEUED, reason="", now=now)
    return run(_EXPIRE, state=State.UNCERTAIN, reason=_UNCERTAIN, now=now)


def due_retries(now: datetime, size: int) -> list[Range]:
    """Deferred mails whose next attempt is due, in ranges of at most `size` of them."""
    return [Range(*row) for row in rows_of(_DUE_RETRIES, now=now, size=size)]


def stalled(now: datetime, still_since: datetime, size: int) -> list[Range]:
    """Unfinished work of editions in which nothing has happened since then, in ranges."""
    return [Range(*row) for row in rows_of(_STALLED, now=now, still_since=still_since, size=size)]
