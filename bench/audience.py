"""A made-up edition and its readers, any number of them, all due now."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final

from django.db import connection

from bench.crowd import texts
from newsletter.compose import compose
from newsletter.models import Edition
from papers.classify import classify
from papers.models import Paper, Signal

DAY: Final = date(2025, 3, 14)
PAPERS: Final = 300
# With so many papers a mail has about 46 KB on the wire, as much as ten papers had in the
# mails that the first prototypes were measured with.
DIGEST_SIZE: Final = 15

# Nine in ten readers follow one to four topics, one in ten follows all; popular topics are
# popular here too, so that many want the same and many want something of their own.
_READERS: Final = """
INSERT INTO subscribers_subscriber (
  email, state, cadence, weekday, hour, timezone, digest_size, next_send_at, is_sample,
  confirmed_at, created_at, updated_at)
SELECT 'reader' || n || '@'
         || (ARRAY['gmail.test', 'outlook.test', 'yahoo.test', 'uni.test'])[1 + n %% 4],
       'active', 'weekly', 5, 8, (ARRAY['UTC', 'Europe/Berlin', 'America/New_York'])[1 + n %% 3],
       %(size)s, now(), false, now(), now(), now()
  FROM generate_series(1, %(readers)s) AS n
"""
_INTERESTS: Final = """
INSERT INTO subscribers_interest (subscriber_id, kind, topic_id, term)
SELECT DISTINCT reader.id, 'topic', topic.id, ''
  FROM subscribers_subscriber AS reader
 CROSS JOIN LATERAL generate_series(0, (reader.id %% 5)::int - 1) AS pick
  JOIN LATERAL (
    SELECT id FROM papers_topic
     WHERE position = (power((hashint8(reader.id * 7 + pick) & 65535) / 65536.0, 2) * 25)::int
     LIMIT 1
  ) AS topic ON true
 WHERE reader.id %% 10 <> 0
"""


def make_edition() -> Edition:
    """A frozen weekly edition of 300 papers, each with topics, votes and a rendered piece."""
    found = []
    for number, (title, summary, category) in enumerate(texts(PAPERS)):
        found.append(
            Paper(
                title=title.capitalize(),
                title_key=title,
                summary=summary,
                authors=[f"Ada Author{place}" for place in range(5)],
                categories=[category],
                arxiv_id=f"2503.{number:05}",
                listed_on=DAY - timedelta(days=number % 7),
                code_url=f"https://github.com/authors/paper-{number}" if number % 3 == 0 else "",
            )
        )
    Paper.objects.bulk_create(found)
    Signal.objects.bulk_create(_votes(paper, number) for number, paper in enumerate(found))
    classify()
    return compose("weekly", DAY, datetime(2025, 3, 16, tzinfo=UTC))


def _votes(paper: Paper, number: int) -> Signal:
    read_at = datetime(2025, 3, 14, 22, tzinfo=UTC)
    return Signal(
        paper=paper, source="bench", kind="upvotes", read_at=read_at, value=400 / (number + 3)
    )


def make_readers(readers: int) -> None:
    """So many active readers, due since this moment, with their interests."""
    with connection.cursor() as cursor:
        cursor.execute(_READERS, {"readers": readers, "size": DIGEST_SIZE})
        cursor.execute(_INTERESTS, {})
        cursor.execute("ANALYZE subscribers_subscriber, subscribers_interest")


def drop_readers() -> None:
    """Leave nobody to send to; the edition stays."""
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE newsletter_delivery, newsletter_tally, subscribers_interest, "
            "subscribers_consententry, subscribers_transactionalmail, subscribers_subscriber "
            "RESTART IDENTITY"
        )


def due_again() -> None:
    """Forget all deliveries and make everybody due once more."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE newsletter_delivery, newsletter_tally RESTART IDENTITY")
        cursor.execute("UPDATE subscribers_subscriber SET next_send_at = now()")
        cursor.execute("VACUUM ANALYZE subscribers_subscriber")
