"""Another address for a subscription: asked for here, confirmed there, and to be undone from here.

The page on which it is asked for is opened by a link alone, and a link can be passed on. So:

* Nothing changes before the link in the mail to the new address is used: that mailbox is theirs.
* The old address is told, with a link that takes the change back for MOVE_BACK_WITHIN.
* The answer is the same for every new address. If it gets a digest already, its own mailbox is told
  so, and the change is refused there; if it must get no mail, it gets none.
* A subscriber asks three times a day at most, and the limits by network, domain and mailbox are
  those of a sign-up, or a link would be a way to mail strangers.

The subscriber's secret stays, so the digests in the old mailbox can still be read and unsubscribed
from there. Links that open the preferences do not survive: signed ones are bound to the address,
and those in digests are invalid when the digest is older than the change (`address_changed_at`).
Otherwise the reader of an old mailbox, a former employer perhaps, would see the new address.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from subscribers import consent
from subscribers.addresses import address_hash
from subscribers.consent import RequestOrigin
from subscribers.mail_limits import may_get_mail, subscribers_of_mailbox, wait_for_mailbox
from subscribers.models import AddressChange, ConsentEntry, Subscriber, TransactionalMail
from subscribers.preferences import next_send_at, preferences_of
from subscribers.privacy import erase
from subscribers.privacy.locks import lock_subscribers_of
from subscribers.suppress import is_suppressed
from subscribers.tokens import MOVE_BACK_WITHIN

REQUESTS_A_DAY: Final = 3
_PENDING: Final = Q(confirmed_at__isnull=True, ended_at__isnull=True)
_Kind = TransactionalMail.Kind
_MailState = TransactionalMail.State


class NotNow(Exception):
    """The change cannot be made: `reason` is "ended", "in_use" or "suppressed"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def pending_change(subscriber: Subscriber, now: datetime) -> AddressChange | None:
    """The change that waits for its confirmation, if there is one."""
    since = now - timedelta(days=settings.CONFIRM_DAYS)
    changes = subscriber.address_changes.filter(_PENDING, requested_at__gt=since)
    return changes.first()


@transaction.atomic
def request_change(
    subscriber: Subscriber,
    new_email: str,
    origin: RequestOrigin,
    now: datetime,
    *,
    delay: timedelta = timedelta(),
) -> bool:
    """Queue the mail that asks the new address; False where they asked too often today.

    `new_email` is normalised, and another one than today's. An earlier change that waits is
    replaced. What happens here depends on who has the new address, and the answer does not.
    """
    wait_for_mailbox(new_email)
    lock_subscribers_of(new_email, subscriber)
    subscriber.lock()
    since = now - timedelta(days=1)
    if subscriber.address_changes.filter(requested_at__gt=since).count() >= REQUESTS_A_DAY:
        return False
    cancel_change(subscriber, now)
    change = AddressChange.objects.create(
        subscriber=subscriber, old_email=subscriber.email, new_email=new_email, requested_at=now
    )
    _record(ConsentEntry.Step.MOVE_ASKED, change, subscriber.email, origin, now)
    mailbox = subscribers_of_mailbox(new_email)
    if is_suppressed(new_email) or not may_get_mail(new_email, mailbox, since):
        return True
    owner = Subscriber.objects.filter(email=new_email, state=Subscriber.State.ACTIVE).first()
    if owner:
        TransactionalMail.objects.create(
            subscriber=owner, kind=_Kind.IN_USE, next_attempt_at=now + delay
        )
    else:
        _queue(_Kind.ADDRESS, change, new_email, now + delay)
    return True


@transaction.atomic
def cancel_change(subscriber: Subscriber, now: datetime) -> bool:
    """End the change that waits, and mail nothing more about it; False where none waits."""
    waiting = subscriber.address_changes.filter(_PENDING)
    unsent = TransactionalMail.objects.filter(
        address_change__in=waiting, state__in=[_MailState.QUEUED, _MailState.DEFERRED]
    )
    unsent.delete()
    return bool(waiting.update(ended_at=now))


@transaction.atomic
def confirm_change(change: AddressChange, origin: RequestOrigin, now: datetime) -> bool:
    """Give the subscriber the new address, and tell the old one; False when that was done before.

    A subscriber who has the new address without getting digests (not confirmed, or unsubscribed)
    is erased: the mailbox is the same, and one address has one subscriber.

    Raises:
        NotNow: the change was cancelled or undone; the address gets a digest of its own; or it
            must get no mail.
    """
    subscriber = _locked(change, change.new_email)
    if change.confirmed_at and not change.ended_at:
        return False
    if change.ended_at or subscriber.state != Subscriber.State.ACTIVE:
        raise NotNow("ended")
    if is_suppressed(change.new_email):
        raise NotNow("suppressed")
    change.confirmed_at = now
    change.save(update_fields=["confirmed_at"])
    _move(subscriber, change.new_email, now)
    _record(ConsentEntry.Step.MOVED, change, change.new_email, origin, now)
    if not is_suppressed(change.old_email):
        _queue(_Kind.MOVED, change, change.old_email, now)
    return True


