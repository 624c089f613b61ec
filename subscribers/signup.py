"""Sign up: the first half of the double opt-in.

Anyone can type any address, so a sign-up has no effect by itself:

* The answer is the same for every address: unknown, pending, active, unsubscribed or
  suppressed. Only the owner of the mailbox learns more, from the mail.
* Choices typed with the address are kept as a draft in the row of the mail. The page behind the
  mailed link shows them filled in, and its button stores them; no subscriber changes before that.
* An address gets three mails a day at most, or strangers could flood it. Mails that failed reached
  no mailbox and do not count, and neither does one that still waits: then no second one is queued,
  and the choices typed last are the ones that its page shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models.functions import Coalesce

from subscribers import consent
from subscribers.addresses import address_hash
from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry, Subscriber, TransactionalMail
from subscribers.suppress import is_suppressed
from web.locks import wait_for_lock

REQUESTS_A_DAY: Final = 3
FAILURES_A_DAY: Final = 20  # of an address whose server refuses each mail, a stranger could ask on


@transaction.atomic
def sign_up(email: str, draft: Mapping[str, Any], origin: RequestOrigin, now: datetime) -> None:
    """Record that the digest was requested for `email`, and queue the mail that answers.

    `email` is normalised (`addresses.normalised`); `draft` is empty or as
    `preferences.from_json` takes it. A new subscriber is pending and gets a link to confirm, and
    so does one who had unsubscribed; an active one gets the link to their preferences; a
    suppressed address gets nothing.
    """
    # One sign-up of an address at a time, or two at once could both be the third. An advisory
    # lock and not a row's: a suppressed or unknown address has no row, and the answer would
    # reveal by its speed whether there is one.
    wait_for_lock(f"sign-up {address_hash(email)}")
    since = now - timedelta(days=1)
    is_asked_often = _requests_since(email, since) >= REQUESTS_A_DAY
    subscriber = _subscriber(email)
    if subscriber is None or subscriber.state == Subscriber.State.SUPPRESSED:
        if not is_asked_often:
            _record(email, subscriber, draft, origin, now)
        return
    waiting = _waiting(subscriber)
    if waiting:
        _keep_draft(waiting, draft)
        if is_asked_often:
            return
    elif not _may_get_mail(subscriber, since):
        return
    _record(email, subscriber, draft, origin, now)
    if not waiting:
        _queue_mail(subscriber, draft, now)


def _record(
    email: str,
    subscriber: Subscriber | None,
    draft: Mapping[str, Any],
    origin: RequestOrigin,
    now: datetime,
) -> None:
    consent.record(
        ConsentEntry.Step.REQUESTED,
        email=email,
        subscriber=subscriber,
        origin=origin,
        now=now,
        detail={"choices": dict(draft)} if draft else None,
    )


def _subscriber(email: str) -> Subscriber | None:
    """The subscriber of this address, created if necessary; None where no mail may be sent."""
    if is_suppressed(email):
        return Subscriber.objects.filter(email=email, state=Subscriber.State.SUPPRESSED).first()
    return Subscriber.objects.get_or_create(email=email)[0]


def _kind(subscriber: Subscriber) -> TransactionalMail.Kind:
    is_active = subscriber.state == Subscriber.State.ACTIVE
    return TransactionalMail.Kind.MANAGE if is_active else TransactionalMail.Kind.CONFIRM


def _waiting(subscriber: Subscriber) -> TransactionalMail | None:
    """The mail of the same kind that will be sent anyway, if there is one."""
    states = TransactionalMail.State
    waits = subscriber.mails.filter(
        kind=_kind(subscriber), state__in=[states.QUEUED, states.SENDING, states.DEFERRED]
    )
    return waits.order_by("-id").first()


def _keep_draft(mail: TransactionalMail, draft: Mapping[str, Any]) -> None:
    """Choices typed now replace earlier ones; an address typed alone changes none of them."""
    if draft and mail.kind == TransactionalMail.Kind.CONFIRM:
        TransactionalMail.objects.filter(pk=mail.pk).update(draft={**mail.draft, **draft})


def _may_get_mail(subscriber: Subscriber, since: datetime) -> bool:
    """Whether the address may be mailed once more: by what reached it, or may have reached it."""
    states = TransactionalMail.State
    # Of a mail that was never sent, the next attempt is the moment that is known.
    mails = subscriber.mails.annotate(moment=Coalesce("sent_at", "next_attempt_at"))
    lately = mails.filter(moment__gt=since)
    arrived = lately.filter(state__in=[states.SENT, states.UNCERTAIN]).count()
    return arrived < REQUESTS_A_DAY and lately.count() < FAILURES_A_DAY


def _queue_mail(subscriber: Subscriber, draft: Mapping[str, Any], now: datetime) -> None:
    kind = _kind(subscriber)
    is_draft = kind == TransactionalMail.Kind.CONFIRM
    TransactionalMail.objects.create(
        subscriber=subscriber,
        kind=kind,
        draft=dict(draft) if is_draft else {},
        next_attempt_at=now,
    )


def _requests_since(email: str, since: datetime) -> int:
    return ConsentEntry.objects.filter(
        address_hash=address_hash(email), step=ConsentEntry.Step.REQUESTED, at__gt=since
    ).count()
