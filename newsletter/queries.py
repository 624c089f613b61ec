"""The ledger's SQL: set-based, short transactions, each with the index that serves it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from newsletter.models import Delivery

# One chunk of due readers, locked so that a second dispatcher takes others. Served by
# subscriber_due (next_send_at, id) WHERE state = 'active'.
_DUE = """
SELECT id, weekday, hour, timezone
  FROM subscribers_subscriber
 WHERE state = 'active' AND next_send_at <= %(now)s AND cadence = %(cadence)s
 ORDER BY next_send_at, id
 LIMIT %(most)s
   FOR UPDATE SKIP LOCKED
"""

# The readers' clocks move in the same transaction that writes their ledger rows: both or
# neither. A row that exists (a repeated task, an edition already sent) is left as it is.
_QUEUE = """
WITH chunk AS (
  SELECT * FROM unnest(%(ids)s::bigint[], %(slots)s::timestamptz[]) AS chunk (id, slot)
), moved AS (
  UPDATE subscribers_subscriber AS reader
     SET next_send_at = chunk.slot
    FROM chunk
   WHERE reader.id = chunk.id
)
INSERT INTO newsletter_delivery (
  edition_id, subscriber_id, state, reason, picks, renderer, key_id,
  attempts, next_attempt_at, provider_id, error, created_at)
SELECT %(edition)s, id, 'queued', '', '[]', '', '', 0, %(now)s, '', '', %(now)s
  FROM chunk
 ORDER BY id
ON CONFLICT (edition_id, subscriber_id) DO NOTHING
"""

# A burst under a new fence. Rows that another worker is claiming are skipped, rows whose
# claim ran out before they were sent are taken again. Served by delivery_unfinished.
_CLAIM = """
UPDATE newsletter_delivery
   SET lease_until = %(until)s, fence = %(fence)s
 WHERE id IN (
   SELECT id
     FROM newsletter_delivery
    WHERE edition_id = %(edition)s
      AND state IN ('queued', 'deferred')
      AND next_attempt_at <= %(now)s
      AND (lease_until IS NULL OR lease_until < %(now)s)
    ORDER BY id
    LIMIT %(most)s
      FOR UPDATE SKIP LOCKED)
RETURNING id
"""

_UNFINISHED = """
SELECT edition_id, count(*)
  FROM newsletter_delivery
 WHERE state IN ('queued', 'deferred') AND next_attempt_at <= %(now)s
   AND (lease_until IS NULL OR lease_until < %(now)s)
 GROUP BY edition_id
 ORDER BY edition_id
"""


@dataclass(frozen=True, slots=True)
class Due:
    """A reader whose digest is due, and the timetable their next slot follows from."""

    id: int
    weekday: int
    hour: int
    timezone: str


def lock_due(cadence: str, now: datetime, most: int) -> list[Due]:
    """Up to `most` due readers of a cadence, locked until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, {"cadence": cadence, "now": now, "most": most})
        return [Due(*row) for row in cursor.fetchall()]


def queue(edition_id: int, ids: Sequence[int], slots: Sequence[datetime], now: datetime) -> int:
    """Write the ledger rows of these readers and move their clocks; how many rows are new."""
    with connection.cursor() as cursor:
        cursor.execute(
            _QUEUE, {"edition": edition_id, "ids": list(ids), "slots": list(slots), "now": now}
        )
        return int(cursor.rowcount)


def claim(
    edition_id: int, now: datetime, most: int, lease: timedelta
) -> tuple[uuid.UUID, list[int]]:
    """Claim up to `most` deliveries for one burst and commit; the fence and their ids."""
    fence = uuid.uuid4()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            _CLAIM,
            {"edition": edition_id, "now": now, "until": now + lease, "fence": fence, "most": most},
        )
        return fence, sorted(row[0] for row in cursor.fetchall())


def unfinished(now: datetime) -> list[tuple[int, int]]:
    """Editions with deliveries that could be sent now, and how many."""
    with connection.cursor() as cursor:
        cursor.execute(_UNFINISHED, {"now": now})
        return [(edition, waiting) for edition, waiting in cursor.fetchall()]


# What these readers were sent since a day, or may have been. Served by delivery_of_reader.
_SEEN = """
SELECT delivery.subscriber_id, (pick ->> 'paper')::bigint
  FROM newsletter_delivery AS delivery, jsonb_array_elements(delivery.picks) AS pick
 WHERE delivery.subscriber_id = ANY(%(readers)s)
   AND delivery.created_at >= %(since)s
   AND delivery.id <> ALL(%(current)s)
   AND delivery.state IN ('sending', 'sent', 'deferred', 'uncertain')
"""

_SKIP = """
UPDATE newsletter_delivery AS delivery
   SET state = 'skipped', reason = skip.reason, lease_until = NULL, fence = NULL
  FROM unnest(%(ids)s::bigint[], %(reasons)s::text[]) AS skip (id, reason)
 WHERE delivery.id = skip.id AND delivery.fence = %(fence)s
"""

