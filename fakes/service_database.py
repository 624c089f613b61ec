"""The database of a service in processes, from outside: subscribers, ledger, counters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from fakes.mail_counts import Expected
from papers.catalogue.classify import alternatives
from papers.catalogue.topic_seeds import SEEDS

_PAPERS: Final = 24

_EMPTY: Final = """
TRUNCATE newsletter_digestcontent, newsletter_delivery, newsletter_tally, subscribers_subscriber,
         subscribers_suppression CASCADE
"""
_EMPTY_EDITIONS: Final = """
TRUNCATE newsletter_edition, newsletter_candidate, papers_trend CASCADE
"""
# A third of the subscribers follow nothing (all topics), the others one or two of the topics with
# many papers; and one in fifty a topic in which there is too little to send.
_SUBSCRIBERS: Final = """
WITH subscribers AS (
  INSERT INTO subscribers_subscriber (email, state, cadence, weekday, hour, timezone, digest_size,
                                      next_send_at, is_sample, created_at, updated_at)
  SELECT format(%(form)s, CASE WHEN %(special)s <> '' AND number %% 25 = 0 THEN %(special)s
                               ELSE 'reader' END, number),
         'active', 'weekly', extract(isodow FROM now())::int - 1, 8, 'UTC', 8,
         now(), false, now(), now()
    FROM generate_series(1, %(count)s) AS number
  RETURNING id
)
INSERT INTO subscribers_interest (subscriber_id, kind, topic_id, term)
SELECT subscribers.id, 'topic', topic.id, ''
  FROM subscribers
  JOIN (SELECT topic.id, row_number() OVER (ORDER BY count(link.id) DESC, topic.id) AS place
          FROM papers_topic AS topic LEFT JOIN papers_papertopic AS link ON link.topic_id = topic.id
         GROUP BY topic.id) AS topic
    ON CASE WHEN subscribers.id %% 50 = 0 THEN topic.place = (SELECT count(*) FROM papers_topic)
            WHEN subscribers.id %% 3 > 0
            THEN topic.place IN (1 + subscribers.id %% 4, 1 + subscribers.id %% 5) END
"""
_STATUS: Final = """
SELECT (SELECT count(*) FROM newsletter_delivery WHERE state IN ('queued', 'sending')) AS waiting,
       (SELECT count(*) FROM newsletter_delivery WHERE state = 'queued') AS queued,
       (SELECT count(*) FROM newsletter_delivery WHERE state = 'deferred') AS deferred,
       (SELECT count(*) FROM newsletter_delivery) AS rows,
       (SELECT count(*) FROM subscribers_subscriber
         WHERE state = 'active' AND next_send_at <= now()) AS due,
       coalesce((SELECT min(pause_reason) FROM newsletter_edition
                  WHERE paused_at IS NOT NULL), '') AS paused
"""
_EXPECTED: Final = """
SELECT subscriber.email, coalesce(delivery.id, 0), coalesce(delivery.state, '')
  FROM subscribers_subscriber AS subscriber
  LEFT JOIN newsletter_delivery AS delivery ON delivery.subscriber_id = subscriber.id
"""
_COUNTERS: Final = """
SELECT state, sum(count)::int FROM newsletter_tally GROUP BY state HAVING sum(count) <> 0
"""
# Not those that a worker has locked: that could end in a deadlock that the service never has.
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
class Status:
    """How much of a run is done."""

    waiting: int  # queued or being sent
    queued: int
    deferred: int
    rows: int
    due: int  # subscribers without a row yet
    paused: str  # why, if the edition is


class Database:
    """The database of the service, by connections that last for one query each."""

    def __init__(self, url: str) -> None:
        self._url = url

    def _ask(self, sql: str, **values: Any) -> psycopg.Cursor[Any]:
        with psycopg.connect(self._url, autocommit=True, connect_timeout=5) as connection:
            return connection.execute(sql, values or None)

    def is_up(self) -> bool:
        try:
            self._ask("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def empty(self, *, editions: bool) -> None:
        """Delete the rows of the run before; with the `editions`, the next is composed anew."""
        self._ask(_EMPTY)
        if editions:
            self._ask(_EMPTY_EDITIONS)

    def make_subscribers(self, count: int, run: str, special: str = "") -> None:
        """Add so many, due now; the addresses of every 25th begin with `special`."""
        self._ask(_SUBSCRIBERS, count=count, form=f"%s%s@{run}.example.com", special=special)

    def status(self) -> Status | None:
        """How much of the run is done; None while the database is down."""
        try:
            with psycopg.connect(self._url, autocommit=True, connect_timeout=5) as connection:
                return connection.cursor(row_factory=class_row(Status)).execute(_STATUS).fetchone()
        except psycopg.OperationalError:
            return None

    def make_anew(self) -> None:
        """Drop the database and create an empty one of the same name."""
        url = urlsplit(self._url)
        name = sql.Identifier(url.path.lstrip("/"))
        server = url._replace(path="/template1").geturl()
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
            connection.execute(sql.SQL("CREATE DATABASE {}").format(name))

    def expected(self) -> list[Expected]:
        return [Expected(*row) for row in self._ask(_EXPECTED)]

    def counters(self) -> dict[str, int]:
        """The deliveries by state, as the counters of progress have them."""
        return dict(self._ask(_COUNTERS).fetchall())

    def bring_forward(self) -> None:
        """Make the next attempts of all deferred deliveries due now."""
        self._ask(_BRING_FORWARD)

    def resume(self) -> None:
        """Resume the edition, as an operator does after the fault is repaired."""
        self._ask(_RESUME)


def write_papers(folder: Path) -> tuple[Path, str]:
    """A list of made-up papers, and the day on which it was listed: yesterday."""
    path = folder / "papers.txt"
    path.write_text("\n\n".join(_paper(number) for number in range(_PAPERS)))
    return path, (datetime.now(UTC).date() - timedelta(days=1)).isoformat()


def _paper(number: int) -> str:
    """Title and abstract of a paper on three topics; five topics have many papers."""
    seeds = SEEDS[number % 5], SEEDS[number % 3], SEEDS[5 + number % (len(SEEDS) - 5)]
    first, second, third = (
        [term.strip('"') for term in alternatives(seed.query)[number % 2 :: 2]] for seed in seeds
    )
    summary = f"We study {', '.join(first[:3])}. This helps {', '.join(second[:2])} and {third[0]}."
    return f"Paper {number} on {first[0]}\n\n{summary}"
