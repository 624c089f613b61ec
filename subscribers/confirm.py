"""The second half of the double opt-in: the button behind the mailed link."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from subscribers import consent, preferences, wishes
from subscribers.models import ConsentEntry, Subscriber, TransactionalMail
from subscribers.schedule import next_slot_after_change
from subscribers.suppress import is_suppressed
from subscribers.trail import Trail
from subscribers.wishes import Preferences


class SuppressedAddress(Exception):
    """The address bounced or complained since the link was mailed."""


@transaction.atomic
def confirm(subscriber: Subscriber, wanted: Preferences, trail: Trail, now: datetime) -> bool:
    """Start the digests; False when they were running already. Repeating is harmless.

    `subscriber` is brought up to date; its `next_send_at` is when the first digest comes.

    Raises:
        SuppressedAddress: no mail may go there any more.
    """
    preferences.lock(subscriber)
    if subscriber.state == Subscriber.State.ACTIVE:
        return False
    if is_suppressed(subscriber):
        raise SuppressedAddress
    preferences.store(subscriber, wanted)
    subscriber.state = Subscriber.State.ACTIVE
    subscriber.confirmed_at = now
    # Whoever left and comes back within days is not sent the same week twice.
    subscriber.next_send_at = next_slot_after_change(
        **wanted.timetable, now=now, last_digest_at=subscriber.last_digest_at
    )
    subscriber.save()
    consent.record(
        ConsentEntry.Step.CONFIRMED,
        email=subscriber.email,
        subscriber=subscriber,
        trail=trail,
        now=now,
        detail=wanted.as_json(),
    )
    return True


def proposed(subscriber: Subscriber) -> Preferences:
    """What the confirmation page shows filled in: the newest draft, else what they had before."""
    mails = TransactionalMail.objects.filter(
        subscriber=subscriber, kind=TransactionalMail.Kind.CONFIRM
    )
    draft = mails.order_by("-id").values_list("draft", flat=True).first()
    return wishes.from_json(draft) if draft else wishes.of_reader(subscriber)
