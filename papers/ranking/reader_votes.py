"""Store how many of our own readers like a paper, as reads of a signal.

Whose votes count, and how much, is decided where the readers are known
(`subscribers/feedback/count_votes.py`); this module knows papers only.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet

from papers.models import Paper
from papers.ranking.window_papers import papers_of_days
from web.sql import array, execute

SOURCE: Final = "readers"
RECENT_DAYS: Final = 40  # longer than the longest window: an older paper is in no list to come

# A count that has not changed is no read: most papers get no vote at all. The last read of each
# paper is found by signal_read_once. 20,000 papers: 0.15 s, 2 s if each changed.
_STORE: Final = """
INSERT INTO papers_signal (paper_id, source, kind, read_at, value)
SELECT paper_id, %(source)s, 'votes', %(now)s, coalesce(counted.value, 0)
FROM unnest(%(recent)s::bigint[]) AS recent (paper_id)
LEFT JOIN unnest(%(ids)s::bigint[], %(values)s::float8[]) AS counted (paper_id, value)
     USING (paper_id)
LEFT JOIN LATERAL (
    SELECT value FROM papers_signal AS signal
    WHERE signal.paper_id = recent.paper_id AND kind = 'votes' AND source = %(source)s
    ORDER BY read_at DESC LIMIT 1
) AS last ON true
WHERE coalesce(counted.value, 0) <> coalesce(last.value, 0)
ON CONFLICT DO NOTHING
"""


def recent_papers(now: datetime) -> QuerySet[Paper]:
    """The papers whose votes can still move a list, without withdrawn ones."""
    today = now.date()
    return papers_of_days(today - timedelta(days=RECENT_DAYS), today + timedelta(days=1))


def store_reader_votes(counts: Mapping[int, float], now: datetime) -> int:
    """Add a read for each recent paper whose count changed; returns how many.

    Args:
        counts: by paper id. A recent paper that is not in it has no votes, or none any more.
    """
    recent = recent_papers(now).order_by().values_list("pk", flat=True)
    values = list(counts.values())
    return execute(
        _STORE, source=SOURCE, now=now, recent=array(recent), ids=array(counts), values=values
    )
