"""The ledger's SQL: set-based, short transactions, each with the index that serves it."""

from __future__ import annotations

import json
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from newsletter.delivery.types import (
    Batch,
    Burst,
    Claimed,
    Content,
    Held,
    RenderStamp,
    Result,
)
from newsletter.models import StoredPick
from web.sql import array, execute, rows, text_array

# Rows that another worker is claiming are skipped. Rows whose lease expired before they were
# sent are claimed again, and so are rows under the same fence: the reply to that claim was lost.
# Because of the lower bound the scan reads no index entries of rows that are done. Served by
# delivery_unfinished (edition_id, id). 500 of 1,000,000 rows: 4 to 6 ms, the first batch as the
# last. MATERIALIZED: while tables are small, a subquery would be run again for each row that it
# is joined to, and claim more each time.
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
                     AND (%(composed_at)s::timestamptz IS NULL
                          OR edition.composed_at = %(composed_at)s)
                     AND edition.paused_at IS NULL AND edition.cancelled_at IS NULL)
    ORDER BY id
    LIMIT %(most)s
      FOR UPDATE SKIP LOCKED)
UPDATE newsletter_delivery AS delivery
   SET lease_until = %(until)s, fence = %(fence)s
  FROM claimed
 WHERE delivery.id = claimed.id AND delivery.edition_id = %(edition)s
RETURNING delivery.id, subscriber_id, attempts,
          coalesce(extract(epoch FROM retried_at)::bigint, 0)
"""

# What earlier attempts stored of these deliveries: few, since most leave at the first attempt.
_CONTENTS = """
SELECT delivery_id, positions, papers, reasons, language, sections, opening,
       dated_at, renderer, key_id
  FROM newsletter_digestcontent
 WHERE delivery_id = ANY(%(ids)s::bigint[]) AND edition_id = %(edition)s
"""

# An update names its rows in one array, which the primary key serves, and takes the new values
# of each from arrays or JSON beside it. With a join to a list of records, the planner would read
# all rows of an edition that has just begun, because there are no statistics of it yet.
_SKIP = """
UPDATE newsletter_delivery
   SET state = 'skipped', lease_until = NULL, fence = NULL,
       reason = (%(reasons)s::text[])[array_position(%(ids)s::bigint[], id)]
 WHERE id = ANY(%(ids)s::bigint[]) AND edition_id = %(edition)s AND fence = %(fence)s
"""

# Only rows still held under this fence, and only while the edition may be sent: a worker whose
# lease expired sends nothing, and a pause works at once. Run again after a commit whose reply was
# lost, it returns the same ids, also when the leases expired in between: no other worker has this
# fence, and the worker that has it has sent none of these messages.
# What an earlier attempt has stored stays, as it is not among the new contents: every attempt sends
# the same message. Only a delivery that was decided again, as a paper of it was withdrawn, comes
# with a new content, and this commit stores it: what is stored is what is sent.
_MARK_SENDING = """
WITH held AS (
  UPDATE newsletter_delivery
     SET state = 'sending', reason = '', lease_until = %(until)s,
         attempts = attempts + CASE WHEN state IN ('queued', 'deferred') THEN 1 ELSE 0 END
   WHERE id = ANY(%(ids)s::bigint[]) AND edition_id = %(edition)s AND fence = %(fence)s
     AND state IN ('queued', 'deferred', 'sending', 'uncertain')
     AND EXISTS (SELECT FROM newsletter_edition AS edition
                  WHERE edition.id = %(edition)s AND edition.state = 'frozen'
                    AND edition.paused_at IS NULL AND edition.cancelled_at IS NULL)
  RETURNING id
), stored AS (
  INSERT INTO newsletter_digestcontent (
    delivery_id, edition_id, positions, papers, reasons, language, explored, teams, sections,
    opening, dated_at, renderer, key_id)
  SELECT id, %(edition)s, positions::smallint[], papers::bigint[], reasons::text[], language,
         nullif(explored, -1), teams, sections, opening, %(dated_at)s, %(renderer)s, %(key)s
    FROM held JOIN unnest(%(new)s::bigint[], %(positions)s::text[], %(papers)s::text[],
                          %(reasons)s::text[], %(languages)s::text[], %(explored)s::smallint[],
                          %(teams)s::text[], %(sections)s::text[], %(openings)s::text[])
                   AS content (id, positions, papers, reasons, language, explored, teams, sections,
                               opening)
         USING (id)
  ON CONFLICT (delivery_id, edition_id) DO UPDATE
  SET positions = excluded.positions, papers = excluded.papers, reasons = excluded.reasons,
      language = excluded.language, explored = excluded.explored, teams = excluded.teams,
      sections = excluded.sections, opening = excluded.opening,
      dated_at = excluded.dated_at, renderer = excluded.renderer, key_id = excluded.key_id
)
SELECT id FROM held
"""

# A row whose lease expired in the meantime keeps its fence, so its outcome can still be recorded.
# Rows that failed together are not tried together: mail/backoff.py has the same spread. An attempt
# that is not counted leaves 1, which says that a content is stored.
_RECORD = """
UPDATE newsletter_delivery
   SET state = %(state)s::text, reason = %(reason)s, error = %(error)s,
       provider_id = %(provider_ids)s::jsonb ->> id::text,
       next_attempt_at = %(next_attempt_at)s::timestamptz
         + %(spread)s::interval * (id * 7919 %% 1009 / 1009.0),
       attempts = greatest(attempts - %(uncounted)s::smallint, 1),
       sent_at = CASE WHEN %(state)s::text = 'sent' THEN %(now)s::timestamptz END,
       lease_until = NULL, fence = NULL
 WHERE id = ANY(%(done)s::bigint[]) AND edition_id = %(edition)s AND fence = %(fence)s
   AND state IN ('sending', 'uncertain')
