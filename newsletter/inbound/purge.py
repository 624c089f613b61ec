"""Delete the rows of mails that arrived long ago. What followed from them stays stored."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from web import sql

MOST: Final = 10_000  # for one tick: short locks
# What still waits to be forwarded stays: it ends by itself after some days. Served by
# inbound_received (received_at).
_PURGE: Final = """
DELETE FROM newsletter_inboundmessage
 WHERE id IN (SELECT id FROM newsletter_inboundmessage
               WHERE received_at < %(before)s AND due_at IS NULL
               ORDER BY received_at
               LIMIT %(most)s)
"""


def purge_inbound(before: datetime) -> int:
    """Delete up to MOST rows of mails that arrived before this time; returns how many."""
    return sql.execute(_PURGE, before=before, most=MOST)
