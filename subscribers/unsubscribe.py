"""Unsubscribe: no further digest is sent to this subscriber."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from subscribers import consent
from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry, Subscriber, TransactionalMail
from subscribers.single_mails.notices import drop_notices, queue_notice

State = Subscriber.State


@transaction.atomic
def unsubscribe(
    subscriber: Subscriber,
    *,
    step: ConsentEntry.Step,
    origin: RequestOrigin,
    now: datetime,
    says_goodbye: bool = True,
) -> bool:
    """Send this subscriber no further digest; False when that was so already. Repeating is safe.

    `step` says how: UNSUBSCRIBED on a page, ONE_CLICK from a mail program. A suppressed
    subscriber stays suppressed, because suppression excludes more: their confirmations too.
    A row that was erased a moment ago needs no change.

    Args:
        says_goodbye: whether a mail says that it is done (GOODBYE_MAIL); not where the reader did
            nothing, or their provider takes no mail for them any more.
    """
    try:
        subscriber.lock()
    except Subscriber.DoesNotExist:
        return False
    if subscriber.state not in (State.ACTIVE, State.PENDING):
        return False
    was_active = subscriber.state == State.ACTIVE
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
    # Who never confirmed gets no further mail: perhaps a stranger typed the address.
    if was_active and says_goodbye and settings.GOODBYE_MAIL:
        queue_notice(subscriber, TransactionalMail.Kind.GOODBYE, now)
    else:
        drop_notices(subscriber)
    return True
