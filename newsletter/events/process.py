"""Act on what providers report: on addresses, on the ledger, on editions that do harm.

A batch of reports is acted upon in one transaction, which also says that it was: killed at any
moment, it leaves all or nothing, and nothing counts twice. One batch at a time, since two reports
of one mail must know of each other.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from newsletter.delivery.control import pause_on_complaints
from newsletter.events.match import MatchedEvent, match
from newsletter.events.rules import (
    TELLING,
    RowState,
    address_action,
    decisive_event,
    may_change,
    row_state,
)
from newsletter.models import Delivery, DeliveryEvent, Edition
from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry, Suppression
from subscribers.suppress import suppress
from subscribers.unsubscribe import unsubscribe
from web.sql import execute

BATCH: Final = 500
State = Delivery.State
Kind = DeliveryEvent.Kind

# Whoever holds one of these rows loses it: a claim that finds its fence gone sends nothing, and
# an outcome that comes later changes nothing.
_SETTLE: Final = """
UPDATE newsletter_delivery
   SET state = %(state)s, reason = %(reason)s, lease_until = NULL, fence = NULL,
       error = (%(errors)s::text[])[array_position(%(ids)s::bigint[], id)],
       provider_id = CASE WHEN provider_id <> '' THEN provider_id ELSE
         (%(provider_ids)s::text[])[array_position(%(ids)s::bigint[], id)] END,
       sent_at = CASE WHEN %(state)s <> 'sent' THEN sent_at ELSE coalesce(sent_at,
         (%(times)s::timestamptz[])[array_position(%(ids)s::bigint[], id)]) END
 WHERE id = ANY(%(ids)s::bigint[]) AND edition_id = ANY(%(editions)s::bigint[])
"""

_DONE: Final = """
UPDATE newsletter_deliveryevent
   SET due_at = NULL, recipient = '',
       edition_id = (%(editions)s::bigint[])[array_position(%(ids)s::bigint[], id)]
 WHERE id = ANY(%(ids)s::bigint[])
"""


@dataclass(frozen=True, slots=True)
class _Change:
    """What a row of the ledger shall say, and the report from which that follows."""

    delivery: Delivery
    report: DeliveryEvent
    says: RowState


def process_events(now: datetime) -> int:
    """Act on up to BATCH reports that are due; how many there were.

    0 also while somebody else is at it. A report of a mail that is still being sent is put off
    for a tick: what its worker says comes first.
    """
    with transaction.atomic():
        if not _is_alone():
            return 0
        due = DeliveryEvent.objects.filter(due_at__lte=now).order_by("due_at", "id")
        reports = list(due[:BATCH])
        if reports:
            _work_off(reports, now)
    return len(reports)


def _is_alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('newsletter.events.process'))")
        return bool(cursor.fetchone()[0])


def _work_off(reports: Sequence[DeliveryEvent], now: datetime) -> None:
    traced = match(reports)
    rows = {one.delivery.pk: one.delivery for one in traced if one.delivery}
    changes, busy = _held(_changes(rows), rows)
    waiting = [one.report.pk for one in traced if one.delivery and one.delivery.pk in busy]
    ready = [one for one in traced if one.report.pk not in set(waiting)]
    for one in ready:
        _act(one, now)
    _settle(changes)
    hurt = _count_complaints(ready)
    hurt |= {one.delivery.edition_id for one in changes if one.says.state == State.FAILED}
    _put_off(waiting, now)
    _mark_done(ready)
    for edition_id in sorted(hurt):
        pause_on_complaints(edition_id, now)


# ── the ledger ───────────────────────────────────────────────────────────────


def _changes(rows: Mapping[int, Delivery]) -> list[_Change]:
    """What all reports of these mails together, also those from before, say against the ledger."""
    told: defaultdict[int, list[DeliveryEvent]] = defaultdict(list)
    for report in DeliveryEvent.objects.filter(delivery__in=list(rows), kind__in=TELLING):
        told[report.delivery_id or 0].append(report)
    words = {number: decisive_event(reports) for number, reports in told.items()}
    return [
        _Change(rows[number], word, row_state(word))
        for number, word in words.items()
        if may_change(rows[number].state, rows[number].attempts, word)
    ]


def _held(
    changes: Iterable[_Change], rows: Mapping[int, Delivery]
) -> tuple[list[_Change], Collection[int]]:
    """The changes whose rows are ours to the end of the transaction, and the rows of others.

    A worker that has a row in hand is not waited for: it would wait for us, too.
    """
    wanted = {one.delivery.pk: one for one in changes}
    free = Delivery.objects.select_for_update(skip_locked=True).filter(
        pk__in=list(wanted), edition__in={one.delivery.edition_id for one in wanted.values()}
    )
    held = set(free.exclude(state=State.SENDING).order_by("pk").values_list("pk", flat=True))
    sending = {number for number, row in rows.items() if row.state == State.SENDING}
    return [wanted[number] for number in held], sending | (wanted.keys() - held)


def _settle(changes: Iterable[_Change]) -> None:
    alike: defaultdict[RowState, list[_Change]] = defaultdict(list)
    for one in changes:
        alike[one.says].append(one)
    for says, those in alike.items():
        is_lost = says.state == State.FAILED
        execute(
            _SETTLE,
            state=says.state.value,
            reason=says.reason,
            ids=[one.delivery.pk for one in those],
            editions=list({one.delivery.edition_id for one in those}),
            errors=[one.report.detail if is_lost else "" for one in those],
            provider_ids=[one.report.message_id for one in those],
            times=[one.report.occurred_at for one in those],
        )


# ── readers and editions ─────────────────────────────────────────────────────


def _act(one: MatchedEvent, now: datetime) -> None:
    """What follows for the address: of a reader, or of one who was erased since."""
    what, reader = address_action(one.report), one.reader
    if reader and reader.confirmed_at and reader.confirmed_at > one.report.occurred_at:
        return  # they came back since, and their mailbox took our mail
    target = reader or (one.report.recipient if one.delivery else "")
    if not what or not target:
        return
    if what != "unsubscribe":
        detail = f"{one.report.provider}: {one.report.detail}".removesuffix(": ")
        suppress(target, Suppression.Reason(what), detail=detail, now=now)
    elif reader:
        unsubscribe(reader, step=ConsentEntry.Step.UNSUBSCRIBED, origin=RequestOrigin(), now=now)


def _count_complaints(ready: Iterable[MatchedEvent]) -> set[int]:
    """Count the mails that were reported as spam, each once; the editions they are of."""
    editions = {
        one.delivery.pk: one.delivery.edition_id
        for one in ready
        if one.delivery and one.report.kind == Kind.COMPLAINED
    }
    counted = DeliveryEvent.objects.filter(
        delivery__in=list(editions), kind=Kind.COMPLAINED, due_at=None
    )
    for number in set(counted.values_list("delivery", flat=True)):
        del editions[number or 0]
    for edition_id, count in sorted(Counter(editions.values()).items()):
        Edition.objects.filter(pk=edition_id).update(complaints=F("complaints") + count)
    return set(editions.values())


# ── the reports themselves ───────────────────────────────────────────────────


def _put_off(numbers: Collection[int], now: datetime) -> None:
    if numbers:
        later = now + timedelta(seconds=settings.TICK_SECONDS)
        DeliveryEvent.objects.filter(pk__in=numbers).update(due_at=later)


def _mark_done(ready: Sequence[MatchedEvent]) -> None:
    execute(
        _DONE,
        ids=[one.report.pk for one in ready],
        editions=[one.delivery.edition_id if one.delivery else None for one in ready],
    )
