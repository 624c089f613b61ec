"""What workers do for the newsletter. A task may be lost or repeated: the ledger decides."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from newsletter import queries
from newsletter.deliver import deliver
from newsletter.dispatch import dispatch as dispatch_due
from newsletter.record import sweep

LANES: Final = 4  # sending tasks an edition and tick; workers beyond that take other editions


@shared_task(name="newsletter.dispatch")
def dispatch() -> None:
    """Beat's minute: sweep up, queue who is due, and ring for every edition with work left."""
    now = timezone.now()
    sweep(now)
    dispatch_due(now)
    for edition_id, waiting in queries.unfinished(timezone.now()):
        for _ in range(min(LANES, -(-waiting // settings.BURST_SIZE))):
            # The next tick rings again, so a bell nobody heard may fade away.
            send_edition.apply_async((edition_id,), expires=max(settings.TICK_SECONDS, 30))


@shared_task(name="newsletter.send_edition")
def send_edition(edition_id: int) -> None:
    """Send what waits in an edition, for a tick at most; the next tick rings again."""
    deliver(edition_id, timezone.now() + timedelta(seconds=max(settings.TICK_SECONDS, 30)))
