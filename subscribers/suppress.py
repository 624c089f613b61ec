"""Addresses that must get no mail: after bounces, a complaint, or by an operator."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime
from typing import Final

from django.db import transaction

from subscribers import consent
from subscribers.addresses import address_hash
from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry, Subscriber, Suppression
from web.sql import rows

# The rule in SQL, for a query that has an address in the column or value {address}. PostgreSQL
# hashes as `address_hash` does, and finds the hash by its unique index.
_JOIN: Final = """subscribers_suppression AS suppression
    ON suppression.address_hash = encode(sha256(convert_to(lower({address}), 'UTF8')), 'hex')"""


def suppression_join(address: str) -> str:
    """What follows JOIN or LEFT JOIN in a query; `address` is an SQL expression, never input."""
    return _JOIN.format(address=address)


_REASON: Final = f"""
SELECT suppression.reason
  FROM (SELECT %(email)s::text AS email) AS given
  JOIN {suppression_join("given.email")}
"""  # noqa: S608 (constants only)

# The weakest first. A reason is replaced by a stronger one, and never by a weaker one: a reader who
# complained must not look like a full mailbox, whichever was reported first. An operator's word is
# the strongest, since an operator knows why.
_BY_STRENGTH: Final = (
    Suppression.Reason.SOFT_BOUNCES,
    Suppression.Reason.HARD_BOUNCE,
    Suppression.Reason.COMPLAINT,
    Suppression.Reason.OPERATOR,
)
# Whatever may be an address, also in a link or in an envelope: jo@example.org, jo%40example.org,
# bounces+jo=example.org@... A suppression is kept when its subscriber is erased, so none may stay.
_ADDRESS: Final = re.compile(r"[^\s<>()\[\]\"',;:]+(?:@|%40)[^\s<>()\[\]\"',;:]+", re.IGNORECASE)


@transaction.atomic
def suppress(
    target: Subscriber | str, reason: Suppression.Reason, *, detail: str = "", now: datetime
) -> Suppression:
    """Send nothing more to an address, whether it has a subscriber or not. May be repeated.

    Of several reasons the strongest stays. Addresses are cut out of `detail`: a server's reply
    often names the recipient.
    """
    email = target.email if isinstance(target, Subscriber) else target.strip().lower()
    values = {"reason": reason, "detail": without_addresses(detail), "at": now}
    row, is_new = Suppression.objects.get_or_create(
        address_hash=address_hash(email), defaults=values
    )
    is_stronger = not is_new and bool(
        Suppression.objects.filter(pk=row.pk, reason__in=_weaker(reason)).update(**values)
    )
    if is_stronger:
        row.refresh_from_db()
    subscriber = Subscriber.objects.select_for_update().filter(email=email).first()
    if subscriber:
        subscriber.state, subscriber.next_send_at = Subscriber.State.SUPPRESSED, None
        subscriber.save(update_fields=["state", "next_send_at", "updated_at"])
    if is_new or is_stronger:
        consent.record(
            ConsentEntry.Step.SUPPRESSED,
            email=email,
            subscriber=subscriber,
            origin=RequestOrigin(),
            now=now,
            detail={"reason": reason.value},
        )
    return row


def _weaker(reason: str) -> Collection[str]:
    return [one.value for one in _BY_STRENGTH[: _BY_STRENGTH.index(Suppression.Reason(reason))]]


def without_addresses(text: str) -> str:
    """The text with “…” for whatever may be an address. Pure."""
    return _ADDRESS.sub("…", text)


@transaction.atomic
def unsuppress(email: str) -> None:
    """Allow mail to an address again. Its subscriber, if any, has to sign up again."""
    Suppression.objects.filter(address_hash=address_hash(email)).delete()
    Subscriber.objects.filter(
        email=email.strip().lower(), state=Subscriber.State.SUPPRESSED
    ).update(state=Subscriber.State.UNSUBSCRIBED)


def is_suppressed(target: Subscriber | str) -> bool:
    """Whether an address must get no mail: its hash is listed, or its subscriber's state says so.

    The hash counts also for an active subscriber: an import may bring one in again after a
    complaint.
    """
    if isinstance(target, Subscriber):
        return target.state == Subscriber.State.SUPPRESSED or is_suppressed(target.email)
    return bool(rows(_REASON, email=target.strip()))
