"""The version of what pages show: it changes with each commit that changes papers or editions.

Triggers note each such transaction (`PageChange`). The version is a hash over the set of those that
are committed. The highest number would not do: a transaction that began first may commit last, and
a page that was made in between would stay as it is.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from web.sql import execute, rows

# After a purge some hundred rows, read from a table that stays in memory: 0.1 ms.
_VERSION: Final = """
SELECT count(*), coalesce(bit_xor(
           hashint8extended((extract(epoch FROM at) * 1000000)::bigint, transaction_id)), 0)
  FROM papers_pagechange
"""
# As the triggers note it: papers/migrations/0025_page_changes.py.
_NOTE: Final = """
INSERT INTO papers_pagechange (transaction_id, at)
VALUES (pg_current_xact_id()::text::bigint, now()) ON CONFLICT DO NOTHING
"""
_KEPT: Final = timedelta(minutes=10)
_MANY: Final = 500  # rows; a purge makes all pages old once, so there are few of them
# The transaction of the purge is noted first. So the set after it was never there before: of all
# earlier sets none has this row, and a page of an earlier version can never pass for a new one.
_PURGE: Final = """
WITH old AS (
    SELECT id FROM papers_pagechange WHERE at < %(before)s FOR UPDATE SKIP LOCKED
), noted AS (
    INSERT INTO papers_pagechange (transaction_id, at)
    SELECT pg_current_xact_id()::text::bigint, now() WHERE (SELECT count(*) FROM old) >= %(many)s
    ON CONFLICT DO NOTHING
)
DELETE FROM papers_pagechange
 WHERE id IN (SELECT id FROM old) AND (SELECT count(*) FROM old) >= %(many)s
"""


def page_version() -> str:
    """The version as of this moment. A page made after it was read is at least as new."""
    [(count, changes)] = rows(_VERSION)
    return f"{count:x}.{changes & 0xFFFF_FFFF_FFFF_FFFF:x}"


def note_page_change() -> None:
    """Make all kept pages old, after a change of a table that has no trigger.

    Call it after the change is committed, or in its transaction: a page that was made before it
    has an earlier version then.
    """
    execute(_NOTE)


def purge_page_changes(now: datetime) -> int:
    """Delete what was noted more than ten minutes ago, if it is much; returns how many.

    Args:
        now: aware.
    """
    return execute(_PURGE, before=now - _KEPT, many=_MANY)
