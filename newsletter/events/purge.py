"""Let go of what providers reported long ago. What followed from it stays where it belongs."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import connection

# A tick's worth: short locks, and more than providers report in a minute. Reports that nobody
# has acted upon stay, however old. Served by event_received (received_at).
MOST: Final = 10_000
_PURGE: Final = """
DELETE FROM newsletter_deliveryevent
 WHERE id IN (SELECT id FROM newsletter_deliveryevent
               WHERE received_at < %(before)s AND due_at IS NULL
               ORDER BY received_at
               LIMIT %(most)s)
"""


def purge_events(before: datetime) -> int:
    """Delete up to MOST reports that came before then and were acted upon; how many."""
    with connection.cursor() as cursor:
        cursor.execute(_PURGE, {"before": before, "most": MOST})
        return int(cursor.rowcount)
