"""Unsubscribe: no further digest is sent to this subscriber."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from subscribers import consent
from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry, Subscriber

State = Subscriber.State


@transaction.atomic
def unsubscribe(
    subscriber: Subscriber, *, step: ConsentEntry.Step, origin: RequestOrigin, now: datetime
) -> bool:
    """Send this subscriber no further digest; False when that was so already. Repeating is safe.

    `step` says how: UNSUBSCRIBED on a page, ONE_CLICK from a mail program. A suppressed
    subscriber stays suppressed, because suppression excludes more: their confirmations too.
    A row that was erased a moment ago needs no change.
    """
    try:
        subscriber.lock()
    except Subscriber.DoesNotExist:
        return False
    if subscriber.state not in (State.ACTIVE, State.PENDING):
        return False
    subscriber.state = State.UNSUBSCRIBED
    before = subscriber.unsubscribed_at
    subscriber.next_send_at, subscriber.unsubscribed_at = None, now
    subscriber.save()
    consent.record(
        step,
        email=subscriber.email,
        subscriber=subscriber,
        origin=origin,
        now=now,
        # Taking the unsubscription back restores it: links depend on it.
        detail={"unsubscribed_before": before.isoformat()} if before else None,
    )
    return True