@transaction.atomic
def undo_change(change: AddressChange, origin: RequestOrigin, now: datetime) -> bool:
    """Give the subscriber the old address back; False when that was done before.

    Later changes are undone with it: who took a subscription away could move it twice.

    Raises:
        NotNow: it was never made; the old address gets a digest of its own now; or it must get no
            mail.
    """
    subscriber = _locked(change, change.old_email)
    if change.confirmed_at and change.ended_at and subscriber.email == change.old_email:
        return False
    if not change.confirmed_at or change.ended_at:
        raise NotNow("ended")
    if is_suppressed(change.old_email):
        raise NotNow("suppressed")
    cancel_change(subscriber, now)
    later = subscriber.address_changes.filter(confirmed_at__gte=change.confirmed_at)
    later.filter(ended_at=None).update(ended_at=now)
    if subscriber.state == Subscriber.State.SUPPRESSED:
        _revive(subscriber, change, now)
    _move(subscriber, change.old_email, now)
    _record(ConsentEntry.Step.MOVED_BACK, change, change.old_email, origin, now)
    return True


def _revive(subscriber: Subscriber, change: AddressChange, now: datetime) -> None:
    """A bounce or complaint is about the address that they leave, and the old one was in use.

    Otherwise who took a subscription away could end it for good with one complaint.
    """
    left_at, moved_at = subscriber.unsubscribed_at, change.confirmed_at
    if left_at and moved_at and left_at > moved_at:
        subscriber.state = Subscriber.State.UNSUBSCRIBED
        return
    subscriber.state = Subscriber.State.ACTIVE
    subscriber.next_send_at = next_send_at(subscriber, preferences_of(subscriber), now)


def delete_old_changes(now: datetime) -> int:
    """Delete the changes whose links have expired, since they hold addresses; how many."""
    asked = now - timedelta(days=settings.CONFIRM_DAYS + 1)
    told = now - MOVE_BACK_WITHIN - timedelta(days=1)
    old = AddressChange.objects.filter(
        Q(confirmed_at__isnull=True, requested_at__lt=asked) | Q(confirmed_at__lt=told)
    )
    count = old.count()
    old.delete()
    return count


def _locked(change: AddressChange, email: str) -> Subscriber:
    """The subscriber of a change to `email`, both locked and read again: one click of two acts."""
    subscriber = change.subscriber
    lock_subscribers_of(email, subscriber)
    try:
        subscriber.lock()
        change.refresh_from_db(from_queryset=AddressChange.objects.select_for_update())
    except (Subscriber.DoesNotExist, AddressChange.DoesNotExist):
        raise NotNow("ended") from None  # erased since, with what they asked for
    change.subscriber = subscriber
    return subscriber


def _move(subscriber: Subscriber, email: str, now: datetime) -> None:
    """Change the address and all that depends on it.

    `confirmed_at`: late reports about mails to the former address say nothing of this one.
    """
    others = Subscriber.objects.filter(email=email).exclude(pk=subscriber.pk)
    for other in others.select_for_update():
        if other.state in (Subscriber.State.ACTIVE, Subscriber.State.SUPPRESSED):
            raise NotNow("in_use" if other.state == Subscriber.State.ACTIVE else "suppressed")
        erase(other, keep=subscriber)
    subscriber.email, subscriber.address_changed_at, subscriber.confirmed_at = email, now, now
    try:
        with transaction.atomic():
            subscriber.save()
    except IntegrityError as error:  # somebody signed up with it at this moment
        raise NotNow("in_use") from error


def _queue(kind: TransactionalMail.Kind, change: AddressChange, to: str, due: datetime) -> None:
    TransactionalMail.objects.create(
        subscriber=change.subscriber,
        kind=kind,
        recipient=to,
        address_change=change,
        next_attempt_at=due,
    )


def _record(
    step: ConsentEntry.Step,
    change: AddressChange,
    email: str,
    origin: RequestOrigin,
    now: datetime,
) -> None:
    """The entry names both addresses by their hashes: it stays, and must hold no address."""
    other = change.old_email if email == change.new_email else change.new_email
    consent.record(
        step,
        email=email,
        subscriber=change.subscriber,
        origin=origin,
        now=now,
        detail={"other_address_hash": address_hash(other)},
    )
