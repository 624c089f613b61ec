"""Take in what a mail provider reports: one row a report, and nothing else while it waits.

django-anymail calls this for each event of a provider's request, in the request. An error would
lose the rest of it and bring all of it again, so odd values are mended rather than refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from hashlib import blake2b
from typing import Final

from anymail.signals import AnymailTrackingEvent, tracking
from django.utils import timezone

from newsletter.editions.render import read_message_id
from newsletter.events.bounces import is_hard
from newsletter.models import DeliveryEvent
from subscribers.addresses import BadAddress, address_hash, normalised

_RECEIVER: Final = "newsletter.store_event"
# The next tick is soon enough for these. They are the many, and nothing hangs on them.
_UNHURRIED: Final = {
    *(DeliveryEvent.Kind.QUEUED, DeliveryEvent.Kind.SENT),
    *(DeliveryEvent.Kind.DELIVERED, DeliveryEvent.Kind.DEFERRED),
}


def connect(enqueue_events: Callable[[], None]) -> None:
    """Let django-anymail call `store_event`, with what enqueues the task that reads the rows.

    newsletter/apps.py passes the task's function in: no module of events/ imports tasks.
    """
    tracking.disconnect(dispatch_uid=_RECEIVER)
    receiver = partial(store_event, enqueue_events=enqueue_events)
    # Not weak: nothing else refers to the partial, and a weak receiver would vanish at once.
    tracking.connect(receiver, weak=False, dispatch_uid=_RECEIVER)


def store_event(
    sender: object,
    event: AnymailTrackingEvent,
    esp_name: str,
    *,
    enqueue_events: Callable[[], None],
    **_: object,
) -> None:
    """Write a report down, once. Opens and clicks are nobody's business and not kept."""
    if event.event_type not in DeliveryEvent.Kind.values:
        return
    report = event_row(event, esp_name, timezone.now())
    DeliveryEvent.objects.bulk_create([report], ignore_conflicts=True)
    if report.kind not in _UNHURRIED:
        enqueue_events()


def event_row(event: AnymailTrackingEvent, provider: str, now: datetime) -> DeliveryEvent:
    """The row of an event that arrived at `now`. Pure."""
    recipient = _address(_text(event.recipient))
    words = _without_address(_words(event), _text(event.recipient))
    reject_reason = _text(event.reject_reason)
    return DeliveryEvent(
        fingerprint=fingerprint(event, provider),
        provider=provider[:20],
        kind=event.event_type,
        message_id=_text(event.message_id)[:200],
        delivery_id=_delivery(event),
        recipient=recipient[:254],
        address_hash=address_hash(recipient) if recipient else "",
        is_hard=is_hard(provider, event.event_type, reject_reason, event.esp_event, words),
        reject_reason=reject_reason[:12],
        detail=words[:500],
        occurred_at=_moment(event.timestamp, now),
        received_at=now,
        due_at=now,
    )


def fingerprint(event: AnymailTrackingEvent, provider: str) -> str:
    """32 hexadecimal digits: the same for a report that comes again, and for no other.

    A provider's id alone would not do: one of Amazon's speaks of several recipients.
    """
    parts = [provider, event.event_type, event.event_id, event.recipient]
    if not event.event_id:
        parts += [event.message_id, event.timestamp, event.mta_response, event.description]
    joined = "\n".join(str(part) for part in parts)
    return blake2b(joined.encode(errors="replace"), digest_size=16).hexdigest()


def _delivery(event: AnymailTrackingEvent) -> int | None:
    """The delivery that the mail says it is of; hear.py looks whether that can be."""
    metadata = event.metadata if isinstance(event.metadata, dict) else {}
    number = str(metadata.get("delivery", ""))
    if number.isascii() and number.isdigit() and len(number) <= 18:
        return int(number)
    return read_message_id(_text(event.message_id))


def _moment(stamp: datetime | None, now: datetime) -> datetime:
    """When it happened. A clock that is ahead of ours must not outdo later reports."""
    if stamp is None:
        return now
    return min(stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC), now)


def _address(typed: str) -> str:
    """In the spelling that readers are stored in."""
    try:
        return normalised(typed)
    except BadAddress:
        return typed.strip().lower()


def _words(event: AnymailTrackingEvent) -> str:
    parts = (_text(event.mta_response), _text(event.description))
    return " ".join(" · ".join(part for part in parts if part).split())


def _without_address(words: str, address: str) -> str:
    return re.sub(re.escape(address), "…", words, flags=re.IGNORECASE) if address else words


def _text(value: object) -> str:
    """PostgreSQL stores no NUL and no half of a character; JSON can hold both."""
    whole = "" if value is None else str(value).replace("\x00", "")
    return whole.encode(errors="replace").decode()
