"""Notice that the database was restored from a dump, and send nothing until an operator decides.

What waits in a dump may have been sent after the dump was made, and subscribers who are due in it
may have got their digest. PostgreSQL cannot tell, and sending it again would repeat it.

A dump contains the row of `DatabaseOrigin`, and so the name of the database in which it was made.
That name changes whenever tables are made anew: by pg_restore into the same server or another one,
or by a copy of the database. It stays in a failover, in a restart, and in a migration.
A copy of the server's files has the same name as they had: an operator has to say of it that it
was restored (`mark_restored`).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from subscribers.models import Subscriber
from web.sql import execute, rows

log = logging.getLogger(__name__)
CHUNK: Final = 10_000  # deliveries a statement
HELD: Final = "the database was restored: it may have been sent after the backup"

# The cluster, the database in it, and the table in that.
_NAME = """
(SELECT system_identifier FROM pg_control_system())::text
|| '/' || (SELECT oid FROM pg_database WHERE datname = current_database())::text
|| '/' || 'newsletter_databaseorigin'::regclass::oid::text
"""
_READ = f"""
SELECT origin.name, origin.restored_at, {_NAME}
  FROM (SELECT) AS one LEFT JOIN newsletter_databaseorigin AS origin ON true
"""  # noqa: S608 (constants only)
_STORE = """
INSERT INTO newsletter_databaseorigin (id, name, restored_at) VALUES (1, %(name)s, %(at)s)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, restored_at = excluded.restored_at
"""
_FIRST = """
INSERT INTO newsletter_databaseorigin (id, name) VALUES (1, %(name)s) ON CONFLICT DO NOTHING
"""
_NOTE = """
UPDATE newsletter_databaseorigin SET restored_at = %(at)s WHERE restored_at IS NULL
"""
_MARK = """
INSERT INTO newsletter_databaseorigin (id, name, restored_at) VALUES (1, %(name)s, %(at)s)
ON CONFLICT (id) DO UPDATE
   SET restored_at = coalesce(newsletter_databaseorigin.restored_at, excluded.restored_at)
"""
# The edition named, so that one partition is read.
_HOLD = """
UPDATE newsletter_delivery
   SET state = 'uncertain', reason = %(reason)s, lease_until = NULL, fence = NULL
 WHERE edition_id = %(edition)s
   AND id IN (SELECT id FROM newsletter_delivery
               WHERE edition_id = %(edition)s AND state IN ('queued', 'deferred', 'sending')
               ORDER BY id LIMIT %(most)s)
"""
_WAITING = """
SELECT edition_id, sum(count)::bigint
  FROM newsletter_tally
 WHERE state IN ('queued', 'deferred', 'sending')
 GROUP BY edition_id HAVING sum(count) > 0
 ORDER BY edition_id
"""


@dataclass(frozen=True, slots=True)
class Doubt:
    """What may have been sent after the backup: deliveries by edition id, and due subscribers."""

    waiting: dict[int, int]
    due: int


def is_restored(now: datetime) -> bool:
    """Whether this database was restored and no operator has decided yet. One query."""
    [(stored, restored_at, name)] = rows(_READ)
    if stored is None:
        execute(_FIRST, name=name)
        return False
    if stored != name and restored_at is None and execute(_NOTE, at=now):
        log.error(
            "the database was restored from a backup: nothing is sent until you decide "
            "what becomes of the mails that wait in it; run: manage.py restored"
        )
    return bool(stored != name or restored_at)


def waits_for_decision() -> bool:
    """The same as `is_restored`, for pages and figures: it writes nothing. One query."""
    [(stored, restored_at, name)] = rows(_READ)
    return stored is not None and bool(stored != name or restored_at)


def mark_restored(now: datetime) -> None:
    """An operator says that this database was restored: nothing is sent until the decision."""
    [(_, _, name)] = rows(_READ)
    execute(_MARK, name=name, at=now)


def doubt(now: datetime) -> Doubt:
    """What waits in the restored database."""
    due = Subscriber.objects.filter(state=Subscriber.State.ACTIVE, next_send_at__lte=now)
    return Doubt(dict(rows(_WAITING)), due.count())


def hold_waiting() -> int:
    """Make every waiting delivery uncertain; returns how many. May be repeated."""
    held = 0
    for edition, _ in rows(_WAITING):
        while chunk := execute(_HOLD, edition=edition, reason=HELD, most=CHUNK):
            held += chunk
    return held


def resume_sending() -> None:
    """The operator has decided: this database is the one from which mail is sent."""
    [(_, _, name)] = rows(_READ)
    execute(_STORE, name=name, at=None)
