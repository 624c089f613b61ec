"""End addresses to which nothing was delivered for SOFT_BOUNCE_EDITIONS editions in a row.

A full mailbox, a server that defers for ever, a refusal without a clear reason: one of them says
little about an address, several in a row say enough. A delivery in between starts the count again,
and so does a new confirmation. What is our own failure, the mail server's, or the answer of a block
list neither counts nor starts it again (newsletter/failures.py).

The count is read from the ledger; nothing is stored for it, so no mail costs more. A run reads the
failed deliveries of the editions whose counters of failures moved lately, by an index of those, and
the newest deliveries of their subscribers only, by delivery_once. Of a million subscribers, one in
a hundred of whom fails, it looks at 10,000: some seconds, once an hour.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.conf import settings

from newsletter.failures import counts_against_address
from subscribers.models import Suppression
from subscribers.suppress import suppress
from web.sql import array, rows

log = logging.getLogger(__name__)

CHUNK: Final = 5_000  # subscribers a query
_LATELY: Final = timedelta(days=8)  # also what a provider reports days later, and a missed run
_STILL_TRIED: Final = timedelta(days=3)  # a provider gives up a delayed mail by then
_READ: Final = 20  # deliveries read for each edition that must have failed; the rest does not count

_EDITIONS: Final = """
SELECT edition_id,
       sum(count) FILTER (WHERE state = 'failed' AND changed_at > %(since)s) IS NOT NULL AS moved,
       sum(count) FILTER (WHERE state IN ('failed', 'sent')) >= 20
         AND sum(count) FILTER (WHERE state = 'failed')
           > coalesce(sum(count) FILTER (WHERE state = 'sent'), 0) AS is_at_fault
  FROM newsletter_tally
 GROUP BY edition_id
"""

# Failed deliveries by delivery_failed, delayed ones by event_deferred. Then, for each subscriber,
# the newest deliveries by delivery_once, and of the sent ones their events by event_of_delivery.
# MATERIALIZED: without statistics of a new edition the planner would begin with all subscribers.
_SUBSCRIBERS: Final = """
WITH failing AS MATERIALIZED (
  SELECT subscriber_id FROM newsletter_delivery
   WHERE state = 'failed' AND edition_id = ANY(%(moved)s::bigint[])
   UNION
  SELECT delivery.subscriber_id
    FROM newsletter_deliveryevent AS event
    JOIN newsletter_delivery AS delivery
      ON delivery.id = event.delivery_id AND delivery.edition_id = event.edition_id
   WHERE event.kind = 'deferred' AND event.received_at > %(since)s
)
SELECT subscriber.id, subscriber.email, newest.deliveries
  FROM failing
  JOIN subscribers_subscriber AS subscriber ON subscriber.id = failing.subscriber_id
  JOIN LATERAL (
    SELECT array_agg(ARRAY[outcome, reason, error] ORDER BY edition_id DESC) AS deliveries
      FROM (
        SELECT edition_id, reason, left(error, 500) AS error,
               CASE WHEN state = 'failed' THEN 'failed'
                    WHEN NOT coalesce(events.are_delays, false) THEN 'delivered'
                    WHEN sent_at < %(given_up)s THEN 'delayed'
                    ELSE 'open' END AS outcome
          FROM newsletter_delivery AS delivery
          LEFT JOIN LATERAL (
            SELECT bool_and(kind IN ('queued', 'sent', 'deferred')) AND bool_or(kind = 'deferred')
                     AS are_delays
              FROM newsletter_deliveryevent AS event
             WHERE event.delivery_id = delivery.id AND delivery.state = 'sent') AS events ON true
         WHERE subscriber_id = subscriber.id AND state IN ('sent', 'failed')
           AND edition_id <> ALL(%(at_fault)s::bigint[])
           AND delivery.created_at >= coalesce(subscriber.confirmed_at, '-infinity')
         ORDER BY edition_id DESC
         LIMIT %(most)s) AS last) AS newest ON true
 WHERE subscriber.state = 'active' AND subscriber.id > %(after)s
 ORDER BY subscriber.id
 LIMIT %(chunk)s
"""


class PastDelivery(NamedTuple):
    """One delivery of a subscriber: failed, delivered, delayed (for good) or open (still tried)."""

    outcome: str
    reason: str
    error: str


def suppress_soft_bounces(now: datetime) -> int:
    """Suppress each active subscriber with too many failures in a row; returns how many.

    An edition of which more failed than was sent counts for no subscriber (from 20 deliveries on):
    then the sender is the likelier reason.
    """
    if not settings.SOFT_BOUNCE_EDITIONS:
        return 0
    since, ended, after = now - _LATELY, 0, 0
    editions = rows(_EDITIONS, since=since)
    at_fault = array(edition for edition, _, is_at_fault in editions if is_at_fault)
    moved = array(edition for edition, has_moved, is_at_fault in editions if has_moved)
    while True:
        found = rows(
            _SUBSCRIBERS,
            moved=moved,
            at_fault=at_fault,
            since=since,
            given_up=now - _STILL_TRIED,
            most=settings.SOFT_BOUNCE_EDITIONS * _READ,
            after=after,
            chunk=CHUNK,
        )
        for number, email, deliveries in found:
            after = number
            ended += _end(email, [PastDelivery(*one) for one in deliveries or ()], now)
        if len(found) < CHUNK:
            return ended


def _end(email: str, deliveries: Sequence[PastDelivery], now: datetime) -> bool:
    answers = failures_in_a_row(deliveries)
    if len(answers) < settings.SOFT_BOUNCE_EDITIONS:
        return False
    detail = f"{len(answers)} editions in a row were not delivered; the last answer: {answers[0]}"
    suppress(email, Suppression.Reason.SOFT_BOUNCES, detail=detail, now=now)
    return True


def failures_in_a_row(deliveries: Sequence[PastDelivery]) -> list[str]:
    """What was answered to each failure since the last delivery, the newest first. Pure.

    Args:
        deliveries: of one subscriber, the newest edition first.
    """
    answers: list[str] = []
    for one in deliveries:
        if one.outcome == "delivered":
            break
        if one.outcome == "delayed":
            answers.append("delayed by the receiving server")
        elif one.outcome == "failed" and counts_against_address(one.reason, one.error):
            answers.append(one.error or one.reason)
    return answers
