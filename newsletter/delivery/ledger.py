"""The ledger's SQL: set-based, short transactions, each with the index that serves it."""

from __future__ import annotations

import json
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any, NamedTuple, Protocol

from django.db import connection

# ── dispatch: readers who are due become ledger rows ─────────────────────────

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
# The rows of a chunk get neighbouring ids, so a range of ids is a batch of mails.
_QUEUE = """
WITH chunk AS (
  SELECT * FROM unnest(%(ids)s::bigint[], %(slots)s::timestamptz[]) AS chunk (id, slot)
), moved AS (
  UPDATE subscribers_subscriber AS reader
     SET next_send_at = chunk.slot, last_digest_at = %(now)s
    FROM chunk
   WHERE reader.id = chunk.id
), queued AS (
  INSERT INTO newsletter_delivery (
    edition_id, subscriber_id, state, reason, picks, renderer, key_id,
    attempts, next_attempt_at, provider_id, error, created_at)
  SELECT %(edition)s, id, 'queued', '', '[]', '', '', 0, %(now)s, '', '', %(now)s
    FROM chunk
   ORDER BY id
  ON CONFLICT (edition_id, subscriber_id) DO NOTHING
  RETURNING id
)
SELECT count(*), min(id), max(id) FROM queued
"""

# ── deliver: claim, mark, record ─────────────────────────────────────────────

# Rows that another worker is claiming are skipped; rows whose claim ran out before they were
# sent are taken again, and those under this very fence: of that claim the answer was lost. The
# lower bound keeps the scan away from index entries of rows that are done. Served by
# delivery_unfinished (edition_id, id). 500 of 1,000,000 rows: 4 to 6 ms, the first batch as the
# last. MATERIALIZED: a subquery would be run again for each row it is joined to, while tables are
# small, and each time claim more.
_CLAIM = """
WITH claimed AS MATERIALIZED (
   SELECT id
     FROM newsletter_delivery
    WHERE edition_id = %(edition)s
      AND id BETWEEN %(first)s AND %(last)s
      AND state IN ('queued', 'deferred')
      AND next_attempt_at <= %(now)s
      AND (lease_until IS NULL OR lease_until < %(now)s OR fence = %(fence)s)
      AND EXISTS (SELECT FROM newsletter_edition AS edition
                   WHERE edition.id = %(edition)s AND edition.state = 'frozen'
                     AND edition.paused_at IS NULL AND edition.cancelled_at IS NULL)
    ORDER BY id
    LIMIT %(most)s
      FOR UPDATE SKIP LOCKED)
UPDATE newsletter_delivery AS delivery
   SET lease_until = %(until)s, fence = %(fence)s
  FROM claimed
 WHERE delivery.id = claimed.id AND delivery.edition_id = %(edition)s
RETURNING delivery.id, subscriber_id, attempts,
          CASE WHEN dated_at IS NOT NULL THEN picks END, dated_at, renderer, key_id
"""

# What these readers were sent since a day, or may have been. Reader by reader, served by
# delivery_once: asked for all at once, a table without statistics would be read from end to end.
# And only in the partitions of editions that can have been sent since, one or two.
_SEEN = """
SELECT reader.id, papers.sent
  FROM unnest(%(readers)s::bigint[]) AS reader (id)
 CROSS JOIN LATERAL (
   SELECT array_agg((pick ->> 'paper')::bigint) AS sent
     FROM newsletter_delivery AS delivery, jsonb_array_elements(delivery.picks) AS pick
    WHERE delivery.subscriber_id = reader.id
      AND delivery.edition_id >= %(first_edition)s
      AND delivery.created_at >= %(since)s
      AND delivery.edition_id <> %(edition)s
      AND delivery.state IN ('sending', 'sent', 'deferred', 'uncertain')
 ) AS papers
 WHERE papers.sent IS NOT NULL
"""

# A change names its rows in one array, which the primary key answers, and finds what it brings
# for each in arrays or JSON beside it. Joined to a list of records instead, the rows would be
# searched the wrong way round: of an edition that has just begun the statistics know nothing.
_SKIP = """
UPDATE newsletter_delivery
   SET state = 'skipped', lease_until = NULL, fence = NULL,
       reason = (%(reasons)s::text[])[array_position(%(ids)s::bigint[], id)]
 WHERE id = ANY(%(ids)s::bigint[]) AND edition_id = %(edition)s AND fence = %(fence)s
"""

# Only rows still held under this fence, and only while the edition may be sent: a worker that
# slept past its lease sends nothing, and a pause works at once. Asked again after a commit
# whose answer was lost, it answers the same, also when the sweeper came in between: nobody else
# has this fence, and the worker that has it knows that none of these mails has left.
# What a first try stored stays: it is the same mail, whenever it leaves.
_MARK_SENDING = """
UPDATE newsletter_delivery
   SET state = 'sending', reason = '', lease_until = %(until)s,
       attempts = attempts + CASE WHEN state IN ('queued', 'deferred') THEN 1 ELSE 0 END,
       picks = CASE WHEN dated_at IS NULL THEN %(picks)s::jsonb -> id::text ELSE picks END,
       renderer = CASE WHEN dated_at IS NULL THEN %(renderer)s ELSE renderer END,
       key_id = CASE WHEN dated_at IS NULL THEN %(key)s ELSE key_id END,
       dated_at = coalesce(dated_at, %(dated_at)s)
 WHERE id = ANY(%(ids)s::bigint[]) AND edition_id = %(edition)s AND fence = %(fence)s
   AND state IN ('queued', 'deferred', 'sending', 'uncertain')
   AND EXISTS (SELECT FROM newsletter_edition AS edition
                WHERE edition.id = %(edition)s
                  AND edition.paused_at IS NULL AND edition.cancelled_at IS NULL)
RETURNING id
"""

