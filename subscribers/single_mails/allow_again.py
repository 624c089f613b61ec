"""Allow mail to an address again, and tell the reader whose digests had been stopped."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from subscribers.addresses import address_hashes, spelling
from subscribers.models import Subscriber, Suppression, TransactionalMail
from subscribers.single_mails.notices import BOUNCES, queue_notice
from subscribers.suppress import salted, unsuppress

_BOUNCED: Final = (Suppression.Reason.SOFT_BOUNCES, Suppression.Reason.HARD_BOUNCE)


@transaction.atomic
def allow_again(email: str, now: datetime) -> bool:
    """Delete the suppression of an address; whether its reader is mailed a way to go on.

    Only a reader whose mails came back is: their digests stopped without a word, and they did
    nothing for it. They get none before they press the button. Who complained, asked for no mail,
    had left before or never confirmed is mailed nothing, nor is what an operator had suppressed.
    """
    found = Suppression.objects.filter(address_hash__in=salted(address_hashes(email)))
    has_bounced = found.filter(reason__in=_BOUNCED).exists()
    subscriber = Subscriber.objects.select_for_update().filter(email=spelling(email)).first()
    was_reading = subscriber is not None and _was_reading(subscriber)
    unsuppress(email)
    if subscriber is None or not (has_bounced and was_reading):
        return False
    subscriber.refresh_from_db()
    return queue_notice(subscriber, TransactionalMail.Kind.PAUSED, now, about={"because": BOUNCES})


def _was_reading(subscriber: Subscriber) -> bool:
    """Whether they got digests until the suppression."""
    confirmed, left = subscriber.confirmed_at, subscriber.unsubscribed_at
    is_suppressed = subscriber.state == Subscriber.State.SUPPRESSED
    return is_suppressed and confirmed is not None and (left is None or left < confirmed)
