"""Delete a subscription and all data about its reader, at once and for good."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from subscribers.models import Subscriber, Suppression
from subscribers.privacy import erase
from subscribers.privacy.locks import lock_subscribers_of
from subscribers.suppress import suppress


@transaction.atomic
def delete(subscriber: Subscriber, now: datetime, *, never_again: bool) -> None:
    """Erase the subscriber; with `never_again` no mail may go to the address after that either.

    Of the address only its hash stays: in a suppression, if they ask for one or there is one
    already, and in the steps of consent, which prove what was agreed to and hold nothing else.
    """
    lock_subscribers_of(subscriber.email, subscriber)  # before suppress holds one of them
    if never_again:
        suppress(subscriber, Suppression.Reason.READER, now=now)
    erase(subscriber)
