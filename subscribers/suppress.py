"""Addresses that must get no mail: after bounces, a complaint, or by an operator."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import CharField, Func, Value

from mail.without_address import without_address
from subscribers import consent
from subscribers.addresses import address_hash, address_hashes, spelling
from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry, Subscriber, Suppression
from web.sql import rows

# The rule in SQL, for a query that has a stored address in the column or value {address}.
# PostgreSQL hashes as `address_hash` does, salts as `salted`, and finds the hash by its unique
# index. The collation is named, since a Turkish one makes another letter of I.
_JOIN: Final = """subscribers_suppression AS suppression
    ON suppression.address_hash = subscribers_suppression_hash(
       sha256(convert_to(lower({address} COLLATE "C"), 'UTF8')))"""
_SALTED: Final = "SELECT subscribers_suppression_hash(decode(%(hash)s, 'hex'))"
_HASH: Final = re.compile(r"[0-9a-f]{64}")


def salted(hashes: Iterable[str]) -> list[Func]:
    """The hashes of addresses as suppressions have them, for a filter of `Suppression`.

    Hashed once more, with a salt that only this database has (migration 0010): who sees the list
    cannot compare it with hashes of addresses from elsewhere, nor with our own steps of consent.
    """
    return [
        Func(
            Func(Value(one), Value("hex"), function="decode"),
            function="subscribers_suppression_hash",
            output_field=CharField(),
        )
        for one in hashes
    ]


def suppression_join(address: str) -> str:
    """What follows JOIN or LEFT JOIN in a query; `address` is an SQL expression, never input."""
    return _JOIN.format(address=address)


# The weakest first. A reason is replaced by a stronger one, and never by a weaker one: a reader who
# complained must not look like a full mailbox, whichever was reported first. What the reader asked
# for is stronger than what a provider reports, and an operator's word is the strongest.
_BY_STRENGTH: Final = (
    Suppression.Reason.SOFT_BOUNCES,
    Suppression.Reason.HARD_BOUNCE,
    Suppression.Reason.COMPLAINT,
    Suppression.Reason.READER,
    Suppression.Reason.OPERATOR,
)


@transaction.atomic
def suppress(
    target: Subscriber | str, reason: Suppression.Reason, *, detail: str = "", now: datetime
) -> Suppression:
    """Send nothing more to an address, whether it has a subscriber or not. May be repeated.

    `target` may also be the hash of an address whose subscriber was erased. Of several reasons the
    strongest stays.
    """
    if isinstance(target, str) and _HASH.fullmatch(target):
        return _store(target, reason, without_address(detail, ours=settings.MAIL_DOMAIN), now)[0]
    email = target.email if isinstance(target, Subscriber) else spelling(target)
    detail = without_address(detail, email, ours=settings.MAIL_DOMAIN)
    row, is_changed = _store(address_hash(email), reason, detail, now)
    subscriber = Subscriber.objects.select_for_update().filter(email=email).first()
    if subscriber:
        subscriber.state, subscriber.next_send_at = Subscriber.State.SUPPRESSED, None
        subscriber.save(update_fields=["state", "next_send_at", "updated_at"])
    if is_changed:
        consent.record(
            ConsentEntry.Step.SUPPRESSED,
            email=email,
            subscriber=subscriber,
            origin=RequestOrigin(),
            now=now,
            detail={"reason": reason.value},
        )
    return row


def _store(
    address: str, reason: Suppression.Reason, detail: str, now: datetime
) -> tuple[Suppression, bool]:
    """The row of the address with this hash, and whether it is new or has got a stronger reason."""
    values = {"reason": reason, "detail": detail, "at": now}
    [(found,)] = rows(_SALTED, hash=address)
    row, is_new = Suppression.objects.get_or_create(address_hash=found, defaults=values)
    weaker = [one.value for one in _BY_STRENGTH[: _BY_STRENGTH.index(Suppression.Reason(reason))]]
    is_stronger = not is_new and bool(
        Suppression.objects.filter(pk=row.pk, reason__in=weaker).update(**values)
    )
    if is_stronger:
        row.refresh_from_db()
    return row, is_new or is_stronger


@transaction.atomic
def unsuppress(email: str) -> None:
    """Allow mail to an address again. Its subscriber, if any, has to sign up again."""
    Suppression.objects.filter(address_hash__in=salted(address_hashes(email))).delete()
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
    hashes = salted(address_hashes(target))
    return Suppression.objects.filter(address_hash__in=hashes).exists()