# Only rows still held under this fence: a worker that slept past its lease sends nothing.
_MARK_SENDING = """
UPDATE newsletter_delivery AS delivery
   SET state = 'sending', attempts = attempts + 1, lease_until = %(until)s,
       picks = mail.picks, dated_at = mail.dated_at, renderer = mail.renderer, key_id = mail.key_id
  FROM unnest(%(ids)s::bigint[], %(picks)s::jsonb[], %(dates)s::timestamptz[],
              %(renderers)s::text[], %(keys)s::text[])
       AS mail (id, picks, dated_at, renderer, key_id)
 WHERE delivery.id = mail.id AND delivery.fence = %(fence)s
   AND delivery.state IN ('queued', 'deferred')
RETURNING delivery.id, delivery.attempts
"""

_RECORD = """
UPDATE newsletter_delivery AS delivery
   SET state = result.state, reason = result.reason, error = result.error,
       provider_id = result.provider_id, next_attempt_at = result.next_attempt_at,
       sent_at = CASE WHEN result.state = 'sent' THEN %(now)s END,
       lease_until = NULL, fence = NULL
  FROM unnest(%(ids)s::bigint[], %(states)s::text[], %(reasons)s::text[], %(errors)s::text[],
              %(provider_ids)s::text[], %(next_attempts)s::timestamptz[])
       AS result (id, state, reason, error, provider_id, next_attempt_at)
 WHERE delivery.id = result.id AND delivery.fence = %(fence)s AND delivery.state = 'sending'
RETURNING delivery.subscriber_id, delivery.state
"""

_LAST_DIGEST = """
UPDATE subscribers_subscriber SET last_digest_at = %(now)s WHERE id = ANY(%(readers)s)
"""

_SWEEP = """
UPDATE newsletter_delivery
   SET state = %(state)s, reason = %(reason)s, next_attempt_at = %(now)s,
       lease_until = NULL, fence = NULL
 WHERE state = 'sending' AND lease_until < %(now)s
"""


@dataclass(frozen=True, slots=True)
class Result:
    """What the ledger shall say of one transmitted mail."""

    delivery_id: int
    state: str
    reason: str
    error: str
    provider_id: str
    next_attempt_at: datetime


def seen_papers(
    readers: Sequence[int], current: Sequence[int], since: datetime
) -> dict[int, set[int]]:
    """Papers that each reader was sent since then, the current deliveries aside."""
    seen: dict[int, set[int]] = {reader: set() for reader in readers}
    with connection.cursor() as cursor:
        cursor.execute(_SEEN, {"readers": list(readers), "current": list(current), "since": since})
        for reader, paper in cursor.fetchall():
            seen[reader].add(paper)
    return seen


def skip(fence: uuid.UUID, reasons: Mapping[int, str]) -> None:
    """End these deliveries without a mail, each with its reason."""
    if reasons:
        with connection.cursor() as cursor:
            cursor.execute(
                _SKIP, {"fence": fence, "ids": list(reasons), "reasons": list(reasons.values())}
            )


def mark_sending(
    fence: uuid.UUID, deliveries: Sequence[Delivery], until: datetime
) -> dict[int, int]:
    """Store what makes the mails personal and mark them `sending`; attempts by id, where held."""
    if not deliveries:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            _MARK_SENDING,
            {
                "fence": fence,
                "until": until,
                "ids": [delivery.pk for delivery in deliveries],
                "picks": [json.dumps(delivery.picks) for delivery in deliveries],
                "dates": [delivery.dated_at for delivery in deliveries],
                "renderers": [delivery.renderer for delivery in deliveries],
                "keys": [delivery.key_id for delivery in deliveries],
            },
        )
        return dict(cursor.fetchall())


@transaction.atomic
def record(fence: uuid.UUID, results: Sequence[Result], now: datetime) -> None:
    """Write the outcomes of a burst, and when its readers last got a digest."""
    with connection.cursor() as cursor:
        cursor.execute(
            _RECORD,
            {
                "fence": fence,
                "now": now,
                "ids": [result.delivery_id for result in results],
                "states": [result.state for result in results],
                "reasons": [result.reason for result in results],
                "errors": [result.error for result in results],
                "provider_ids": [result.provider_id for result in results],
                "next_attempts": [result.next_attempt_at for result in results],
            },
        )
        served = [reader for reader, state in cursor.fetchall() if state == "sent" and reader]
        cursor.execute(_LAST_DIGEST, {"now": now, "readers": served})


def sweep(state: str, reason: str, now: datetime) -> int:
    """Give a state to every row whose worker died while it was sending; how many."""
    with connection.cursor() as cursor:
        cursor.execute(_SWEEP, {"state": state, "reason": reason, "now": now})
        return int(cursor.rowcount)
