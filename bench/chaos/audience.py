"""The readers of a run and what the ledger says of them: the harness's own look from outside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg.rows import class_row

from bench.chaos.verdict import Entry
from bench.crowd import texts

_PAPERS: Final = 24

_FORGET: Final = """
TRUNCATE newsletter_digestcontent, newsletter_delivery, newsletter_tally, subscribers_subscriber,
         subscribers_suppression CASCADE
"""
_FORGET_EDITIONS: Final = """
TRUNCATE newsletter_edition, newsletter_candidate, papers_trend CASCADE
"""
# A third of the readers follow nothing (all topics), the others one or two of the topics with
# many papers; and one in fifty a topic in which there is too little to send.
_READERS: Final = """
WITH readers AS (
  INSERT INTO subscribers_subscriber (email, state, cadence, weekday, hour, timezone, digest_size,
                                      next_send_at, is_sample, created_at, updated_at)
  SELECT format(%(form)s, CASE WHEN %(odd)s <> '' AND number %% 25 = 0 THEN %(odd)s
                               ELSE 'reader' END, number),
         'active', 'weekly', extract(isodow FROM now())::int - 1, 8, 'UTC', 8,
         now(), false, now(), now()
    FROM generate_series(1, %(count)s) AS number
  RETURNING id
)
INSERT INTO subscribers_interest (subscriber_id, kind, topic_id, term)
SELECT readers.id, 'topic', topic.id, ''
  FROM readers
  JOIN (SELECT topic.id, row_number() OVER (ORDER BY count(link.id) DESC, topic.id) AS place
          FROM papers_topic AS topic LEFT JOIN papers_papertopic AS link ON link.topic_id = topic.id
         GROUP BY topic.id) AS topic
    ON CASE WHEN readers.id %% 50 = 0 THEN topic.place = (SELECT count(*) FROM papers_topic)
            WHEN readers.id %% 3 > 0
            THEN topic.place IN (1 + readers.id %% 4, 1 + readers.id %% 5) END
"""
_LOOK: Final = """
SELECT (SELECT count(*) FROM newsletter_delivery WHERE state IN ('queued', 'sending')) AS waiting,
       (SELECT count(*) FROM newsletter_delivery WHERE state = 'queued') AS queued,
       (SELECT count(*) FROM newsletter_delivery WHERE state = 'deferred') AS deferred,
       (SELECT count(*) FROM newsletter_delivery) AS rows,
       (SELECT count(*) FROM subscribers_subscriber
         WHERE state = 'active' AND next_send_at <= now()) AS due,
       coalesce((SELECT min(pause_reason) FROM newsletter_edition
                  WHERE paused_at IS NOT NULL), '') AS paused
"""
_ENTRIES: Final = """
SELECT reader.email, coalesce(delivery.id, 0) AS delivery_id, coalesce(delivery.state, '') AS state
  FROM subscribers_subscriber AS reader
  LEFT JOIN newsletter_delivery AS delivery ON delivery.subscriber_id = reader.id
"""
_COUNTERS: Final = """
SELECT state, sum(count)::int FROM newsletter_tally GROUP BY state HAVING sum(count) <> 0
"""
# Not those that a worker has in hand: that could end in a deadlock of our making.
_BRING_FORWARD: Final = """
UPDATE newsletter_delivery SET next_attempt_at = now()
 WHERE id IN (SELECT id FROM newsletter_delivery
               WHERE state = 'deferred' AND next_attempt_at > now()
                 FOR UPDATE SKIP LOCKED)
"""
_RESUME: Final = """
UPDATE newsletter_edition SET paused_at = NULL, pause_reason = '' WHERE paused_at IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Look:
    """How far a run is."""

    waiting: int  # queued or being sent
    queued: int
    deferred: int
    rows: int
    due: int  # readers without a row yet
    paused: str  # why, if the edition is


class Audience:
    """The database of the rig, by connections that last for one question each."""

    def __init__(self, url: str) -> None:
        self._url = url

    def _ask(self, sql: str, **values: Any) -> psycopg.Cursor[Any]:
        with psycopg.connect(self._url, autocommit=True, connect_timeout=5) as connection:
            return connection.execute(sql, values or None)

    def answers(self) -> bool:
        """Whether the database can be asked."""
        try:
            self._ask("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def forget(self, *, editions: bool) -> None:
        """Empty the tables of the run before; with the `editions`, the next is composed anew."""
        self._ask(_FORGET)
        if editions:
            self._ask(_FORGET_EDITIONS)

    def become_due(self, count: int, run: str, odd: str = "") -> None:
        """So many readers who are due now; the addresses of every 25th begin with `odd`."""
        self._ask(_READERS, count=count, form=f"%s%s@{run}.example.com", odd=odd)

    def look(self) -> Look | None:
        """How far it is; None while the database is away."""
        try:
            with psycopg.connect(self._url, autocommit=True, connect_timeout=5) as connection:
                return connection.cursor(row_factory=class_row(Look)).execute(_LOOK).fetchone()
        except psycopg.OperationalError:
            return None

    def entries(self) -> list[Entry]:
        return [Entry(*row) for row in self._ask(_ENTRIES)]

    def counters(self) -> dict[str, int]:
        """The deliveries by state, as the counters of progress have them."""
        return dict(self._ask(_COUNTERS).fetchall())

    def bring_forward(self) -> None:
        """Do not wait for the next attempts of what was deferred."""
        self._ask(_BRING_FORWARD)

    def resume(self) -> None:
        """What an operator does when an edition was paused and the fault is put right."""
        self._ask(_RESUME)


def listing(folder: Path) -> tuple[Path, str]:
    """A page of synthetic papers, and the day on which it was listed: yesterday."""
    page = folder / "papers.txt"
    page.write_text("\n\n".join(f"{title}\n\n{text}" for title, text, _ in texts(_PAPERS)))
    return page, (datetime.now(UTC).date() - timedelta(days=1)).isoformat()
