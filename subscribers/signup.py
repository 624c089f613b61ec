"""Asking for the digest: the first half of the double opt-in.

Anybody can type anybody's address, so nothing typed here acts by itself:

* The answer is the same whatever the address is to us: unknown, waiting, active, gone or
  suppressed. Only the owner of the mailbox learns more, from the mail.
* Choices typed with the address wait as a draft beside the mail. The page behind the mailed
  link shows them filled in, and its button stores them; no reader's row changes before that.
* Three mails a day at most go to an address, or strangers could flood it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction

from subscribers import consent
from subscribers.addresses import address_hash
from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry, Subscriber, TransactionalMail
from subscribers.suppress import is_suppressed

REQUESTS_A_DAY: Final = 3


@transaction.atomic
def sign_up(email: str, draft: Mapping[str, Any], origin: RequestOrigin, now: datetime) -> None:
    """Note that someone asked for the digest at `email`, and queue the mail that answers.

    `email` is normalised (`addresses.normalised`); `draft` is empty or as `wishes.from_json`
    takes it. A new reader is pending and is sent a link to confirm, and so is one who had
    left; an active reader is sent the link to their preferences; a suppressed address nothing.
    """
    _wait_for_turn(email)
    if _requests_since(email, now - timedelta(days=1)) >= REQUESTS_A_DAY:
        return
    subscriber = _reader(email)
    consent.record(
        ConsentEntry.Step.REQUESTED,
        email=email,
        subscriber=subscriber,
        origin=origin,
        now=now,
        detail={"choices": dict(draft)} if draft else None,
    )
    if subscriber and subscriber.state != Subscriber.State.SUPPRESSED:
        _queue_mail(subscriber, draft, now)


def _reader(email: str) -> Subscriber | None:
    """The reader of this address, made when there is none; None where no mail may go."""
    if is_suppressed(email):
        return Subscriber.objects.filter(email=email, state=Subscriber.State.SUPPRESSED).first()
    return Subscriber.objects.get_or_create(email=email)[0]


def _queue_mail(subscriber: Subscriber, draft: Mapping[str, Any], now: datetime) -> None:
    kinds = TransactionalMail.Kind
    is_active = subscriber.state == Subscriber.State.ACTIVE
    TransactionalMail.objects.create(
        subscriber=subscriber,
        kind=kinds.MANAGE if is_active else kinds.CONFIRM,
        draft={} if is_active else dict(draft),
        next_attempt_at=now,
    )


def _requests_since(email: str, since: datetime) -> int:
    return ConsentEntry.objects.filter(
        address_hash=address_hash(email), step=ConsentEntry.Step.REQUESTED, at__gt=since
    ).count()


def _wait_for_turn(email: str) -> None:
    """One sign-up of an address at a time, so that two at once cannot both be the third.

    An advisory lock rather than a row's: a suppressed or unknown address has no row, and the
    answer must not tell by its speed.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [address_hash(email)]
        )
