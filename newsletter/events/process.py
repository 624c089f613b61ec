"""Process stored events: update addresses and deliveries, and pause editions that do harm.

A batch of events is processed in one transaction, which also marks them as processed: a process
that is killed leaves all of it or nothing, and nothing counts twice. One batch at a time: two
events of one delivery must be seen together.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import F

from newsletter.delivery.pause import pause_on_complaints
from newsletter.events.match import MatchedEvent, match
from newsletter.events.rules import (
    WEIGHED_KINDS,
    RowState,
    address_action,
    decisive_event,
    is_of_earlier_try,
    may_change,
    row_state,
)
from newsletter.models import Delivery, DeliveryEvent, Edition
from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry, Suppression
from subscribers.suppress import suppress
from subscribers.unsubscribe import unsubscribe
from web import sql
from web.locks import try_lock

BATCH: Final = 500
State = Delivery.State
Kind = DeliveryEvent.Kind

# Ends the claim of any worker that holds a row: a worker whose fence is gone sends nothing, and an
# outcome that it records later changes nothing.
_UPDATE_DELIVERIES: Final = """
UPDATE newsletter_delivery
   SET state = %(state)s, reason = %(reason)s, lease_until = NULL, fence = NULL,
       error = (%(errors)s::text[])[array_position(%(ids)s::bigint[], id)],
       provider_id = CASE WHEN provider_id <> '' THEN provider_id ELSE
         (%(provider_ids)s::text[])[array_position(%(ids)s::bigint[], id)] END,
       sent_at = CASE WHEN %(state)s <> 'sent' THEN sent_at ELSE coalesce(sent_at,
         (%(times)s::timestamptz[])[array_position(%(ids)s::bigint[], id)]) END
 WHERE id = ANY(%(ids)s::bigint[]) AND edition_id = ANY(%(editions)s::bigint[])
"""

_MARK_PROCESSED: Final = """
UPDATE newsletter_deliveryevent
   SET due_at = NULL, recipient = '',
       edition_id = (%(editions)s::bigint[])[array_position(%(ids)s::bigint[], id)]
 WHERE id = ANY(%(ids)s::bigint[])
"""


@dataclass(frozen=True, slots=True)
class _Change:
    """The new state of a delivery's row, and the event from which it follows."""

    delivery: Delivery
    event: DeliveryEvent
    becomes: RowState


def process_events(now: datetime) -> int:
    """Process up to BATCH events that are due; returns how many there were.

    0 also while another process does this. An event of a mail that is still being sent is postponed
    by one tick: the outcome that its worker records comes first.
    """
    with transaction.atomic():
        if not try_lock("newsletter.events.process"):
            return 0
        due = DeliveryEvent.objects.filter(due_at__lte=now).order_by("due_at", "id")
        events = list(due[:BATCH])
        if events:
            _process(events, now)
    return len(events)


def _process(events: Sequence[DeliveryEvent], now: datetime) -> None:
    matched = match(events)
    deliveries = {one.delivery.pk: one.delivery for one in matched if one.delivery}
    changes, busy = _lock_rows(_changes(deliveries), deliveries)
    postponed = {one.event.pk for one in matched if one.delivery and one.delivery.pk in busy}
    ready = [one for one in matched if one.event.pk not in postponed]
    for one in ready:
        _update_subscriber(one, now)
    _update_deliveries(changes)
    editions = _count_complaints(ready)
    editions |= {one.delivery.edition_id for one in changes if one.becomes.state == State.FAILED}
    _postpone(postponed, now)
    _mark_processed(ready)
    for edition_id in sorted(editions):
        pause_on_complaints(edition_id, now)


# ── deliveries ───────────────────────────────────────────────────────────────


def _changes(deliveries: Mapping[int, Delivery]) -> list[_Change]:
    """How the rows must change by all events of these deliveries, processed ones included."""
    events: defaultdict[int, list[DeliveryEvent]] = defaultdict(list)
    weighed = DeliveryEvent.objects.filter(kind__in=WEIGHED_KINDS)
    for event in weighed.filter(delivery__in=list(deliveries)):
        number = event.delivery_id or 0
        if not is_of_earlier_try(event, deliveries[number].retried_at):
            events[number].append(event)
    decisive = {delivery_id: decisive_event(those) for delivery_id, those in events.items()}
    return [
        _Change(deliveries[delivery_id], event, row_state(event))
        for delivery_id, event in decisive.items()
        if may_change(deliveries[delivery_id], event)
    ]


