"""Delete sign-ups that were not confirmed: perhaps a stranger typed the address.

Nothing of them is kept, not even the steps, which prove no consent; only where the address had a
subscription before do the steps of that stay. The list of addresses that must get no mail is not
touched.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from subscribers.addresses import address_hashes
from subscribers.mail_limits import wait_for_mailbox
from subscribers.models import AddressChange, ConsentEntry, Subscriber, TransactionalMail
from subscribers.privacy.erasure import erase, erasing

_MailState = TransactionalMail.State
_WAITS: Final = (_MailState.QUEUED, _MailState.SENDING, _MailState.DEFERRED)
_ASKED: Final = (ConsentEntry.Step.REQUESTED, ConsentEntry.Step.LINK)


def delete_unconfirmed(
    now: datetime, until: datetime, clock: Callable[[], datetime] = timezone.now
) -> bool:
    """Delete the sign-ups that were not confirmed in UNCONFIRMED_DAYS; False: more are left.

    It stops at `until`, between two of them. Each is a transaction of its own.
    """
    before = now - timedelta(days=max(settings.UNCONFIRMED_DAYS, settings.CONFIRM_DAYS))
    for pk, email in _old(before).values_list("pk", "email"):
        if clock() >= until:
            return False
        _delete(pk, email, before)
    return True


def _old(before: datetime) -> QuerySet[Subscriber]:
    """The pending ones who asked last before a moment, and whose mails left before it.

    Not one whose mail still waits: while a mail server is down, it cannot be confirmed. And not one
    whose address another subscriber is moving to or has left: that move would end with it.
    """
    mails = TransactionalMail.objects.filter(subscriber=OuterRef("pk"))
    is_new = Q(state__in=_WAITS) | Q(next_attempt_at__gte=before) | Q(sent_at__gte=before)
    asked = ConsentEntry.objects.filter(subscriber=OuterRef("pk"), at__gte=before)
    moves = AddressChange.objects.filter(
        Q(new_email=OuterRef("email")) | Q(old_email=OuterRef("email"))
    )
    keeps = Exists(mails.filter(is_new)) | Exists(asked) | Exists(moves)
    pending = Subscriber.objects.filter(state=Subscriber.State.PENDING, created_at__lt=before)
    return pending.exclude(keeps).order_by("pk")


@transaction.atomic
def _delete(pk: int, email: str, before: datetime) -> None:
    """Delete one, unless it was confirmed or asked for again since it was found."""
    wait_for_mailbox(email)
    subscriber = _old(before).select_for_update(of=("self",)).filter(pk=pk, email=email).first()
    if subscriber is None:
        return
    with erasing():
        _entries(subscriber).delete()
        erase(subscriber)


def _entries(subscriber: Subscriber) -> QuerySet[ConsentEntry]:
    """The steps of this sign-up, and those of the address if it never had a subscription."""
    of_address = ConsentEntry.objects.filter(address_hash__in=address_hashes(subscriber.email))
    if of_address.exclude(step__in=_ASKED).exists():
        return ConsentEntry.objects.filter(subscriber=subscriber)
    return ConsentEntry.objects.filter(Q(pk__in=of_address) | Q(subscriber=subscriber))
