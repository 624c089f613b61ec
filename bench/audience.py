"""Made-up papers of this week, and readers of a weekly digest, all due now."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from statistics import mean
from typing import Final

from django.db import connection
from django.utils import timezone

from bench.crowd import texts
from newsletter.delivery.recipients import Recipient, recipients
from newsletter.editions.compose import compose_newest
from newsletter.editions.loaded import LoadedEdition
from newsletter.editions.render import build_digest
from newsletter.editions.tokens import current_key_id
from newsletter.models import Edition
from papers.catalogue.classify import classify
from papers.models import Paper, Signal
from papers.windows import last_closed_day
from subscribers.models import Subscriber

PAPERS: Final = 300
# With so many papers a mail has about 46 KB on the wire, as much as ten papers had in the
# mails that the first prototypes were measured with.
DIGEST_SIZE: Final = 14

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


def make_papers(last: date) -> None:
    """300 papers, each with topics and votes, of the week that ends on that day."""
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
                listed_on=last - timedelta(days=number % 7),
                code_url=f"https://github.com/authors/paper-{number}" if number % 3 == 0 else "",
            )
        )
    Paper.objects.bulk_create(found)
    read_at = datetime.combine(last, time(22), tzinfo=UTC)
    Signal.objects.bulk_create(_votes(paper, number, read_at) for number, paper in enumerate(found))
    classify()


def make_edition() -> Edition:
    """The editions that are due today, frozen and rendered; the weekly one of 300 papers."""
    make_papers(last_closed_day(timezone.now()))
    return newest_edition()


def newest_edition() -> Edition:
    """The weekly edition that dispatch takes now: another one after midnight."""
    return next(one for one in compose_newest(timezone.now()) if one.cadence == "weekly")


def _votes(paper: Paper, number: int, read_at: datetime) -> Signal:
    return Signal(
        paper=paper, source="bench", kind="upvotes", read_at=read_at, value=400 / (number + 3)
    )


def make_readers(readers: int) -> None:
    """So many active readers, due since this moment, with their interests."""
    with connection.cursor() as cursor:
        cursor.execute(_READERS, {"readers": readers, "size": DIGEST_SIZE})
        cursor.execute(_INTERESTS, {})
        cursor.execute("ANALYZE subscribers_subscriber, subscribers_interest")


def first_readers(count: int) -> dict[int, Recipient]:
    """So many of them, as the senders would read them."""
    ids = Subscriber.objects.order_by("pk").values_list("pk", flat=True)
    return recipients(ids[:count])


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


def mean_bytes(edition: Edition, readers: int = 500) -> int:
    """What a mail to these readers weighs on the wire, on average."""
    press, now = LoadedEdition(edition), timezone.now()
    return round(
        mean(
            len(
                build_digest(
                    delivery_id=number,
                    key_id=current_key_id(),
                    to=reader.email,
                    dated_at=now,
                    body=press.select(reader.interests, ()).body,
                ).as_bytes()
            )
            for number, reader in first_readers(readers).items()
        )
    )
