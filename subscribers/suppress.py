"""Addresses that must get no mail: after a hard bounce, a complaint, or an operator's word."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction

from subscribers import consent
from subscribers.addresses import address_hash
from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry, Subscriber, Suppression


@transaction.atomic
def suppress(
    target: Subscriber | str, reason: Suppression.Reason, *, detail: str = "", now: datetime
) -> Suppression:
    """Send nothing more to an address, whether it has a reader or not. Repeating is harmless.

    The first reason stays: a complaint after a bounce tells nothing new.
    """
    email = target.email if isinstance(target, Subscriber) else target.strip().lower()
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


@transaction.atomic
def unsuppress(email: str) -> None:
    """Allow mail to an address again. Its subscriber, if any, has to sign up again."""
    Suppression.objects.filter(address_hash=address_hash(email)).delete()
    Subscriber.objects.filter(
        email=email.strip().lower(), state=Subscriber.State.SUPPRESSED
    ).update(state=Subscriber.State.UNSUBSCRIBED)


def is_suppressed(email: str) -> bool:
    """Whether an address must get no mail."""
    return Suppression.objects.filter(address_hash=address_hash(email)).exists()


def suppressed_ids(subscriber_ids: Iterable[int]) -> set[int]:
    """Those of the readers who must get no mail, in one query for a whole burst.

    PostgreSQL hashes the addresses itself, as `address_hash` does: readers are found by their
    primary key and suppressions by their unique hash, so the cost grows with the burst only.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT reader.id
              FROM subscribers_subscriber reader
             WHERE reader.id = ANY(%s)
               AND (reader.state = 'suppressed' OR EXISTS (
                     SELECT FROM subscribers_suppression
                      WHERE address_hash
                            = encode(sha256(convert_to(lower(reader.email), 'UTF8')), 'hex')))
            """,
            [list(subscriber_ids)],
        )
        return {row[0] for row in cursor.fetchall()}
