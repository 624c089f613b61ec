"""Store a mail provider's events: one row an event, and nothing else during the request.

The webhook calls this once for all events of a provider's request, a thousand at some providers. An
error would make the provider repeat all of them, so invalid values are corrected and not refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from hashlib import blake2b
from typing import Final

from anymail.signals import AnymailTrackingEvent
from django.conf import settings
from django.dispatch import Signal
from django.utils import timezone

from mail.without_address import CUT, without_address
from newsletter.editions.rendering.message_ids import read_message_id
from newsletter.events.bounces import is_hard, settled_reason
from newsletter.models import DeliveryEvent
from subscribers.addresses import address_hash, spelling
from web.storable import storable_text

_UNKNOWN_KINDS: Final = {
    ("Mailtrap", "blocked"): DeliveryEvent.Kind.REJECTED.value,
    ("Resend", "email.suppressed"): DeliveryEvent.Kind.REJECTED.value,
    ("Resend", "email.failed"): DeliveryEvent.Kind.FAILED.value,
}
# Sent with all events of one request: django-anymail's own signal has one event.
received: Final = Signal()
_RECEIVER: Final = "newsletter.store_events"
_BATCH: Final = 1000  # rows of one statement
_LONGEST: Final = 2000  # characters of an answer
# Processed at the next tick: most events are of these kinds, and none of them stops a mail.
_NOT_URGENT: Final = {
    *(DeliveryEvent.Kind.QUEUED, DeliveryEvent.Kind.SENT),
    *(DeliveryEvent.Kind.DELIVERED, DeliveryEvent.Kind.DEFERRED),
}


def connect(enqueue_events: Callable[[], None]) -> None:
    """Let the webhook store events; `enqueue_events` is called after urgent ones.

    newsletter/apps.py passes the function of the task in: no module of events/ imports tasks.
    """
    received.disconnect(dispatch_uid=_RECEIVER)
    receiver = partial(store_events, enqueue_events=enqueue_events)
    # Not weak: nothing else refers to the partial, and a weak receiver would vanish at once.
    received.connect(receiver, weak=False, dispatch_uid=_RECEIVER)


def store_events(
    sender: object,
    events: Sequence[AnymailTrackingEvent],
    esp_name: str,
    *,
    enqueue_events: Callable[[], None],
    **_: object,
) -> None:
    """Store each event once, in one statement. Opens and clicks are private and are not stored."""
    now = timezone.now()
    found = [event_row(event, esp_name, now) for event in events]
    rows = [row for row in found if row.kind in DeliveryEvent.Kind.values]
    DeliveryEvent.objects.bulk_create(rows, ignore_conflicts=True, batch_size=_BATCH)
    if any(row.kind not in _NOT_URGENT for row in rows):
        enqueue_events()


def event_row(event: AnymailTrackingEvent, provider: str, now: datetime) -> DeliveryEvent:
    """The row of an event that arrived at `now`. Pure."""
    recipient = spelling(_text(event.recipient))
    detail = without_address(_detail(event), recipient, ours=settings.MAIL_DOMAIN)
    kind = event_kind(event, provider)
    # What the receiving server said; a provider's own description only where it passes on nothing.
    reply = _text(event.mta_response) or _text(event.description)
    given = (provider, kind, _text(event.reject_reason), event.esp_event, reply)
    return DeliveryEvent(
        fingerprint=fingerprint(event, provider),
        provider=provider[:20],
        kind=kind,
        # Cut as the ledger cuts it (mail/without_address.py), or the two would not match.
        message_id=_id_of(event, recipient),
        delivery_id=_delivery_id(event),
        recipient=recipient[:254],
        address_hash=address_hash(recipient) if recipient else "",
        is_hard=is_hard(*given),
        reject_reason=settled_reason(*given)[:12],
        detail=detail[:500],
        occurred_at=_moment(event.timestamp, now),
        received_at=now,
        due_at=now,
    )


def _id_of(event: AnymailTrackingEvent, recipient: str) -> str:
    number = _text(event.message_id)[:200]
    return number.replace(recipient, CUT) if recipient else number


def event_kind(event: AnymailTrackingEvent, provider: str) -> str:
    """The kind of an event; of some that django-anymail does not know, too. Pure.

    Mailtrap posts `blocked`, and Resend `email.suppressed` and `email.failed`: mails that these
    providers did not send. Unknown, they would leave a delivery sent that never was.
    """
    payload = event.esp_event
    if event.event_type != "unknown" or not isinstance(payload, dict):
        return str(event.event_type)
    named = str(payload.get("event") or payload.get("type") or "")
    return _UNKNOWN_KINDS.get((provider, named), "unknown")


def fingerprint(event: AnymailTrackingEvent, provider: str) -> str:
    """32 hexadecimal digits: the same for an event that is posted again, and for no other.

    The provider's id of the event is not enough: one event of Amazon has several recipients.
    """
    parts = [provider, event.event_type, event.event_id, event.recipient]
    if not event.event_id:
        parts += [event.message_id, event.timestamp, event.mta_response, event.description]
    joined = "\n".join(str(part) for part in parts)
    return blake2b(joined.encode(errors="replace"), digest_size=16).hexdigest()


def _delivery_id(event: AnymailTrackingEvent) -> int | None:
    """The delivery that the mail's metadata or Message-ID names; `match` verifies it."""
    metadata = event.metadata if isinstance(event.metadata, dict) else {}
    number = str(metadata.get("delivery", ""))
    if number.isascii() and number.isdigit() and len(number) <= 18:
        return int(number)
    return read_message_id(_text(event.message_id))


def _moment(stamp: datetime | None, now: datetime) -> datetime:
    """When it happened. A clock that is ahead of ours must not make this event the last one."""
    if stamp is None:
        return now
    return min(stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC), now)


def _detail(event: AnymailTrackingEvent) -> str:
    # Far more than is stored: the address is cut out before the end is.
    parts = (_text(event.mta_response)[:_LONGEST], _text(event.description)[:_LONGEST])
    return " ".join(" · ".join(part for part in parts if part).split())


def _text(value: object) -> str:
    """The value as text that PostgreSQL stores; JSON can hold a NUL or half of a character."""
    return "" if value is None else storable_text(str(value))