"""

# Both for other rows of one claim: one commit, and the counters' trigger runs once. A fifth less of
# PostgreSQL's time a message than a commit for each.
_RECORD_AND_MARK = f"WITH recorded AS ({_RECORD}), {_MARK_SENDING.lstrip().removeprefix('WITH ')}"

# The bounds, here and below: delivery_unfinished serves these states, and without them PostgreSQL
# 15 would read the edition's whole part of that index and then filter by id.
_RELEASE = """
UPDATE newsletter_delivery SET lease_until = NULL, fence = NULL
 WHERE id = ANY(%(ids)s::bigint[]) AND id BETWEEN %(lowest)s AND %(highest)s
   AND edition_id = %(edition)s AND fence = %(fence)s AND state IN ('queued', 'deferred')
"""

# What a killed process had marked and not begun. The attempt counts: the message itself may be what
# ends the processes. Also rows whose lease has run out: they keep the fence.
_REQUEUE = """
UPDATE newsletter_delivery
   SET state = 'queued', reason = '',
       next_attempt_at = %(now)s, lease_until = NULL, fence = NULL
 WHERE id = ANY(%(ids)s::bigint[]) AND edition_id = %(edition)s AND fence = %(fence)s
   AND state IN ('sending', 'uncertain')
"""

_HELD = """
SELECT delivery.id, delivery.attempts, coalesce(subscriber.email, '')
  FROM newsletter_delivery AS delivery
  LEFT JOIN subscribers_subscriber AS subscriber ON subscriber.id = subscriber_id
 WHERE delivery.id = ANY(%(ids)s::bigint[]) AND edition_id = %(edition)s AND fence = %(fence)s
   AND delivery.state IN ('sending', 'uncertain')
 ORDER BY delivery.id
"""

# Deferred without an attempt, because of the send rates. It is found again when it is due.
_DEFER = """
UPDATE newsletter_delivery
   SET state = 'deferred', lease_until = NULL, fence = NULL,
       reason = (%(reasons)s::text[])[array_position(%(ids)s::bigint[], id)],
       next_attempt_at = (%(times)s::timestamptz[])[array_position(%(ids)s::bigint[], id)]
 WHERE id = ANY(%(ids)s::bigint[]) AND id BETWEEN %(lowest)s AND %(highest)s
   AND edition_id = %(edition)s AND fence = %(fence)s AND state IN ('queued', 'deferred')
