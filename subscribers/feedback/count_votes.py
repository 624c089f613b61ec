"""How much our own readers like each paper, for the common trend; a few of them steer nothing.

A save, an upvote and "more like this" are one voice of a reader for a paper; "less like this" is
about their own digest only, and takes the voice away. Voices are guarded, since anyone can sign up
with many addresses:

* only readers count who get digests and confirmed a week ago or earlier;
* the voices of one reader on one day are worth ten together;
* of n voices that belong together (of one domain, one mailbox, or one network in one week of
  sign-ups) the square root of n counts;
* fewer than three mailboxes count nothing.

The formula limits the points of what is left (`Weights.votes_most`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction

from papers.ranking.reader_votes import RECENT_DAYS, recent_papers, store_reader_votes
from subscribers.mail_limits import BIG
from web.locks import wait_for_lock
from web.sql import array, rows

OLD_ENOUGH: Final = timedelta(days=7)  # after the confirmation
A_DAY: Final = 10  # voices of a reader that count in full
LEAST: Final = 3  # mailboxes

# What was said lately is found by feedback_at, the sign-up of a reader by the key of their entries.
# The mailbox is that of `addresses.mailbox_of`. 100,000 voices of 20,000 readers: 0.8 s.
_VOICES: Final = """
WITH told AS (
    SELECT subscriber_id, paper_id, min(at) FILTER (WHERE kind <> 'seed') AS at
    FROM subscribers_feedback
    WHERE at >= %(since)s
    GROUP BY subscriber_id, paper_id
    HAVING bool_or(kind IN ('more', 'upvote', 'save')) AND NOT bool_or(kind = 'less')
), voice AS (
    SELECT *, count(*) OVER (
               PARTITION BY subscriber_id, (at AT TIME ZONE 'UTC')::date
           ) AS of_day
    FROM told
), reader AS (
    SELECT id, split_part(email, '@', 2) AS domain,
           CASE WHEN split_part(email, '@', 2) IN ('gmail.com', 'googlemail.com')
                THEN replace(split_part(split_part(email, '@', 1), '+', 1), '.', '') || '@gmail.com'
                ELSE split_part(split_part(email, '@', 1), '+', 1) || '@'
                     || split_part(email, '@', 2)
           END AS mailbox,
           (SELECT ip::text || ' ' || date_trunc('week', at AT TIME ZONE 'UTC')
            FROM subscribers_consententry AS entry
            WHERE entry.subscriber_id = subscriber.id AND step = 'confirmed'
            ORDER BY at DESC LIMIT 1) AS network
    FROM subscribers_subscriber AS subscriber
    WHERE state = 'active' AND confirmed_at <= %(confirmed)s
      AND id IN (SELECT subscriber_id FROM told)
), grouped AS (
    SELECT paper_id, mailbox, least(1, %(a_day)s::float8 / of_day) AS worth,
           count(*) OVER (
               PARTITION BY paper_id, CASE WHEN domain ~ %(big)s THEN mailbox ELSE domain END
           ) AS of_domain,
           count(*) OVER (
               PARTITION BY paper_id, coalesce(network, reader.id::text)
           ) AS of_network
    FROM voice JOIN reader ON reader.id = subscriber_id
    WHERE paper_id = ANY(%(papers)s::bigint[])
)
SELECT paper_id,
       round(sum(worth / sqrt(greatest(of_domain, of_network)))::numeric, 2)::float8
FROM grouped
GROUP BY paper_id
HAVING count(DISTINCT mailbox) >= %(least)s
"""


@transaction.atomic
def count_votes(now: datetime) -> int:
    """Count the voices for recent papers, and store what changed; returns for how many papers.

    With OWN_VOTES_WEIGHT 0 nothing is counted. One process at a time: two would store two reads.
    """
    if not settings.OWN_VOTES_WEIGHT:
        return 0
    wait_for_lock("count votes")
    return store_reader_votes(voices(now), now)


def voices(now: datetime) -> dict[int, float]:
    """The guarded number of readers who like each recent paper, by its id."""
    found = rows(
        _VOICES,
        since=now - timedelta(days=RECENT_DAYS),
        confirmed=now - OLD_ENOUGH,
        a_day=A_DAY,
        big=f"^({BIG})$",
        papers=array(recent_papers(now).order_by().values_list("pk", flat=True)),
        least=LEAST,
    )
    return dict(found)
