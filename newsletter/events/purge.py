"""Delete the events that providers posted long ago. What followed from them stays stored."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from web import sql

# For one tick: short locks, and more than providers post in a minute. Events that were not
# processed stay, however old. Served by event_received (received_at).
MOST: Final = 10_000
_PURGE: Final = """
DELETE FROM newsletter_deliveryevent
 WHERE id IN (SELECT id FROM newsletter_deliveryevent
               WHERE received_at < %(before)s AND due_at IS NULL
               ORDER BY received_at
               LIMIT %(most)s)
"""


def purge_events(before: datetime) -> int:
    """Delete up to MOST processed events that arrived before this time, the oldest first.

    Returns how many it deleted.
    """
    return sql.execute(_PURGE, before=before, most=MOST)
