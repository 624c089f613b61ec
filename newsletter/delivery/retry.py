"""Queue again what failed by our fault, the settings' or the mail server's, once that is corrected.

The row of the ledger stays, with the content that is stored for it and so with its Message-ID: the
reader gets the digest that they should have got. Only rows that surely did not arrive are touched:
never one that is sent or uncertain, nor one of which a provider says that it arrived.

Readers who got a newer edition in the meantime get this one too, since its papers are in no other;
but old news is no digest any more, so an edition that closed more than DAYS ago needs an operator's
word. Readers who have unsubscribed or were suppressed get nothing.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q, Sum

from newsletter.delivery.pause import resume
from newsletter.delivery.restored import HELD
from newsletter.failures import SKIPPED, current_reason, is_retryable
from newsletter.models import ArchivedDelivery, Edition, Tally
from papers.windows import closes_at
from subscribers.suppress import suppression_join
from web.sql import array, execute, rows

log = logging.getLogger(__name__)

DAYS: Final = 7
HELD_DAYS: Final = 60  # how far back a restored backup makes failures uncertain
CHUNK: Final = 10_000  # rows a statement: short locks, and little to redo after a kill

# As in the index delivery_failed, which serves both statements.
_FAILED: Final = """(state = 'failed' OR (state = 'skipped' AND reason IN {skipped}))""".format(
    skipped="(" + ", ".join(f"'{reason}'" for reason in SKIPPED) + ")"
)

_READ: Final = f"""
SELECT delivery.id, delivery.reason, left(delivery.error, 1000),
       coalesce(subscriber.state = 'active', false) AND suppression.id IS NULL AS may_receive,
       EXISTS (SELECT FROM newsletter_deliveryevent AS event
                WHERE event.delivery_id = delivery.id
                  AND event.kind IN ('delivered', 'complained', 'unsubscribed')) AS has_arrived
  FROM (SELECT id, reason, error, subscriber_id FROM newsletter_delivery
         WHERE edition_id = %(edition)s AND id > %(after)s AND {_FAILED}
         ORDER BY id LIMIT %(most)s) AS delivery
  LEFT JOIN subscribers_subscriber AS subscriber ON subscriber.id = delivery.subscriber_id
  LEFT JOIN {suppression_join("subscriber.email")}
 ORDER BY delivery.id
"""  # noqa: S608 (constants only)

# Guarded, so two operators may do it at once: a row that the other one has queued again since
# does not match any more. Nor does one that an event has made sent. A worker that holds a row is
# not disturbed, since no failed row has a fence.
_QUEUE_AGAIN: Final = f"""
UPDATE newsletter_delivery
   SET state = 'queued', reason = '', error = '', provider_id = '', attempts = 0,
       next_attempt_at = %(now)s, sent_at = NULL, retried_at = %(now)s,
       lease_until = NULL, fence = NULL
 WHERE id = ANY(%(ids)s::bigint[]) AND edition_id = %(edition)s AND {_FAILED}
   AND EXISTS (SELECT FROM newsletter_edition AS edition
                WHERE edition.id = %(edition)s AND edition.state = 'frozen'
                  AND edition.cancelled_at IS NULL)
"""  # noqa: S608 (constants only)

_HOLD: Final = f"""
UPDATE newsletter_delivery SET state = 'uncertain', reason = %(reason)s
 WHERE id = ANY(%(ids)s::bigint[]) AND edition_id = %(edition)s AND {_FAILED}