def _lock_rows(
    changes: Iterable[_Change], deliveries: Mapping[int, Delivery]
) -> tuple[list[_Change], Collection[int]]:
    """The changes whose rows are locked to the end of the transaction; the ids of busy rows.

    A row that a worker has locked is skipped: that worker may wait for a row that is locked here.
    """
    wanted = {one.delivery.pk: one for one in changes}
    free = Delivery.objects.select_for_update(skip_locked=True).filter(
        pk__in=list(wanted), edition__in={one.delivery.edition_id for one in wanted.values()}
    )
    locked = set(free.exclude(state=State.SENDING).order_by("pk").values_list("pk", flat=True))
    sending = {pk for pk, delivery in deliveries.items() if delivery.state == State.SENDING}
    return [wanted[pk] for pk in locked], sending | (wanted.keys() - locked)


def _update_deliveries(changes: Iterable[_Change]) -> None:
    """One statement for each new state and reason."""
    alike: defaultdict[RowState, list[_Change]] = defaultdict(list)
    for one in changes:
        alike[one.becomes].append(one)
    for becomes, those in alike.items():
        is_lost = becomes.state == State.FAILED
        sql.execute(
            _UPDATE_DELIVERIES,
            state=becomes.state.value,
            reason=becomes.reason,
            ids=[one.delivery.pk for one in those],
            editions=list({one.delivery.edition_id for one in those}),
            errors=[one.event.detail if is_lost else "" for one in those],
            provider_ids=[one.event.message_id for one in those],
            times=[one.event.occurred_at for one in those],
        )


# ── subscribers and editions ─────────────────────────────────────────────────


def _update_subscriber(one: MatchedEvent, now: datetime) -> None:
    """Suppress or unsubscribe the address, also when its subscriber has been erased."""
    action, subscriber, event = address_action(one.event), one.subscriber, one.event
    if subscriber and subscriber.confirmed_at and subscriber.confirmed_at > event.occurred_at:
        return  # they subscribed again after the event, and their mailbox took the confirmation
    # Of an erased subscriber only the hash is left.
    target = subscriber or ((event.recipient or event.address_hash) if one.delivery else "")
    if not action or not target:
        return
    if action != "unsubscribe":
        detail = f"{event.provider}: {event.detail}".removesuffix(": ")
        suppress(target, Suppression.Reason(action), detail=detail, now=now)
    elif subscriber:
        origin = RequestOrigin()
        step = ConsentEntry.Step.UNSUBSCRIBED
        # The provider takes no further mail for this address.
        unsubscribe(subscriber, step=step, origin=origin, now=now, says_goodbye=False)


def _count_complaints(ready: Iterable[MatchedEvent]) -> set[int]:
    """Count the deliveries with a complaint, each once; returns the ids of their editions."""
    editions = {
        one.delivery.pk: one.delivery.edition_id
        for one in ready
        if one.delivery and one.event.kind == Kind.COMPLAINED
    }
    counted = DeliveryEvent.objects.filter(
        delivery__in=list(editions), kind=Kind.COMPLAINED, due_at=None
    )
    for delivery_id in set(counted.values_list("delivery", flat=True)):
        del editions[delivery_id or 0]
    for edition_id, count in sorted(Counter(editions.values()).items()):
        Edition.objects.filter(pk=edition_id).update(complaints=F("complaints") + count)
    return set(editions.values())


# ── the events themselves ────────────────────────────────────────────────────


def _postpone(ids: Collection[int], now: datetime) -> None:
    if ids:
        later = now + timedelta(seconds=settings.TICK_SECONDS)
        DeliveryEvent.objects.filter(pk__in=ids).update(due_at=later)


def _mark_processed(ready: Sequence[MatchedEvent]) -> None:
    sql.execute(
        _MARK_PROCESSED,
        ids=[one.event.pk for one in ready],
        editions=[one.delivery.edition_id if one.delivery else None for one in ready],
    )
