"""Move old deliveries out of the ledger: subscriber, edition and time are kept, texts are not.

A partition of the ledger is moved as a whole, in steps that may be interrupted anywhere. Its rows
are copied in the order of their ids, so the copying continues after the newest copy. They stay in
the ledger until all of them are copied: each row is found in one table, or in both. Then the
partition is dropped, unless the counters, which a trigger keeps, show a change since.

No delivery is ended here. A partition with deliveries that still wait stays in the ledger, and
`manage.py archive` names it: an operator has paused an edition, and must resume or cancel it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import OperationalError, transaction
from django.utils import timezone

from web.sql import execute, rows

log = logging.getLogger(__name__)

_HUNDRED: Final = 100  # editions of a partition; a trigger on editions makes them
CHUNK: Final = 20_000  # rows a transaction: about a fifth of a second
_LOCK_TIMEOUT: Final = "1s"  # workers' statements wait as long as this one waits for its lock

# The partitions, described by editions and counters; no row of the ledger is read.
_PARTITIONS: Final = r"""
SELECT part.first,
       EXISTS (SELECT FROM newsletter_edition WHERE id >= part.first + 100),
       greatest(edition.newest, tally.changed_at),
       coalesce(tally.rows, 0)::bigint,
       coalesce(tally.waiting, 0)::bigint
  FROM (SELECT substring(relname FROM '\d+$')::bigint AS first
          FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
         WHERE inhparent = 'newsletter_delivery'::regclass) AS part,
       LATERAL (SELECT max(coalesce(composed_at, (day + 1)::timestamp AT TIME ZONE 'UTC')) AS newest
                  FROM newsletter_edition
                 WHERE id >= part.first AND id < part.first + 100) AS edition,
       LATERAL (SELECT max(changed_at) AS changed_at, sum(count) AS rows,
                       sum(count) FILTER (WHERE state IN ('queued', 'sending', 'deferred'))
                         AS waiting
                  FROM newsletter_tally
                 WHERE edition_id >= part.first AND edition_id < part.first + 100) AS tally
 ORDER BY part.first
"""

# A subscriber must not be erased between the read of a row and the write of its copy, or the copy
# would keep their id. Erasing updates both tables: it waits for this lock at the archive, and then
# finds the copy; or it was there first, and the rows are read after it has committed.
_LOCK: Final = "LOCK TABLE newsletter_archiveddelivery IN SHARE ROW EXCLUSIVE MODE"

# The parents only: dropping a partition changes them, and every statement of a worker locks them.
_LOCK_LEDGER: Final = (
    "LOCK TABLE ONLY newsletter_delivery, ONLY newsletter_digestcontent IN ACCESS EXCLUSIVE MODE"
)

# By the partition's primary key, from the last row that was copied.
_COPY: Final = """
WITH chunk AS MATERIALIZED (
  SELECT id, edition_id, subscriber_id, state, sent_at
    FROM newsletter_delivery
   WHERE edition_id >= %(first)s AND edition_id < %(end)s AND id > %(after)s
   ORDER BY id
   LIMIT %(most)s
), copied AS (
  INSERT INTO newsletter_archiveddelivery
    (id, edition_id, subscriber_id, state, sent_at, renderer, dated_at)
  SELECT id, chunk.edition_id, subscriber_id, state, sent_at, coalesce(renderer, ''), dated_at
    FROM chunk
    LEFT JOIN newsletter_digestcontent AS content
      ON content.delivery_id = id AND content.edition_id = chunk.edition_id
     AND content.edition_id >= %(first)s AND content.edition_id < %(end)s
  ON CONFLICT (id) DO NOTHING
)
SELECT max(id) FROM chunk
"""

# Served by archived_edition, which is read for the pages of these editions only.
_LAST_COPIED: Final = """
SELECT coalesce(max(id), 0) FROM newsletter_archiveddelivery
 WHERE edition_id >= %(first)s AND edition_id < %(end)s
