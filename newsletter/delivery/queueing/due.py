"""The SQL of dispatch: subscribers who are due, their ledger rows and their next slots."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from newsletter.delivery.types import Batch, Due
from newsletter.failures import CANCELLED
from web.sql import array, execute, rows

# One chunk of due subscribers. Served by subscriber_due (next_send_at, id) WHERE state = 'active'.
_DUE = """
SELECT id, weekday, hour, timezone, next_send_at
  FROM subscribers_subscriber
 WHERE state = 'active' AND next_send_at <= %(now)s AND cadence = %(cadence)s
 ORDER BY next_send_at, id
 LIMIT %(most)s
"""

# `next_send_at` changes in the same statement that writes the ledger rows: both or neither, and no
# lock is held while this process computes or sleeps; in a transaction of several statements, one
# that slept would hold rows and counters that all senders wait for. A subscriber whose slot has
# changed since it was read, or whom another dispatcher holds, is left out. A row that exists (a
# repeated task, an edition already sent) is not changed. Of an edition that was cancelled the row
# ends here; what a cancel a moment later leaves, pause.end_cancelled ends.
# The rows of a chunk get neighbouring ids, so a range of ids is a batch of deliveries.
_QUEUE = """
WITH chunk AS (
  SELECT *
    FROM unnest(%(ids)s::bigint[], %(due)s::timestamptz[], %(slots)s::timestamptz[])
         AS chunk (id, due_at, slot)
), due AS MATERIALIZED (
  SELECT subscriber.id, chunk.slot
    FROM subscribers_subscriber AS subscriber JOIN chunk USING (id)
   WHERE subscriber.state = 'active' AND subscriber.next_send_at = chunk.due_at
   ORDER BY subscriber.id
     FOR UPDATE OF subscriber SKIP LOCKED
), moved AS (
  UPDATE subscribers_subscriber AS subscriber
     SET next_send_at = due.slot, last_digest_at = %(now)s, welcome_due_at = NULL
    FROM due
   WHERE subscriber.id = due.id
), queued AS (
  INSERT INTO newsletter_delivery (
    edition_id, subscriber_id, state, reason,
    attempts, next_attempt_at, provider_id, error, created_at)
  SELECT %(edition)s, due.id,
         CASE WHEN edition.cancelled_at IS NULL THEN 'queued' ELSE 'skipped' END,
         CASE WHEN edition.cancelled_at IS NULL THEN '' ELSE %(cancelled)s END,
         0, %(now)s, '', '', %(now)s
    FROM due JOIN newsletter_edition AS edition ON edition.id = %(edition)s
   ORDER BY due.id
  ON CONFLICT (edition_id, subscriber_id) DO NOTHING
  RETURNING id, state
)
SELECT (SELECT count(*) FROM due), count(*), min(id), max(id) FROM queued WHERE state = 'queued'
"""

# The same slots without a digest: what was due may have been sent already.
_MOVE = """
UPDATE subscribers_subscriber AS subscriber
   SET next_send_at = chunk.slot
  FROM unnest(%(ids)s::bigint[], %(due)s::timestamptz[], %(slots)s::timestamptz[])
       AS chunk (id, due_at, slot)
 WHERE subscriber.id = chunk.id AND subscriber.next_send_at = chunk.due_at
"""


def read_due(cadence: str, now: datetime, most: int) -> list[Due]:
    """Up to `most` due subscribers of a cadence, those that wait longest first."""
    return [Due(*row) for row in rows(_DUE, cadence=cadence, now=now, most=most)]


def queue(
    edition_id: int, due: Sequence[Due], slots: Sequence[datetime], now: datetime
) -> tuple[int, Batch | None]:
    """Write the ledger rows of these subscribers and set their `next_send_at` to these slots.

    Returns how many of them were still due, and the range of the new rows (None without any).
    """
    [(moved, count, first, last)] = rows(
        _QUEUE,
        edition=edition_id,
        ids=array(one.id for one in due),
        due=[one.due_at for one in due],
        slots=list(slots),
        now=now,
        cancelled=CANCELLED,
    )
    return moved, Batch(edition_id, first, last) if count else None


def move(due: Sequence[Due], slots: Sequence[datetime]) -> int:
    """Set the `next_send_at` of these subscribers to these slots; how many were still due."""
    return execute(
        _MOVE,
        ids=array(one.id for one in due),
        due=[one.due_at for one in due],
        slots=list(slots),
    )
