"""Send an edition's deliveries in bursts: claim, personalise, mark, transmit, record.

Each step commits before the next begins, and the order is the whole point. Killed before
the mark, a burst's lease runs out and others take it up. Killed after it, its rows stand in
`sending` and the sweeper makes them `uncertain`: nobody can know whether they left, and a
mail is never sent twice.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from newsletter import queries
from newsletter.models import Delivery, Edition
from newsletter.press import Press
from newsletter.readers import Recipient, recipients
from newsletter.reasons import skipped
from newsletter.record import record
from newsletter.render import RENDERER
from newsletter.tokens import current_key_id
from newsletter.transports import Transport, open_transport


def deliver(edition_id: int, until: datetime) -> int:
    """Send what waits in an edition, burst by burst; how many mails were transmitted.

    Stops when nothing is left to claim, or after the burst in which `until` passes.
    """
    press = Press(Edition.objects.get(pk=edition_id, state=Edition.State.FROZEN))
    transmitted = 0
    with open_transport() as transport:
        while timezone.now() < until:
            fence, ids = _claim(edition_id)
            if not ids:
                break
            transmitted += _send_burst(press, transport, fence, ids)
    return transmitted


def _claim(edition_id: int) -> tuple[uuid.UUID, list[int]]:
    lease = timedelta(seconds=settings.LEASE_SECONDS)
    return queries.claim(edition_id, timezone.now(), settings.BURST_SIZE, lease)


def _send_burst(press: Press, transport: Transport, fence: uuid.UUID, ids: Sequence[int]) -> int:
    deliveries = list(Delivery.objects.filter(pk__in=ids, fence=fence).order_by("pk"))
    readers = recipients([d.subscriber_id for d in deliveries if d.subscriber_id])
    skips = _personalize(press, deliveries, readers)
    queries.skip(fence, skips)
    ready = [delivery for delivery in deliveries if delivery.pk not in skips]
    held = _mark(ready, fence)
    burst = [
        press.digest(delivery, readers[delivery.subscriber_id].email)
        for delivery in ready
        if delivery.pk in held and delivery.subscriber_id is not None
    ]
    if burst:
        record(fence, held, burst, transport.send(burst), timezone.now())
    return len(burst)


def _personalize(
    press: Press, deliveries: Sequence[Delivery], readers: Mapping[int, Recipient]
) -> dict[int, str]:
    """Give each delivery its picks; the ids of those that get no mail, with the reason.

    A delivery that is tried again keeps the picks of its first try: the same mail.
    """
    seen = queries.seen_papers(list(readers), [d.pk for d in deliveries], press.since)
    skips = {}
    for delivery in deliveries:
        reader = readers.get(delivery.subscriber_id or 0)
        reason = reader.refusal if reader else "the reader was deleted"
        if reader and not reason and not delivery.picks:
            delivery.picks = press.choose(reader.wants, seen[reader.id])
            if len(delivery.picks) < settings.DIGEST_MINIMUM:
                reason = skipped(len(delivery.picks), reader.wants.follows_all)
        if reason:
            skips[delivery.pk] = reason
    return skips


def _mark(deliveries: Sequence[Delivery], fence: uuid.UUID) -> dict[int, int]:
    """Mark what is about to be transmitted and commit; attempts by id, of those still held."""
    now = timezone.now()
    for delivery in deliveries:
        if delivery.dated_at is None:
            delivery.dated_at = now.replace(microsecond=0)
            delivery.renderer, delivery.key_id = RENDERER, current_key_id()
    return queries.mark_sending(fence, deliveries, now + timedelta(seconds=settings.LEASE_SECONDS))