# A row swept up in the meantime keeps its fence, so the truth may still arrive late.
_RECORD = """
UPDATE newsletter_delivery
   SET state = %(state)s::text, reason = %(reason)s, error = %(error)s,
       provider_id = %(provider_ids)s::jsonb ->> id::text,
       next_attempt_at = %(next_attempt_at)s,
       sent_at = CASE WHEN %(state)s::text = 'sent' THEN %(now)s::timestamptz END,
       lease_until = NULL, fence = NULL
 WHERE id = ANY(%(done)s::bigint[]) AND edition_id = %(edition)s AND fence = %(fence)s
   AND state IN ('sending', 'uncertain')
"""

_RECORD_AND_MARK = "WITH recorded AS ({recorded}), marked AS ({marked}) SELECT id FROM marked"

# The bounds, here and below: delivery_unfinished serves these states, and PostgreSQL 15 would read
# it for the whole edition and look for the ids in what it finds.
_RELEASE = """
UPDATE newsletter_delivery SET lease_until = NULL, fence = NULL
 WHERE id = ANY(%(ids)s::bigint[]) AND id BETWEEN %(lowest)s AND %(highest)s
   AND edition_id = %(edition)s AND fence = %(fence)s AND state IN ('queued', 'deferred')
"""

# Put off without a try: not the mail's fault. It is found again when its time has come.
_DEFER = """
UPDATE newsletter_delivery
   SET state = 'deferred', lease_until = NULL, fence = NULL,
       reason = (%(reasons)s::text[])[array_position(%(ids)s::bigint[], id)],
       next_attempt_at = (%(times)s::timestamptz[])[array_position(%(ids)s::bigint[], id)]
 WHERE id = ANY(%(ids)s::bigint[]) AND id BETWEEN %(lowest)s AND %(highest)s
   AND edition_id = %(edition)s AND fence = %(fence)s AND state IN ('queued', 'deferred')
"""


@dataclass(frozen=True, slots=True)
class Statement:
    """What is to be asked, and the values of its %(name)s."""

    sql: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Due:
    """A reader whose digest is due, and the timetable their next slot follows from."""

    id: int
    weekday: int
    hour: int
    timezone: str


@dataclass(frozen=True, slots=True)
class Range:
    """Neighbouring deliveries of one edition, by id; both ends belong to it."""

    edition_id: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class RenderStamp:
    """What a mail's bytes depend on beside its papers, fixed when it is first sent."""

    dated_at: datetime
    renderer: str
    key_id: str


@dataclass(slots=True)
class Claimed:
    """A delivery as a worker holds it between its claim and its outcome."""

    id: int
    reader_id: int | None
    attempts: int
    picks: list[dict[str, Any]] | None = None  # these are from an earlier try, or not there yet
    stamp: RenderStamp | None = None


class Result(NamedTuple):
    """What the ledger shall say of one transmitted mail."""

    delivery_id: int
    state: str
    reason: str
    error: str
    provider_id: str
    next_attempt_at: datetime


def lock_due(cadence: str, now: datetime, most: int) -> list[Due]:
    """Up to `most` due readers of a cadence, locked until the transaction ends."""
    return [Due(*row) for row in rows_of(_DUE, cadence=cadence, now=now, most=most)]


def queue(
    edition_id: int, ids: Sequence[int], slots: Sequence[datetime], now: datetime
) -> tuple[int, Range | None]:
    """Write the ledger rows of these readers and move their clocks.

    Returns how many rows are new, and the range of their ids (None when none is).
    """
    [(count, first, last)] = rows_of(
        _QUEUE, edition=edition_id, ids=list(ids), slots=list(slots), now=now
    )
    return count, Range(edition_id, first, last) if count else None


def claim(
    batch: Range,
    now: datetime,
    most: int,
    lease: timedelta,
    *,
    fence: uuid.UUID | None = None,
    ask: Ask | None = None,
) -> tuple[uuid.UUID, list[Claimed]]:
    """Claim up to `most` deliveries of a range and commit: their fence, and they by id.

    Nothing is claimed of an edition that is paused or cancelled.

    Args:
        fence: a new one, unless it is given. Whoever claims once more under the same must not
            claim what they had before: the range begins behind that.
    """
    fence = fence or uuid.uuid4()
    rows = (ask or rows_of)(
        _CLAIM,
        edition=batch.edition_id,
        first=batch.first,
        last=batch.last,
        now=now,
        until=now + lease,
        fence=fence,
        most=most,
    )
    return fence, [_claimed(row) for row in sorted(rows, key=itemgetter(0))]


