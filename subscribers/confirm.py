"""The second half of the double opt-in: the button on the page behind the mailed link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from subscribers import consent, preferences
from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry, Subscriber, TransactionalMail
from subscribers.preferences import Preferences
from subscribers.schedule import HALF_CADENCE
from subscribers.single_mails.welcome import AGAIN, can_send_digest, queue_welcome
from subscribers.suppress import is_suppressed


class SuppressedAddress(Exception):
    """The address had a hard bounce or a complaint after the link was mailed."""


@transaction.atomic
def confirm(
    subscriber: Subscriber,
    chosen: Preferences,
    origin: RequestOrigin,
    now: datetime,
    *,
    welcomes: bool = False,
) -> bool:
    """Start the digests; False when they were running already. Repeating is safe.

    `subscriber` is brought up to date; its `next_send_at` is when the first regular digest is due.

    Args:
        welcomes: whether a digest is due at once, besides the regular ones (WELCOME_DIGEST).
            Where none can come, a mail says when the first one does.

    Raises:
        SuppressedAddress: the address must get no mail.
    """
    subscriber.lock()
    if subscriber.state == Subscriber.State.ACTIVE:
        return False
    if is_suppressed(subscriber):
        raise SuppressedAddress
    preferences.store(subscriber, chosen)
    subscriber.state = Subscriber.State.ACTIVE
    subscriber.confirmed_at = now
    subscriber.paused_until = None
    # A subscriber who left and returns within days does not get the same week twice.
    subscriber.next_send_at = preferences.next_send_at(subscriber, chosen, now)
    is_welcomed = _is_welcomed(subscriber, now)
    subscriber.welcome_due_at = now if welcomes and is_welcomed else None
    subscriber.save()
    consent.record(
        ConsentEntry.Step.CONFIRMED,
        email=subscriber.email,
        subscriber=subscriber,
        origin=origin,
        now=now,
        detail=chosen.as_json(),
    )
    comes_at_once = welcomes and can_send_digest()
    queue_welcome(subscriber, now, is_due=is_welcomed and not comes_at_once)
    return True


def _is_welcomed(subscriber: Subscriber, now: datetime) -> bool:
    """Whether a digest at once is no second one: none came lately, of either kind."""
    last, welcomed = subscriber.last_digest_at, subscriber.welcomed_at
    if last and now - last < HALF_CADENCE[subscriber.cadence]:
        return False
    return welcomed is None or now - welcomed >= AGAIN


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the confirmation page shows filled in. `has_zone`: a time zone was chosen."""

    preferences: Preferences
    has_zone: bool


def proposal(subscriber: Subscriber) -> Proposal:
    """What is stored of an earlier subscription, and above it the newest draft.

    A draft of the short form names a topic or an author only: it is added to what is stored, or
    who comes back by a topic's page would lose the others.
    """
    mails = TransactionalMail.objects.filter(
        subscriber=subscriber, kind=TransactionalMail.Kind.CONFIRM
    )
    draft = mails.order_by("-id").values_list("draft", flat=True).first() or {}
    stored = preferences.preferences_of(subscriber)
    is_chosen = subscriber.confirmed_at is not None or subscriber.timezone != "UTC"
    return Proposal(_above(stored, draft), has_zone="timezone" in draft or is_chosen)


def _above(stored: Preferences, draft: Mapping[str, Any]) -> Preferences:
    if "cadence" in draft:  # of the longer form, which shows everything
        return preferences.from_json(draft, stored)
    both = stored.as_json()
    added = {
        name: list(dict.fromkeys([*both[name], *draft.get(name, ())]))
        for name in ("topics", "authors")
    }
    return preferences.from_json({**draft, **added}, stored)
