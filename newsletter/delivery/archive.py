"""Move old deliveries out of the ledger: who was sent what, and when, is kept; the text is not.

A partition of the ledger leaves as a whole, in steps that may be cut off anywhere. Its rows are
copied in order, so the newest copy says where to go on. They stay in the ledger until all of
them are copied: whoever looks for one finds it in one place, or in both. Then the partition is
dropped, unless the counters, which a trigger keeps, tell of a change since.

Nothing is ended here. A hundred editions with mails that still wait stay whole, and
`manage.py archive` names them: somebody paused an edition, and should let it go on or cancel it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import OperationalError, connection, transaction
from django.utils import timezone

log = logging.getLogger(__name__)

_HUNDRED: Final = 100  # editions of a partition; a trigger on editions makes them
CHUNK: Final = 20_000  # rows a transaction: about a fifth of a second
_PATIENCE: Final = "1s"  # for a pause between the workers' statements; they wait behind us

# The partitions with what editions and counters tell of them; no row of the ledger is read.
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

# No row may be erased between being read here and being written there, or its reader would be
# remembered: whoever erases updates both tables, and waits for this lock at the second, so they
# find what was copied; or they were here first, and what they changed is read.
_LOCK: Final = "LOCK TABLE newsletter_archiveddelivery IN SHARE ROW EXCLUSIVE MODE"

# By the partition's primary key, from the last row that was copied.
_COPY: Final = """
WITH chunk AS MATERIALIZED (
  SELECT id, edition_id, subscriber_id, state, sent_at
    FROM newsletter_delivery
   WHERE edition_id >= %(first)s AND edition_id < %(end)s AND id > %(after)s
   ORDER BY id
   LIMIT %(most)s
), copied AS (
  INSERT INTO newsletter_archiveddelivery (id, edition_id, subscriber_id, state, sent_at)
  SELECT id, edition_id, subscriber_id, state, sent_at FROM chunk
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
    """Somebody reads the ledger for long, a backup perhaps, and workers shall not wait for it."""


@dataclass(frozen=True, slots=True)
class Partition:
    """The deliveries of a hundred editions, from `first` on by id.

    `touched_at` is when the last edition of it was composed or the last delivery changed.
    """

    first: int
    is_full: bool  # all its editions are written
    touched_at: datetime | None
    rows: int
    waiting: int

    @property
    def name(self) -> str:
        return f"newsletter_delivery_{self.first:06}"

    @property
    def last(self) -> int:
        return self.first + _HUNDRED - 1

    @property
    def bounds(self) -> dict[str, int]:
        return {"first": self.first, "end": self.first + _HUNDRED}

    def stays_for(self, before: datetime) -> str:
        """Why it stays in the ledger, or nothing: all that happened in it was before then."""
        if not self.is_full:
            return "editions are still being added"
        if self.touched_at and self.touched_at >= before:
            return "not old enough"
        if self.waiting:
            return f"{self.waiting:,} mails still wait: let their edition go on, or cancel it"
        return ""


def partitions() -> list[Partition]:
    """The partitions of the ledger, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(_PARTITIONS)
        return [Partition(*row) for row in cursor.fetchall()]


def due(before: datetime) -> list[Partition]:
    """The partitions in which all that happened was before then. Logs which one waits in vain."""
    found = [part for part in partitions() if part.is_full]
    old = [part for part in found if not (part.touched_at and part.touched_at >= before)]
    for part in old:
        if reason := part.stays_for(before):
            log.warning("%s stays in the ledger: %s", part.name, reason)
    return [part for part in old if not part.stays_for(before)]


def archive(part: Partition, before: datetime, until: datetime) -> bool:
    """Copy what is not copied yet of a partition that is due, then drop it.

    False when `until` came first: call again, and it goes on where it stopped.

    Raises:
        InUse: all is copied, but the partition cannot be dropped just now.
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
    """The id of the last row that was copied; None when there was none left."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
        cursor.execute(_COPY, {**part.bounds, "after": after, "most": CHUNK})
        (last,) = cursor.fetchone()
    return None if last is None else int(last)


def _drop(part: Partition, before: datetime) -> None:
    """At once, or not at all: dropping locks the ledger, and all workers wait for whoever waits."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{_PATIENCE}'")
            cursor.execute("LOCK TABLE ONLY newsletter_delivery IN ACCESS EXCLUSIVE MODE")
            # Nobody can change it any more; whatever did before, the counters know.
            now = next((it for it in partitions() if it.first == part.first), None)
            if now and not now.stays_for(before):
                cursor.execute(f"DROP TABLE {connection.ops.quote_name(part.name)}")
                log.info("%s is archived: %s deliveries", part.name, part.rows)
    except OperationalError as error:
        raise InUse(f"{part.name} is copied, and cannot be dropped while it is in use") from error


def _one(sql: str, part: Partition) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, part.bounds)
        return int(cursor.fetchone()[0])