def _claimed(row: tuple[Any, ...]) -> Claimed:
    number, reader, attempts, picks, dated_at, renderer, key_id = row
    if dated_at is None:
        return Claimed(number, reader, attempts)
    return Claimed(
        number, reader, attempts, json.loads(picks), RenderStamp(dated_at, renderer, key_id)
    )


def seen_papers(
    readers: Sequence[int],
    edition_id: int,
    since: datetime,
    first_edition: int,
    ask: Ask | None = None,
) -> dict[int, set[int]]:
    """Papers that readers were sent since then by other editions; who was sent none is left out.

    `first_edition` is the lowest id of an edition that can have been sent since.
    """
    rows = (ask or rows_of)(
        _SEEN,
        readers=array(readers),
        edition=edition_id,
        since=since,
        first_edition=first_edition,
    )
    return {reader: set(papers) for reader, papers in rows}


def skip(edition_id: int, fence: uuid.UUID, reasons: Mapping[int, str]) -> None:
    """End these deliveries without a mail, each with its reason."""
    if reasons:
        run(
            _SKIP,
            edition=edition_id,
            fence=fence,
            ids=array(reasons),
            reasons=list(reasons.values()),
        )


def mark_sending(
    edition_id: int,
    fence: uuid.UUID,
    picks: Mapping[int, str],
    stamp: RenderStamp,
    until: datetime,
) -> Statement:
    """Store what makes the mails personal and mark them `sending`; returns the ids still held.

    `picks` are in JSON, by the delivery's id.
    """
    # One text: an array of JSON values would be escaped quote by quote.
    told = ",".join(f'"{number}":{text}' for number, text in picks.items())
    values = {
        "edition": edition_id,
        "fence": fence,
        "until": until,
        "ids": array(picks),
        "picks": f"{{{told}}}",
        "dated_at": stamp.dated_at,
        "renderer": stamp.renderer,
        "key": stamp.key_id,
    }
    return Statement(_MARK_SENDING, values)


def record_outcomes(
    edition_id: int, fence: uuid.UUID, results: Sequence[Result], now: datetime
) -> list[Statement]:
    """Write the outcomes of a burst, those that are alike at once: nearly always all of them.

    Rows that are under another fence by now stay as they are.
    """
    alike: defaultdict[tuple[Any, ...], list[Result]] = defaultdict(list)
    for one in results:
        alike[one.state, one.reason, one.error, one.next_attempt_at].append(one)
    return [
        Statement(
            _RECORD,
            {
                "edition": edition_id,
                "fence": fence,
                "now": now,
                "done": array(one.delivery_id for one in those),
                "provider_ids": json.dumps({one.delivery_id: one.provider_id for one in those}),
                "state": state,
                "reason": reason,
                "error": error,
                "next_attempt_at": next_attempt_at,
            },
        )
        for (state, reason, error, next_attempt_at), those in alike.items()
    ]


def record_and_mark(recorded: Statement, marked: Statement) -> Statement:
    """One statement that records outcomes and marks other rows; returns what marking returns.

    One message, one commit, and one call of the counters' trigger, which sees all that a
    statement moved.
    """
    sql = _RECORD_AND_MARK.format(recorded=recorded.sql, marked=marked.sql)
    return Statement(sql, {**recorded.values, **marked.values})


def defer(
    edition_id: int, fence: uuid.UUID, waits: Mapping[int, tuple[float, str]], now: datetime
) -> None:
    """Give claimed rows back until so many seconds have passed, each with the reason."""
    if waits:
        run(
            _DEFER,
            edition=edition_id,
            fence=fence,
            ids=array(waits),
            lowest=min(waits),
            highest=max(waits),
            times=[now + timedelta(seconds=seconds) for seconds, _ in waits.values()],
            reasons=[reason for _, reason in waits.values()],
        )


def release(edition_id: int, fence: uuid.UUID, ids: Sequence[int]) -> None:
    """Give claimed rows back, for whoever comes next."""
    if ids:
        run(
            _RELEASE,
            edition=edition_id,
            fence=fence,
            ids=array(ids),
            lowest=min(ids),
            highest=max(ids),
        )


def array(ids: Iterable[int]) -> str:
    """An array as PostgreSQL reads it: numbers need none of the care that texts do."""
    return f"{{{','.join(map(str, ids))}}}"


class Ask(Protocol):
    """A way to ask PostgreSQL: `rows_of`, or one that does something else meanwhile."""

    def __call__(self, sql: str, **values: Any) -> list[tuple[Any, ...]]: ...


def rows_of(sql: str, **values: Any) -> list[tuple[Any, ...]]:
    """What a statement returns."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def changed(statement: Statement) -> set[int]:
    """Do it: the ids of the rows that it returns, if it returns any."""
    with connection.cursor() as cursor:
        cursor.execute(statement.sql, statement.values)
        return {number for (number,) in cursor.fetchall()} if cursor.description else set()


def run(sql: str, **values: Any) -> int:
    """How many rows a statement changed."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)
