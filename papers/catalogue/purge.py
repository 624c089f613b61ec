"""Delete payloads that are older than the retention period."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from web.sql import execute

# Besides its age, a payload needs a newer one of the same paper and source: the newest of each
# decides which source's fields count (see papers/catalogue/ingest.py), so it is never deleted.
# Served by raw_record_once (paper, source, day, payload_hash). A run deletes one day's payloads.
_PURGE: Final = """
DELETE FROM papers_rawrecord AS old
WHERE old.day < %(until)s AND EXISTS (
    SELECT FROM papers_rawrecord AS newer
    WHERE newer.paper_id = old.paper_id AND newer.source = old.source
      AND (newer.day, newer.id) > (old.day, old.id)
)
"""


def purge_payloads(today: date, *, keep_days: int) -> int:
    """Delete the payloads of days more than `keep_days` before `today`; returns how many.

    The newest payload of each paper and source stays, whatever its age. All signals stay.
    """
    return execute(_PURGE, until=today - timedelta(days=keep_days))
