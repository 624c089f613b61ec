"""What workers do for the newsletter. A task may be lost or repeated: the ledger decides."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from mail.factory import process_transport
from newsletter.delivery import archive as archiving
from newsletter.delivery.deliver import BATCH, deliver
from newsletter.delivery.dispatch import dispatch_due
from newsletter.delivery.ledger import Range
from newsletter.delivery.speed import note_speed
from newsletter.delivery.sweep import due_retries, expire_leases, stalled
from newsletter.events import process as hearing
from newsletter.events.purge import purge_events
from subscribers.tasks import enqueue_from_request

log = logging.getLogger(__name__)
_TASK_SECONDS: Final = 10  # a worker that is asked to stop has 30 for the task in hand


@shared_task(name="newsletter.dispatch")
def dispatch() -> None:
    """Beat's minute: sweep up, queue who is due, and ring for all work that nobody does."""
    now = timezone.now()
    expire_leases(now)
    for queued in dispatch_due(now):
        enqueue(queued)
    for waiting in _unheard():
        enqueue(waiting)
    note_speed(now)
    purge_events(now - timedelta(days=settings.EVENT_RETENTION_DAYS))


@shared_task(name="newsletter.send_range")
def send_range(edition_id: int, first: int, last: int) -> None:
    """Send what waits in a range of deliveries, and leave the rest to the next task."""
    until = timezone.now() + timedelta(seconds=_TASK_SECONDS)
    left = deliver(Range(edition_id, first, last), until, process_transport())
    if left:
        send_range.delay(left.edition_id, left.first, left.last)


@shared_task(name="newsletter.process_events")
def process_events() -> None:
    """Act on what providers reported, some seconds at a time: beat's minute finds all there is."""
    until = timezone.now() + timedelta(seconds=_TASK_SECONDS)
    while hearing.process_events(timezone.now()) == hearing.BATCH:
        if timezone.now() >= until:
            process_events.delay()
            return


def enqueue_events() -> None:
    """Have it done now, not at the next tick: from within a provider's request."""
    enqueue_from_request(process_events)


@shared_task(name="newsletter.archive")
def archive() -> None:
    """Beat's night: let old deliveries out of the ledger, some seconds at a time."""
    now = timezone.now()
    before = now - timedelta(days=settings.LEDGER_RETENTION_DAYS)
    try:
        for part in archiving.due(before):
            if not archiving.archive(part, before, now + timedelta(seconds=_TASK_SECONDS)):
                archive.delay()
                return
    except archiving.InUse as error:
        log.warning("%s; the next night will", error)


def enqueue(batch: Range) -> None:
    """Ask the workers to send a range of deliveries, in batches."""
    for first in range(batch.first, batch.last + 1, BATCH):
        send_range.delay(batch.edition_id, first, min(first + BATCH - 1, batch.last))


def _unheard() -> Iterator[Range]:
    """Mails to be tried again, and work whose bell was lost: nothing moved for two ticks."""
    now = timezone.now()
    yield from due_retries(now, BATCH)
    yield from stalled(now, now - timedelta(seconds=2 * settings.TICK_SECONDS), BATCH)
