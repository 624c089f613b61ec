"""Score: store how strongly each paper of a window trends, with what the score is made of."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from papers.models import Topic
from papers.queries import listed_in
from papers.ranking.measurements import measured
from papers.ranking.trend import Score, rank
from papers.ranking.weights import VERSION
from papers.windows import Window, closes_at

__all__ = ["VERSION", "score"]


def score(window: Window, day: date, now: datetime) -> int:
    """Score the papers first listed in the window that ends with `day`.

    Reads count up to the window's close, or up to `now` (aware) while it is open; so a
    closed window can be scored again at any time and comes out the same.

    Returns how many papers have a trend now. Repeating it replaces the rows that changed:
    `scored_at` tells since when a score stands as it does. 100,000 papers with eleven reads
    each: see bench/papers.py.
    """
    ids = list(listed_in(window, day).order_by("pk").values_list("pk", flat=True))
    seen = measured(ids, min(closes_at(day), now), window=window)
    scores = rank(seen, topics_of(ids))
    with transaction.atomic(), connection.cursor() as cursor:
        _send(cursor, scores)
        about = {"window": window, "day": day, "version": VERSION, "now": now}
        cursor.execute(_FORGET, about)
        cursor.execute(_STORE, about)
    return len(scores)


def topics_of(paper_ids: Sequence[int]) -> dict[int, list[str]]:
    """The slugs of each paper's active topics, best first."""
    slugs = dict(Topic.objects.filter(is_active=True).values_list("pk", "slug"))
    with connection.cursor() as cursor:
        cursor.execute(_TOPICS, [list(slugs), list(paper_ids)])
        return {paper_id: [slugs[topic] for topic in topics] for paper_id, topics in cursor}


# Served by paper_topic_once (paper, topic). 100,000 papers: 0.4 s.
_TOPICS = """
SELECT paper_id, array_agg(topic_id ORDER BY weight DESC, topic_id)
FROM papers_papertopic
WHERE topic_id = ANY(%s) AND paper_id = ANY(%s)
GROUP BY paper_id
"""


def _send(cursor: CursorWrapper, scores: Iterable[Score]) -> None:
    """Bring the scores into a table of this transaction: the quickest way in for many rows."""
    cursor.execute(_TABLE)
    with cursor.copy("COPY scored FROM STDIN") as copy:
        for one in scores:
            copy.write_row((one.paper_id, one.value, _as_json(one.components)))
    cursor.execute("ANALYZE scored")


_as_json = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


# Dropped first, as one transaction may score several windows.
_TABLE = """
DROP TABLE IF EXISTS pg_temp.scored;
CREATE TEMP TABLE scored (paper_id bigint PRIMARY KEY, value float8, components jsonb)
ON COMMIT DROP
"""

# Papers that left the window.
_FORGET = """
DELETE FROM papers_trend AS trend
WHERE "window" = %(window)s AND day = %(day)s
  AND NOT EXISTS (SELECT FROM scored WHERE scored.paper_id = trend.paper_id)
"""

# A row that stays as it is is not written, so a list of which nothing new was read costs no
# write. In the order of ids, so that two runs at once wait for each other and do not lock up.
_STORE = """
INSERT INTO papers_trend (paper_id, "window", day, value, components, version, scored_at)
SELECT scored.paper_id, %(window)s, %(day)s, scored.value, scored.components, %(version)s, %(now)s
FROM scored
LEFT JOIN papers_trend AS old
    ON old.paper_id = scored.paper_id AND old."window" = %(window)s AND old.day = %(day)s
WHERE (old.value, old.components, old.version)
    IS DISTINCT FROM (scored.value, scored.components, %(version)s)
ORDER BY scored.paper_id
ON CONFLICT (paper_id, "window", day) DO UPDATE
SET value = excluded.value, components = excluded.components,
    version = excluded.version, scored_at = excluded.scored_at
"""