"""  # noqa: S608 (constants only)


class CannotRetry(ValueError):
    """Why nothing of this edition can be sent again; the text says what an operator can do."""


@dataclass(slots=True)
class Found:
    """The failed deliveries of an edition: what may be sent again, by reason, and what may not."""

    by_reason: Counter[str] = field(default_factory=Counter)
    unwilling: int = 0  # retryable, but the reader is unsubscribed, suppressed or erased by now
    arrived: int = 0  # retryable, but a provider says that the mail arrived
    final: Counter[str] = field(default_factory=Counter)  # the recipient's failures, by reason

    @property
    def total(self) -> int:
        return self.by_reason.total()


def why_not(edition: Edition, now: datetime, days: int = DAYS) -> str:
    """Why nothing of an edition can be sent again; empty when it can."""
    if edition.cancelled_at:
        return "It is cancelled, and that is for good."
    if edition.state != Edition.State.FROZEN:
        return "It is not frozen yet."
    if ArchivedDelivery.objects.filter(edition=edition.pk).exists():
        return "Its deliveries are archived, so what they said is not stored any more."
    age = (now - closes_at(edition.day)).days
    if age > days:
        return f"It closed {age} days ago: its readers would get old news."
    return ""


def find(edition_id: int) -> Found:
    """Count the failed deliveries of an edition. Changes nothing."""
    found = Found()
    for reason, may_receive, has_arrived in (
        one[1:] for chunk in _chunks(edition_id) for one in chunk
    ):
        if not is_retryable(reason):
            found.final[reason] += 1
        elif has_arrived:
            found.arrived += 1
        elif not may_receive:
            found.unwilling += 1
        else:
            found.by_reason[reason] += 1
    return found


def retry(
    edition_id: int,
    now: datetime,
    *,
    reasons: Collection[str] | None = None,
    days: int = DAYS,
    and_resume: bool = False,
) -> int:
    """Queue again what failed for these reasons, all retryable ones by default; returns how many.

    A paused edition stays paused, and its mails wait, unless `and_resume`. The next ticks send what
    is queued.

    Raises:
        CannotRetry: the edition is cancelled, archived, not frozen, or more than `days` old.
    """
    edition = Edition.objects.light().get(pk=edition_id)
    if reason := why_not(edition, now, days):
        raise CannotRetry(reason)
    count = 0
    for chunk in _chunks(edition_id):
        ids = [
            number
            for number, cause, may_receive, has_arrived in chunk
            if is_retryable(cause)
            and may_receive
            and not has_arrived
            and (reasons is None or cause in reasons)
        ]
        if ids:
            count += execute(_QUEUE_AGAIN, ids=array(ids), edition=edition_id, now=now)
    if and_resume:
        resume(edition_id, now)
    log.warning("%s deliveries of edition %s are queued again", count, edition_id)
    return count


def hold_failed(now: datetime) -> int:
    """Make uncertain what failed before a backup that was restored; returns how many.

    It may have been sent again after the backup, and another retry would repeat it. The failures
    of recipients stay as they are. May be repeated.
    """
    held = 0
    for edition in failed_editions(now, HELD_DAYS):
        for chunk in _chunks(edition.pk):
            ids = [number for number, cause, *_ in chunk if is_retryable(cause)]
            held += execute(_HOLD, ids=array(ids), edition=edition.pk, reason=HELD)
    return held


def failed_editions(now: datetime, days: int = DAYS) -> list[Edition]:
    """Editions that are young enough, with failed deliveries by the counters, the oldest first."""
    is_failed = Q(state="failed") | Q(state="skipped", reason__in=SKIPPED)
    failed = Tally.objects.filter(is_failed).order_by().values("edition").alias(sum=Sum("count"))
    oldest = (now - timedelta(days=days + 1)).date()
    young = Edition.objects.light().filter(
        pk__in=failed.filter(sum__gt=0).values("edition"), day__gte=oldest
    )
    return [one for one in young.order_by("day", "cadence") if not why_not(one, now, days)]


def described(by_reason: Mapping[str, int]) -> list[str]:
    """Each reason with its number, the largest first: "1,200 could not be rendered …"."""
    ordered = sorted(by_reason.items(), key=lambda item: (-item[1], item[0]))
    return [f"{count:,} {reason}" for reason, count in ordered]


def _chunks(edition_id: int) -> Iterator[list[tuple[int, str, bool, bool]]]:
    """Failed deliveries in the order of their ids, each with the reason that this version gives."""
    after, found = 0, CHUNK
    while found == CHUNK:
        read = rows(_READ, edition=edition_id, after=after, most=CHUNK)
        found = len(read)
        after = read[-1][0] if read else after
        yield [
            (number, current_reason(reason, error), may_receive, has_arrived)
            for number, reason, error, may_receive, has_arrived in read
        ]
