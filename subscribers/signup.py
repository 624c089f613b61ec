"""Sign up: the first half of the double opt-in.

Anyone can type any address, so a sign-up has no effect by itself:

* The answer is the same for every address: unknown, pending, active, unsubscribed or
  suppressed. Only the owner of the mailbox learns more, from the mail.
* Choices typed with the address are kept as a draft in the row of the mail. The page behind the
  mailed link shows them filled in, and its button stores them; no subscriber changes before that.
* A mailbox gets three mails a day at most, or strangers could flood it: `ada+1@`, `ada+2@` and so
  on count together, and requests for a new link too. Mails that failed reached no mailbox and do
  not count. While one waits, no second one is queued for that address, and the choices typed last
  are the ones that its page shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from subscribers import consent
from subscribers.addresses import address_hash
from subscribers.consent import RequestOrigin
from subscribers.mail_limits import (
    REQUESTS_A_DAY,
    may_get_mail,
    subscribers_of_mailbox,
    wait_for_mailbox,
)
from subscribers.models import ConsentEntry, Subscriber, TransactionalMail
from subscribers.suppress import is_suppressed

_REQUESTS: Final = (ConsentEntry.Step.REQUESTED, ConsentEntry.Step.LINK)


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
    wait_for_mailbox(email)
    since, mailbox = now - timedelta(days=1), subscribers_of_mailbox(email)
    is_asked_often = _requests_since(email, mailbox, since) >= REQUESTS_A_DAY
    may_be_mailed = may_get_mail(email, mailbox, since)
    known = _of(email, mailbox)
    if known is None and not may_be_mailed:
        return
    subscriber = _subscriber(email, known)
    if subscriber is None or subscriber.state == Subscriber.State.SUPPRESSED:
        if not is_asked_often:
            _record(ConsentEntry.Step.REQUESTED, email, subscriber, origin, now, draft=draft)
        return
    kind = _kind(subscriber)
    waiting = _waiting(subscriber, kind)
    if waiting:
        _keep_draft(waiting, draft)
        if is_asked_often:
            return
    elif not may_be_mailed:
        return
    _record(ConsentEntry.Step.REQUESTED, email, subscriber, origin, now, draft=draft)
    if not waiting:
        kept = draft if kind == TransactionalMail.Kind.CONFIRM else {}
        _queue_mail(subscriber, kind, kept, now + delay)


@transaction.atomic
def request_link(
    email: str,
    origin: RequestOrigin,
    now: datetime,
    *,
    delay: timedelta = timedelta(),
    paper_id: int | None = None,
) -> None:
    """Queue a mail with links to the preferences and to unsubscribe, if `email` gets digests.

    With `paper_id` its first link leads to the reader's own page about that paper.

    An address that gets none, and one that must get no mail, gets none by this either. The same
    lock and the same limits as for a sign-up hold for every address.
    """
    wait_for_mailbox(email)
    since, kind = now - timedelta(days=1), TransactionalMail.Kind.LINK
    mailbox = subscribers_of_mailbox(email)
    is_asked_often = _requests_since(email, mailbox, since) >= REQUESTS_A_DAY
    subscriber = _of(email, mailbox)
    is_reader = subscriber is not None and subscriber.state == Subscriber.State.ACTIVE
    if subscriber is None or not is_reader or is_suppressed(email):
        if not is_asked_often:
            _record(ConsentEntry.Step.LINK, email, subscriber, origin, now)
        return
    draft = {"paper": paper_id} if paper_id else {}
    if waiting := _waiting(subscriber, kind):
        TransactionalMail.objects.filter(pk=waiting.pk).update(draft=draft)
    elif may_get_mail(email, mailbox, since):
        _record(ConsentEntry.Step.LINK, email, subscriber, origin, now)
        _queue_mail(subscriber, kind, draft, now + delay)


def _record(
    step: ConsentEntry.Step,
    email: str,
    subscriber: Subscriber | None,
    origin: RequestOrigin,
    now: datetime,
    *,
    draft: Mapping[str, Any] | None = None,
) -> None:
    consent.record(
        step,
        email=email,
        subscriber=subscriber,
        origin=origin,
        now=now,
        detail={"choices": dict(draft)} if draft else None,
    )


def _of(email: str, mailbox: Sequence[Subscriber]) -> Subscriber | None:
    return next((subscriber for subscriber in mailbox if subscriber.email == email), None)


def _subscriber(email: str, known: Subscriber | None) -> Subscriber | None:
    """The subscriber of this address, created if necessary; None where no mail may be sent."""
    if is_suppressed(email):
        return known if known and known.state == Subscriber.State.SUPPRESSED else None
    return known or Subscriber.objects.get_or_create(email=email)[0]


def _kind(subscriber: Subscriber) -> TransactionalMail.Kind:
    is_active = subscriber.state == Subscriber.State.ACTIVE
    return TransactionalMail.Kind.MANAGE if is_active else TransactionalMail.Kind.CONFIRM


def _waiting(subscriber: Subscriber, kind: TransactionalMail.Kind) -> TransactionalMail | None:
    """The mail of this kind that will be sent anyway, if there is one."""
    states = TransactionalMail.State
    waits = subscriber.mails.filter(
        kind=kind, state__in=[states.QUEUED, states.SENDING, states.DEFERRED]
    )
    return waits.order_by("-id").first()


def _keep_draft(mail: TransactionalMail, draft: Mapping[str, Any]) -> None:
    """Choices typed now replace earlier ones; an address typed alone changes none of them."""
    if draft and mail.kind == TransactionalMail.Kind.CONFIRM:
        TransactionalMail.objects.filter(pk=mail.pk).update(draft={**mail.draft, **draft})


def _queue_mail(
    subscriber: Subscriber, kind: TransactionalMail.Kind, draft: Mapping[str, Any], due: datetime
) -> None:
    TransactionalMail.objects.create(
        subscriber=subscriber, kind=kind, draft=dict(draft), next_attempt_at=due
    )


def _requests_since(email: str, mailbox: Sequence[Subscriber], since: datetime) -> int:
    hashes = map(address_hash, {email, *(one.email for one in mailbox)})
    return ConsentEntry.objects.filter(
        address_hash__in=list(hashes), step__in=_REQUESTS, at__gt=since
    ).count()
