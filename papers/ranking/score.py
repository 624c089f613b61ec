"""Score the papers of a window, and store each score with its components."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from papers.models import Topic
from papers.ranking.measurements import iter_measurements
from papers.ranking.trend import Score, rank
from papers.ranking.weights import VERSION, WEIGHTS, Weights
from papers.ranking.window_papers import window_papers
from papers.windows import Window, closes_at
from web.sql import rows

__all__ = ["VERSION", "score", "score_beside"]


def score(window: Window, day: date, now: datetime) -> int:
    """Score the papers on the lists of the window that ends with `day`.

    Reads count up to the window's close, or up to `now` (aware) while it is open; so a
    closed window can be scored again at any time, with the same result.

    Returns how many papers have a trend now. A second run replaces the rows that changed:
    `scored_at` is the time of the last change. 100,000 papers with eleven reads each: see
    bench/papers.py.
    """
    ids = list(window_papers(window, day).order_by("pk").values_list("pk", flat=True))
    measurements = iter_measurements(ids, min(closes_at(day), now), window=window)
    scores = rank(measurements, topics_of(ids), weights())
    with transaction.atomic(), connection.cursor() as cursor:
        _copy(cursor, scores)
        values = {"window": window, "day": day, "version": version(), "now": now}
        cursor.execute(_DELETE, values)
        cursor.execute(_UPSERT, values)
    return len(scores)


def score_beside(window: Window, day: date, paper_ids: Collection[int]) -> list[Score]:
    """Score papers that are not on the lists of a window as if they were; stores nothing.

    Reads count up to the window's close. Strongest first.
    """
    ids = {*window_papers(window, day).order_by().values_list("pk", flat=True), *paper_ids}
    measurements = iter_measurements(ids, closes_at(day), window=window)
    scores = rank(measurements, topics_of(sorted(ids)), weights())
    return [one for one in scores if one.paper_id in paper_ids]


def weights() -> Weights:
    """The weights of the formula, with what the votes of readers count on this site."""
    return replace(WEIGHTS, votes=settings.OWN_VOTES_WEIGHT)


def version() -> str:
    """The version of the formula and its weights; another weight of the votes is another one."""
    own = settings.OWN_VOTES_WEIGHT
    return VERSION if own == WEIGHTS.votes else f"{VERSION}/{own:g}"[:20]


def topics_of(paper_ids: Sequence[int]) -> dict[int, list[str]]:
    """The slugs of each paper's active topics, best first."""
    slugs = dict(Topic.objects.filter(is_active=True).values_list("pk", "slug"))
    links = rows(_TOPICS, topics=list(slugs), papers=list(paper_ids))
    return {paper_id: [slugs[topic] for topic in topics] for paper_id, topics in links}


# Served by paper_topic_once (paper, topic). 100,000 papers: 0.4 s.
_TOPICS = """
SELECT paper_id, array_agg(topic_id ORDER BY weight DESC, topic_id)
FROM papers_papertopic
WHERE topic_id = ANY(%(topics)s) AND paper_id = ANY(%(papers)s)
GROUP BY paper_id
"""


def _copy(cursor: CursorWrapper, scores: Iterable[Score]) -> None:
    """Copy the scores into a table of this transaction: the quickest way for many rows."""
    cursor.execute(_TABLE)
    with cursor.copy("COPY scored FROM STDIN") as copy:
        for one in scores:
            copy.write_row((one.paper_id, one.value, _as_json(one.components)))
    cursor.execute("ANALYZE scored")


_as_json = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


# Dropped first, because one transaction may score several windows.
_TABLE = """
DROP TABLE IF EXISTS pg_temp.scored;
CREATE TEMP TABLE scored (paper_id bigint PRIMARY KEY, value float8, components jsonb)
ON COMMIT DROP
"""

# Trends of papers that are no longer in the window.
_DELETE = """
DELETE FROM papers_trend AS trend
WHERE "window" = %(window)s AND day = %(day)s
  AND NOT EXISTS (SELECT FROM scored WHERE scored.paper_id = trend.paper_id)
"""

# An unchanged row is not written, so a list without new reads costs no write. In the order of
# ids, so that of two runs at the same time one waits for the other, without a deadlock.
_UPSERT = """
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
