"""The second half of the double opt-in: the button on the page behind the mailed link."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from subscribers import consent, preferences
from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry, Subscriber, TransactionalMail
from subscribers.preferences import Preferences
from subscribers.schedule import next_slot_after_change
from subscribers.suppress import is_suppressed


class SuppressedAddress(Exception):
    """The address had a hard bounce or a complaint after the link was mailed."""


@transaction.atomic
def confirm(
    subscriber: Subscriber, chosen: Preferences, origin: RequestOrigin, now: datetime
) -> bool:
    """Start the digests; False when they were running already. Repeating is safe.

    `subscriber` is brought up to date; its `next_send_at` is when the first digest is due.

    Raises:
        SuppressedAddress: the address must get no mail.
    """
    subscriber.lock()
    if subscriber.state == Subscriber.State.ACTIVE:
        return False
    if is_suppressed(subscriber):
        raise SuppressedAddress
    preferences.store(subscriber, chosen)
    subscriber.state = Subscriber.State.ACTIVE
    subscriber.confirmed_at = now
    # A subscriber who left and returns within days does not get the same week twice.
    subscriber.next_send_at = next_slot_after_change(
        **chosen.timetable, now=now, last_digest_at=subscriber.last_digest_at
    )
    subscriber.save()
    consent.record(
        ConsentEntry.Step.CONFIRMED,
        email=subscriber.email,
        subscriber=subscriber,
        origin=origin,
        now=now,
        detail=chosen.as_json(),
    )
    return True


def proposed_preferences(subscriber: Subscriber) -> Preferences:
    """What the confirmation page shows filled in: what is stored, with the newest draft over it."""
    mails = TransactionalMail.objects.filter(
        subscriber=subscriber, kind=TransactionalMail.Kind.CONFIRM
    )
    draft = mails.order_by("-id").values_list("draft", flat=True).first()
    return preferences.from_json(draft or {}, preferences.preferences_of(subscriber))