"""


def claim(
    batch: Batch,
    now: datetime,
    most: int,
    lease: timedelta,
    fence: uuid.UUID,
    *,
    composed_at: datetime | None = None,
) -> list[Claimed]:
    """Claim up to `most` deliveries of a batch, in the order of their ids, and commit.

    Nothing is claimed of an edition that is paused or cancelled, nor of one that was composed at
    another time than `composed_at`, if given: its papers are others now. A second claim under the
    same fence returns what the first one claimed, so the next batch must begin after those ids.
    """
    found = rows(
        _CLAIM,
        edition=batch.edition_id,
        first=batch.first,
        last=batch.last,
        now=now,
        until=now + lease,
        fence=fence,
        most=most,
        composed_at=composed_at,
    )
    # An operator restarts the attempts of a delivery, and it keeps its content all the same.
    tried = [number for number, _, attempts, retry in found if attempts or retry]
    stored = _contents(batch.edition_id, tried)
    return [
        Claimed(number, subscriber, attempts, stored.get(number), retry)
        for number, subscriber, attempts, retry in sorted(found)
    ]


def _contents(edition_id: int, ids: Sequence[int]) -> dict[int, Content]:
    if not ids:
        return {}
    return {
        number: Content(
            [StoredPick(*pick) for pick in zip(positions, papers, reasons, strict=True)],
            RenderStamp(*stamp),
            language,
            sections,
            opening,
        )
        for number, positions, papers, reasons, language, sections, opening, *stamp in rows(
            _CONTENTS, edition=edition_id, ids=array(ids)
        )
    }


def skip(edition_id: int, fence: uuid.UUID, reasons: Mapping[int, str]) -> None:
    """End these deliveries without a message, each with its reason."""
    if reasons:
        execute(
            _SKIP,
            edition=edition_id,
            fence=fence,
            ids=array(reasons),
            reasons=list(reasons.values()),
        )


def mark_sending(
    edition_id: int,
    fence: uuid.UUID,
    burst: Burst,
    until: datetime,
    *,
    finished: Sequence[Result] = (),
    now: datetime | None = None,
) -> set[int]:
    """Mark a burst `sending` and store its contents, in one commit; returns the ids still held.

    `finished` are results of the burst before it, which the same commit records at `now`. If they
    are not all equal, which is rare, they are recorded before it.
    """
    groups = _equal(finished)
    record: dict[str, Any] = {}
    if len(groups) == 1:
        record = _recorded(groups[0]) | {"now": now}
    else:
        record_outcomes(edition_id, fence, finished, now)
    new = [item for item in burst if not item.delivery.content]
    columns = [item.selection.columns for item in new]
    found = rows(
        _RECORD_AND_MARK if record else _MARK_SENDING,
        **record,
        edition=edition_id,
        fence=fence,
        until=until,
        ids=array(item.id for item in burst),
        new=array(item.id for item in new),
        # As one text each: psycopg would escape a list element by element, in Python.
        positions=text_array(column.positions for column in columns),
        papers=text_array(column.papers for column in columns),
        reasons=text_array(column.reasons for column in columns),
        languages=text_array(item.selection.language for item in new),
        explored=array(_place(item.selection.explored) for item in new),
        teams=text_array(item.selection.teams for item in new),
        sections=text_array(item.selection.sections for item in new),
        openings=text_array(item.selection.opening for item in new),
        dated_at=burst.stamp.dated_at,
        renderer=burst.stamp.renderer,
        key=burst.stamp.key_id,
    )
    return {number for (number,) in found}


def _place(place: int | None) -> int:
    """A place, or -1 for none: NULL cannot stand in an array of integers made of numbers only."""
    return -1 if place is None else place


def record_outcomes(
    edition_id: int, fence: uuid.UUID, results: Sequence[Result], now: datetime | None
) -> None:
    """Store the outcomes of a burst, equal ones in one statement: nearly always all of them.

    Rows under another fence are not changed.
    """
    for group in _equal(results):
        execute(_RECORD, edition=edition_id, fence=fence, now=now, **_recorded(group))


def _equal(results: Sequence[Result]) -> list[list[Result]]:
    """The results in groups that differ in the delivery and the provider's id only."""
    groups: defaultdict[tuple[Any, ...], list[Result]] = defaultdict(list)
    for one in results:
        groups[one[1:4] + one[5:]].append(one)  # all but the id and the provider's id
    return list(groups.values())


def _recorded(group: Sequence[Result]) -> dict[str, Any]:
    """The values of _RECORD for equal results."""
    return {
        "done": array(one.delivery_id for one in group),
        "provider_ids": json.dumps({one.delivery_id: one.provider_id for one in group}),
        "state": group[0].state,
        "reason": group[0].reason,
        "error": group[0].error,
        "next_attempt_at": group[0].next_attempt_at,
        "spread": group[0].spread,
        "uncounted": int(not group[0].is_counted),
    }


def defer(
    edition_id: int, fence: uuid.UUID, waits: Mapping[int, tuple[float, str]], now: datetime
) -> None:
    """Defer claimed rows without an attempt, each for so many seconds and with its reason."""
    if waits:
        execute(
            _DEFER,
            edition=edition_id,
            fence=fence,
            ids=array(waits),
            lowest=min(waits),
            highest=max(waits),
            times=[now + timedelta(seconds=seconds) for seconds, _ in waits.values()],
            reasons=[reason for _, reason in waits.values()],
        )


def held(edition_id: int, fence: uuid.UUID, ids: Collection[int]) -> list[Held]:
    """Those of these deliveries that are sending, or uncertain since, under this fence."""
    return [Held(*row) for row in rows(_HELD, edition=edition_id, fence=fence, ids=array(ids))]


def requeue(edition_id: int, fence: uuid.UUID, ids: Collection[int], now: datetime) -> int:
    """Queue deliveries again that were marked under this fence and never begun; how many."""
    return execute(_REQUEUE, edition=edition_id, fence=fence, ids=array(ids), now=now)


def release(edition_id: int, fence: uuid.UUID, ids: Collection[int]) -> None:
    """End the claim of these rows; the next task claims them."""
    if ids:
        execute(
            _RELEASE,
            edition=edition_id,
            fence=fence,
            ids=array(ids),
            lowest=min(ids),
            highest=max(ids),
        )
