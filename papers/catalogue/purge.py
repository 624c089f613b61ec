"""Purge: let go of payloads that have been kept for long enough."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from django.db import connection

# Beside age, a payload needs a newer one of the same paper and source: the newest of each says
# whose word on the paper counts (see papers/catalogue/ingest.py), so it is never let go.
# Served by raw_record_once (paper, source, day, digest). A day's worth at a time is little.
_PURGE: Final = """
DELETE FROM papers_rawrecord AS old
WHERE old.day < %(until)s AND EXISTS (
    SELECT FROM papers_rawrecord AS newer
    WHERE newer.paper_id = old.paper_id AND newer.source = old.source
      AND (newer.day, newer.id) > (old.day, old.id)
)
"""


def purge_payloads(today: date, *, keep_days: int) -> int:
    """Delete the payloads of days more than `keep_days` before `today`; say how many.

    The newest payload of each paper and source stays, however old it is. Signals stay all.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PURGE, {"until": today - timedelta(days=keep_days)})
        return int(cursor.rowcount)
