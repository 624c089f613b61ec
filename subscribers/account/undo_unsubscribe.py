"""Take an unsubscription back, within an hour of it.

The link for this stands on the page that answers the button, and nowhere else: it is shown to the
person who pressed, in the browser in which they did. It is bound to this one unsubscription and
works for an hour. So it needs no confirmation by mail: consent was given before, was withdrawn by
this person a moment ago, and this takes the withdrawal back. After the hour, and after the one
click in a mail program, which shows no page, subscribing again needs a confirmation as always.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from subscribers import consent
from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry, Subscriber
from subscribers.preferences import next_send_at, preferences_of
from subscribers.suppress import is_suppressed

WITHIN: Final = timedelta(hours=1)
_STEPS: Final = (ConsentEntry.Step.UNSUBSCRIBED, ConsentEntry.Step.ONE_CLICK)


@transaction.atomic
def undo_unsubscribe(subscriber: Subscriber, origin: RequestOrigin, now: datetime) -> bool:
    """Restore what was there before the unsubscription; False where that is not possible.

    Whoever had not confirmed yet has to do that still. `subscriber` is brought up to date.
    """
    subscriber.lock()
    left_at = subscriber.unsubscribed_at
    if subscriber.state != Subscriber.State.UNSUBSCRIBED or left_at is None:
        return False
    if now - left_at > WITHIN or is_suppressed(subscriber):
        return False
    subscriber.unsubscribed_at = _left_before(subscriber, left_at)
    if subscriber.confirmed_at is None:
        subscriber.state = Subscriber.State.PENDING
    else:
        subscriber.state = Subscriber.State.ACTIVE
        subscriber.next_send_at = next_send_at(subscriber, preferences_of(subscriber), now)
    subscriber.save()
    consent.record(
        ConsentEntry.Step.RETURNED,
        email=subscriber.email,
        subscriber=subscriber,
        origin=origin,
        now=now,
    )
    return True


def _left_before(subscriber: Subscriber, left_at: datetime) -> datetime | None:
    """When they had unsubscribed the time before: links from after that work again."""
    entries = ConsentEntry.objects.filter(subscriber=subscriber, step__in=_STEPS, at=left_at)
    detail = entries.order_by("-id").values_list("detail", flat=True).first() or {}
    before = detail.get("unsubscribed_before")
    return datetime.fromisoformat(before) if before else None
