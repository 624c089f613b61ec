"""Made-up subscribers of a weekly digest, all due now."""

from __future__ import annotations

from typing import Final

from django.db import connection

from bench.database import run
from newsletter.delivery.recipients import Recipient, recipients
from subscribers.models import Subscriber

# With so many papers a mail has about 46 KB on the wire, as much as ten papers had in the
# mails that the first prototypes were measured with.
DIGEST_SIZE: Final = 14

_SUBSCRIBERS: Final = """
INSERT INTO subscribers_subscriber (
  email, state, cadence, weekday, hour, timezone, digest_size, next_send_at, is_sample,
  confirmed_at, created_at, updated_at)
SELECT 'reader' || n || '@'
         || (ARRAY['gmail.test', 'outlook.test', 'yahoo.test', 'uni.test'])[1 + n %% 4],
       'active', 'weekly', 5, 8, (ARRAY['UTC', 'Europe/Berlin', 'America/New_York'])[1 + n %% 3],
       %(size)s, now(), false, now(), now(), now()
  FROM generate_series(1, %(count)s) AS n
"""
# Nine in ten follow one to four topics, one in ten follows all. Some topics are followed more
# than others, so that many selections are equal and many others are not.
_INTERESTS: Final = """
INSERT INTO subscribers_interest (subscriber_id, kind, topic_id, term)
SELECT DISTINCT subscriber.id, 'topic', topic.id, ''
  FROM subscribers_subscriber AS subscriber
 CROSS JOIN LATERAL generate_series(0, (subscriber.id % 5)::int - 1) AS pick
  JOIN LATERAL (
    SELECT id FROM papers_topic
     WHERE position = (power((hashint8(subscriber.id * 7 + pick) & 65535) / 65536.0, 2) * 25)::int
     LIMIT 1
  ) AS topic ON true
 WHERE subscriber.id % 10 <> 0
"""


def make_subscribers(count: int) -> None:
    """So many active subscribers, due since this moment, with their interests."""
    with connection.cursor() as cursor:
        cursor.execute(_SUBSCRIBERS, {"count": count, "size": DIGEST_SIZE})
    run(_INTERESTS, "ANALYZE subscribers_subscriber, subscribers_interest")


def first_recipients(count: int) -> dict[int, Recipient]:
    """So many of them, as the senders would read them."""
    ids = Subscriber.objects.order_by("pk").values_list("pk", flat=True)
    return recipients(ids[:count])


def drop_subscribers() -> None:
    """Delete all subscribers and their deliveries; the edition stays."""
    run(
        "TRUNCATE newsletter_digestcontent, newsletter_delivery, newsletter_tally, "
        "newsletter_inboundmessage, "
        "subscribers_interest, "
        "subscribers_consententry, subscribers_transactionalmail, "
        "subscribers_feedback, subscribers_readerprofile, subscribers_seedrequest, "
        "subscribers_addresschange, subscribers_subscriber RESTART IDENTITY"
    )


def make_due_again() -> None:
    """Delete all deliveries and make every subscriber due once more."""
    run(
        "TRUNCATE newsletter_digestcontent, newsletter_delivery, newsletter_tally RESTART IDENTITY",
        "UPDATE subscribers_subscriber SET next_send_at = now()",
        "VACUUM ANALYZE subscribers_subscriber",
    )
