"""Addresses that must get no mail: after a hard bounce, a complaint, or by an operator."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction

from mail.without_address import without_address
from subscribers import consent
from subscribers.addresses import address_hash, address_hashes, spelling
from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry, Subscriber, Suppression

# The rule in SQL, for a query that has a stored address in the column or value {address}.
# PostgreSQL hashes as `address_hash` does, and finds the hash by its unique index. The collation is
# named, since a Turkish one makes another letter of I.
_JOIN: Final = """subscribers_suppression AS suppression
    ON suppression.address_hash =
       encode(sha256(convert_to(lower({address} COLLATE "C"), 'UTF8')), 'hex')"""


_HASH: Final = re.compile(r"[0-9a-f]{64}")


def suppression_join(address: str) -> str:
    """What follows JOIN or LEFT JOIN in a query; `address` is an SQL expression, never input."""
    return _JOIN.format(address=address)


@transaction.atomic
def suppress(
    target: Subscriber | str, reason: Suppression.Reason, *, detail: str = "", now: datetime
) -> Suppression:
    """Send nothing more to an address, whether it has a subscriber or not. May be repeated.

    `target` may also be the hash of an address whose subscriber was erased.

    The first reason stays: a complaint after a bounce adds nothing.
    """
    if isinstance(target, str) and _HASH.fullmatch(target):
        return _suppress_hash(target, reason, detail, now)
    email = target.email if isinstance(target, Subscriber) else spelling(target)
    detail = without_address(detail, email, ours=settings.MAIL_DOMAIN)
    row, is_new = Suppression.objects.get_or_create(
        address_hash=address_hash(email), defaults={"reason": reason, "detail": detail, "at": now}
    )
    subscriber = Subscriber.objects.select_for_update().filter(email=email).first()
    if subscriber:
        subscriber.state, subscriber.next_send_at = Subscriber.State.SUPPRESSED, None
        subscriber.save(update_fields=["state", "next_send_at", "updated_at"])
    if is_new:
        consent.record(
            ConsentEntry.Step.SUPPRESSED,
            email=email,
            subscriber=subscriber,
            origin=RequestOrigin(),
            now=now,
            detail={"reason": reason.value},
        )
    return row


def _suppress_hash(
    address: str, reason: Suppression.Reason, detail: str, now: datetime
) -> Suppression:
    """No subscriber to change, and nothing else to record: the entries end with the erasure."""
    detail = without_address(detail, ours=settings.MAIL_DOMAIN)
    defaults = {"reason": reason, "detail": detail, "at": now}
    return Suppression.objects.get_or_create(address_hash=address, defaults=defaults)[0]


@transaction.atomic
def unsuppress(email: str) -> None:
    """Allow mail to an address again. Its subscriber, if any, has to sign up again."""
    Suppression.objects.filter(address_hash__in=address_hashes(email)).delete()
    Subscriber.objects.filter(email=spelling(email), state=Subscriber.State.SUPPRESSED).update(
        state=Subscriber.State.UNSUBSCRIBED
    )


def is_suppressed(target: Subscriber | str) -> bool:
    """Whether an address must get no mail: its hash is listed, or its subscriber's state says so.

    The hash counts also for an active subscriber: an import may bring one in again after a
    complaint.
    """
    if isinstance(target, Subscriber):
        return target.state == Subscriber.State.SUPPRESSED or is_suppressed(target.email)
    return Suppression.objects.filter(address_hash__in=address_hashes(target)).exists()