"""

_MISSING: Final = """
SELECT (SELECT count(*) FROM newsletter_delivery
         WHERE edition_id >= %(first)s AND edition_id < %(end)s)
     - (SELECT count(*) FROM newsletter_archiveddelivery
         WHERE edition_id >= %(first)s AND edition_id < %(end)s)
"""


class InUse(Exception):
    """A long transaction reads the ledger, perhaps a backup; workers must not wait for it."""


@dataclass(frozen=True, slots=True)
class Partition:
    """The deliveries of a hundred editions, from the edition with the id `first`.

    `touched_at` is when its last edition was composed or its last delivery changed.
    """

    first: int
    is_full: bool  # an edition of the next hundred exists
    touched_at: datetime | None
    rows: int
    waiting: int

    @property
    def name(self) -> str:
        return f"newsletter_delivery_{self.first:06}"

    @property
    def contents(self) -> str:
        """The partition with the digests' contents of these deliveries."""
        return f"newsletter_digestcontent_{self.first:06}"

    @property
    def last(self) -> int:
        return self.first + _HUNDRED - 1

    @property
    def bounds(self) -> dict[str, int]:
        return {"first": self.first, "end": self.first + _HUNDRED}

    def stays_for(self, before: datetime) -> str:
        """Why it stays in the ledger; empty when it may be archived, unchanged since `before`."""
        if not self.is_full:
            return "editions are still being added"
        if self.touched_at and self.touched_at >= before:
            return "not old enough"
        if self.waiting:
            return f"{self.waiting:,} mails still wait: resume their edition, or cancel it"
        return ""


def partitions() -> list[Partition]:
    """The partitions of the ledger, oldest first."""
    return [Partition(*row) for row in rows(_PARTITIONS)]


def due(before: datetime) -> list[Partition]:
    """The partitions that may be archived: unchanged since `before`, and nothing waits.

    Logs the old ones that must stay, with the reason.
    """
    found = [part for part in partitions() if part.is_full]
    old = [part for part in found if not (part.touched_at and part.touched_at >= before)]
    for part in old:
        if reason := part.stays_for(before):
            log.warning("%s stays in the ledger: %s", part.name, reason)
    return [part for part in old if not part.stays_for(before)]


def archive(part: Partition, before: datetime, until: datetime) -> bool:
    """Copy the rows of a due partition that are not copied yet, then drop it.

    Returns False when `until` came first; the next call continues after the last copy.

    Raises:
        InUse: all rows are copied, but the partition cannot be dropped at present.
    """
    last: int | None = _one(_LAST_COPIED, part)
    while last is not None:
        if timezone.now() >= until:
            return False
        last = _copy_chunk(part, last)
    if (missing := _one(_MISSING, part)) > 0:  # less, when another archiver has dropped it
        raise RuntimeError(f"{missing} rows of {part.name} are not in the archive; it stays")
    _drop(part, before)
    return True


@transaction.atomic
def _copy_chunk(part: Partition, after: int) -> int | None:
    """Copy up to CHUNK rows; the id of the last one, None when no row was left."""
    execute(_LOCK)
    [(last,)] = rows(_COPY, **part.bounds, after=after, most=CHUNK)
    return None if last is None else int(last)


def _drop(part: Partition, before: datetime) -> None:
    """Drop it within _LOCK_TIMEOUT, or not: every worker waits behind a lock that waits."""
    try:
        with transaction.atomic():
            execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
            execute(_LOCK_LEDGER)
            # No row can change under this lock; earlier changes are in the counters.
            now = next((one for one in partitions() if one.first == part.first), None)
            if now and not now.stays_for(before):
                execute(f"DROP TABLE {part.name}, {part.contents}")
                log.info("%s is archived: %s deliveries", part.name, part.rows)
    except OperationalError as error:
        raise InUse(f"{part.name} is copied, and cannot be dropped while it is in use") from error


def _one(sql: str, part: Partition) -> int:
    [(number,)] = rows(sql, **part.bounds)
    return int(number)
