"""Take an unsubscription back: within an hour by the page, within two weeks by the mail.

One link for this stands on the page that answers the button: it is shown to the person who
pressed, in the browser in which they did, and works for an hour. Another stands in the mail that
says goodbye and nowhere else, so it proves that the mailbox is theirs, as a confirmation does. Both
are bound to this one unsubscription. They need no further confirmation: consent was given before
and was withdrawn a moment ago, and this takes the withdrawal back. After that, subscribing again
needs a confirmation as always.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from subscribers import consent
from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry, Subscriber
from subscribers.preferences import next_send_at, preferences_of
from subscribers.single_mails.notices import drop_notices
from subscribers.suppress import is_suppressed

WITHIN: Final = timedelta(hours=1)
_STEPS: Final = (ConsentEntry.Step.UNSUBSCRIBED, ConsentEntry.Step.ONE_CLICK)


@transaction.atomic
def undo_unsubscribe(
    subscriber: Subscriber,
    origin: RequestOrigin,
    now: datetime,
    *,
    within: timedelta = WITHIN,
) -> bool:
    """Restore what was there before the unsubscription; False where that is not possible.

    Whoever had not confirmed yet has to do that still. `subscriber` is brought up to date.
    """
    subscriber.lock()
    left_at = subscriber.unsubscribed_at
    if subscriber.state != Subscriber.State.UNSUBSCRIBED or left_at is None:
        return False
    if now - left_at > within or is_suppressed(subscriber):
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
    drop_notices(subscriber)
    return True


def _left_before(subscriber: Subscriber, left_at: datetime) -> datetime | None:
    """When they had unsubscribed the time before: links from after that work again."""
    entries = ConsentEntry.objects.filter(subscriber=subscriber, step__in=_STEPS, at=left_at)
    detail = entries.order_by("-id").values_list("detail", flat=True).first() or {}
    before = detail.get("unsubscribed_before")
    return datetime.fromisoformat(before) if before else None
