"""The welcome digest: a first one within minutes of confirming, besides the regular slot.

`Subscriber.welcome_due_at` says that one is due; the statement that writes its ledger row clears
it, so that no process that is killed loses or repeats it. A regular digest that is queued first
clears it too: then that one is the first.

It is of the newest closed edition of the reader's cadence. Where that one holds too little for
them, it is of another cadence's newest: a daily reader who follows one topic is greeted by a week.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.db.models import QuerySet

from newsletter import clock
from newsletter.delivery.recipients import Recipient, recipients
from newsletter.delivery.restored import is_restored
from newsletter.delivery.seen import seen_papers
from newsletter.delivery.types import Batch
from newsletter.editions.loaded_edition import load_edition
from newsletter.models import Edition
from web.sql import array, execute, rows

CHUNK: Final = 500
_ORDER: Final = ("weekly", "monthly", "daily")  # of other cadences: a week says most of a site

_PATIENCE: Final = timedelta(minutes=3)  # for what a reader named: with the ticks, five

# Served by subscriber_welcome (welcome_due_at, id). The papers that a reader named are waited for:
# until they were looked up once, and until they have vectors.
_DUE: Final = """
SELECT subscriber.id, subscriber.cadence, subscriber.welcome_due_at
  FROM subscribers_subscriber AS subscriber
  LEFT JOIN subscribers_readerprofile AS profile ON profile.subscriber_id = subscriber.id
 WHERE subscriber.welcome_due_at <= %(now)s AND subscriber.state = 'active'
   AND (subscriber.welcome_due_at <= %(patient_since)s
        OR NOT EXISTS (SELECT FROM subscribers_seedrequest AS request
                        WHERE request.subscriber_id = subscriber.id
                          AND request.state = 'waiting' AND request.attempts <= 1)
           AND NOT EXISTS (SELECT FROM unnest(profile.liked) AS liked (paper)
                            WHERE NOT EXISTS (SELECT FROM papers_papervector AS vector
                                               WHERE vector.paper_id = liked.paper)))
 ORDER BY subscriber.welcome_due_at, subscriber.id
 LIMIT %(most)s
"""

# One statement, as in due.py: the row and the end of the wait, both or neither. `next_send_at` and
# `last_digest_at` stay: the regular slot is counted from regular digests. Where the edition was
# cancelled, paused or reopened since it was chosen, the next tick chooses another one.
_QUEUE: Final = """
WITH due AS MATERIALIZED (
  SELECT subscriber.id
    FROM subscribers_subscriber AS subscriber
    JOIN unnest(%(ids)s::bigint[], %(due)s::timestamptz[]) AS chunk (id, due_at)
      ON subscriber.id = chunk.id AND subscriber.welcome_due_at = chunk.due_at
   WHERE subscriber.state = 'active'
     AND EXISTS (SELECT FROM newsletter_edition
                  WHERE id = %(edition)s AND state = 'frozen'
                    AND cancelled_at IS NULL AND paused_at IS NULL)
   ORDER BY subscriber.id
     FOR UPDATE OF subscriber SKIP LOCKED
), greeted AS (
  UPDATE subscribers_subscriber AS subscriber
     SET welcome_due_at = NULL, welcomed_at = %(now)s
    FROM due
   WHERE subscriber.id = due.id
), queued AS (
  INSERT INTO newsletter_delivery (
    edition_id, subscriber_id, state, reason,
    attempts, next_attempt_at, provider_id, error, created_at)
  SELECT %(edition)s, due.id, 'queued', '', 0, %(now)s, '', '', %(now)s
    FROM due
   ORDER BY due.id
  ON CONFLICT (edition_id, subscriber_id) DO NOTHING
  RETURNING id
)
SELECT count(*), min(id), max(id) FROM queued
"""

# What was due in a restored database may have been sent already.
_SKIP: Final = """
UPDATE subscribers_subscriber SET welcome_due_at = NULL WHERE welcome_due_at IS NOT NULL
"""


class DueWelcome(NamedTuple):
    """A subscriber whose welcome digest is due."""

    id: int
    cadence: str
    due_at: datetime


def queue_welcomes(now: datetime, *, minimum: int) -> Iterator[Batch]:
    """Queue the welcome digests that are due; yields the new deliveries of each edition.

    Queues nothing before the first edition is closed, while the clock seems to have jumped, or in
    a restored database.

    Args:
        minimum: fewer papers than these make no digest (DIGEST_MINIMUM).
    """
    if not clock.believe(now) or is_restored(now):
        return
    editions = _newest_editions()
    due = _read_due(now) if editions else []
    for edition_id, readers in _by_edition(due, editions, minimum).items():
        if batch := _queue(edition_id, readers, now):
            yield batch


def can_greet() -> bool:
    """Whether there is an edition of which a welcome digest can be sent."""
    return _open_editions().exists()


def skip_due() -> int:
    """End all waits without a digest; returns how many there were."""
    return execute(_SKIP)


def _read_due(now: datetime) -> list[DueWelcome]:
    found = rows(_DUE, now=now, patient_since=now - _PATIENCE, most=CHUNK)
    return [DueWelcome(*row) for row in found]


def _newest_editions() -> dict[str, int]:
    """The newest edition of each cadence that can be sent, by its id."""
    newest = _open_editions().order_by("cadence", "-day").distinct("cadence")
    return dict(newest.values_list("cadence", "pk"))


def _open_editions() -> QuerySet[Edition]:
    return Edition.objects.filter(state=Edition.State.FROZEN, cancelled_at=None, paused_at=None)


def _by_edition(
    due: Sequence[DueWelcome], editions: dict[str, int], minimum: int
) -> dict[int, list[DueWelcome]]:
    """Who gets which edition."""
    known = recipients([one.id for one in due]) if due else {}
    found: defaultdict[int, list[DueWelcome]] = defaultdict(list)
    for one in due:
        choices = [
            editions[cadence]
            for cadence in dict.fromkeys((one.cadence, *_ORDER))
            if cadence in editions
        ]
        recipient = known.get(one.id)
        if recipient and choices:
            found[_first_that_suffices(recipient, choices, minimum)].append(one)
    return dict(found)


def _first_that_suffices(recipient: Recipient, editions: Sequence[int], minimum: int) -> int:
    """The first edition with enough papers for a digest; the first one where none has."""
    return next((one for one in editions if _papers_for(recipient, one) >= minimum), editions[0])


def _papers_for(recipient: Recipient, edition_id: int) -> int:
    edition = load_edition(edition_id)
    seen = seen_papers([recipient.id], edition_id, edition.seen_scope).get(recipient.id, set())
    return len(edition.select(recipient.interests, seen, recipient.language).picks)


def _queue(edition_id: int, due: Sequence[DueWelcome], now: datetime) -> Batch | None:
    [(count, first, last)] = rows(
        _QUEUE,
        edition=edition_id,
        ids=array(one.id for one in due),
        due=[one.due_at for one in due],
        now=now,
    )
    return Batch(edition_id, first, last) if count else None
