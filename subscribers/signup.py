"""Sign up: the first half of the double opt-in.

Anyone can type any address, so a sign-up has no effect by itself:

* The answer is the same for every address: unknown, pending, active, unsubscribed or
  suppressed. Only the owner of the mailbox learns more, from the mail.
* Choices typed with the address are kept as a draft in the row of the mail. The page behind the
  mailed link shows them filled in, and its button stores them; no subscriber changes before that.
* A mailbox gets three mails a day at most, or strangers could flood it: `ada+1@`, `ada+2@` and
  so on count together. Requests for a new link count too.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from subscribers import consent
from subscribers.addresses import address_hash, mailbox_of
from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry, Subscriber, TransactionalMail
from subscribers.suppress import is_suppressed
from web.locks import wait_for_lock
from web.sql import rows

REQUESTS_A_DAY: Final = 3
_REQUESTS: Final = (ConsentEntry.Step.REQUESTED, ConsentEntry.Step.LINK)
# `addresses.mailbox_of` in SQL, letter for letter as in the index (migration 0003). No more than
# three addresses of a mailbox are added in a day.
_SAME_MAILBOX: Final = """
SELECT email
  FROM subscribers_subscriber
 WHERE CASE WHEN split_part(email, '@', 2) IN ('gmail.com', 'googlemail.com')
            THEN replace(split_part(split_part(email, '@', 1), '+', 1), '.', '') || '@gmail.com'
            ELSE split_part(split_part(email, '@', 1), '+', 1) || '@' || split_part(email, '@', 2)
       END = %(mailbox)s
"""


@transaction.atomic
def sign_up(
    email: str,
    draft: Mapping[str, Any],
    origin: RequestOrigin,
    now: datetime,
    *,
    delay: timedelta = timedelta(),
) -> None:
    """Record that the digest was requested for `email`, and queue the mail that answers.

    `email` is normalised (`addresses.normalised`); `draft` is empty or as
    `preferences.from_json` takes it. A new subscriber is pending and gets a link to confirm, and
    so does one who had unsubscribed; an active one gets the link to their preferences; a
    suppressed address gets nothing. The mail leaves after `delay` (`mail_limits`).
    """
    # One sign-up of a mailbox at a time, or two at once could both be the third. An advisory
    # lock and not a row's: a suppressed or unknown address has no row, and the answer would
    # reveal by its speed whether there is one.
    wait_for_lock(f"sign-up {address_hash(mailbox_of(email))}")
    if _requests_since(email, now - timedelta(days=1)) >= REQUESTS_A_DAY:
        return
    subscriber = _subscriber(email)
    consent.record(
        ConsentEntry.Step.REQUESTED,
        email=email,
        subscriber=subscriber,
        origin=origin,
        now=now,
        detail={"choices": dict(draft)} if draft else None,
    )
    if subscriber and subscriber.state != Subscriber.State.SUPPRESSED:
        _queue_mail(subscriber, draft, now + delay)


@transaction.atomic
def request_link(
    email: str, origin: RequestOrigin, now: datetime, *, delay: timedelta = timedelta()
) -> None:
    """Queue a mail with links to the preferences and to unsubscribe, if `email` gets digests.

    An address that gets none, and one that must get no mail, gets none by this either. The same
    lock and the same limit as for a sign-up hold for every address.
    """
    wait_for_lock(f"sign-up {address_hash(mailbox_of(email))}")
    if _requests_since(email, now - timedelta(days=1)) >= REQUESTS_A_DAY:
        return
    subscriber = Subscriber.objects.filter(email=email).first()
    consent.record(
        ConsentEntry.Step.LINK, email=email, subscriber=subscriber, origin=origin, now=now
    )
    is_suppressed_now = is_suppressed(email)
    if subscriber and subscriber.state == Subscriber.State.ACTIVE and not is_suppressed_now:
        TransactionalMail.objects.create(
            subscriber=subscriber, kind=TransactionalMail.Kind.LINK, next_attempt_at=now + delay
        )


def _subscriber(email: str) -> Subscriber | None:
    """The subscriber of this address, created if necessary; None where no mail may be sent."""
    if is_suppressed(email):
        return Subscriber.objects.filter(email=email, state=Subscriber.State.SUPPRESSED).first()
    return Subscriber.objects.get_or_create(email=email)[0]


def _queue_mail(subscriber: Subscriber, draft: Mapping[str, Any], due: datetime) -> None:
    kinds = TransactionalMail.Kind
    is_active = subscriber.state == Subscriber.State.ACTIVE
    TransactionalMail.objects.create(
        subscriber=subscriber,
        kind=kinds.MANAGE if is_active else kinds.CONFIRM,
        draft={} if is_active else dict(draft),
        next_attempt_at=due,
    )


def _requests_since(email: str, since: datetime) -> int:
    hashes = {address_hash(email), *map(address_hash, _addresses_of(mailbox_of(email)))}
    return ConsentEntry.objects.filter(
        address_hash__in=hashes, step__in=_REQUESTS, at__gt=since
    ).count()


def _addresses_of(mailbox: str) -> list[str]:
    """The addresses of subscribers that may lead to one mailbox; served by subscriber_mailbox."""
    return [email for (email,) in rows(_SAME_MAILBOX, mailbox=mailbox)]
