"""Celery tasks of the newsletter. Each may be lost or repeated: the ledger decides.

Beat calls each step of a tick as a task of its own, so a step that fails stops no other: a
cadence that cannot be composed holds up neither the other cadences nor the retries.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Final

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from mail.factory import process_transport
from mail.journal import process_journal
from mail.receiving.account import parse_account
from mail.relay import process_relay
from newsletter import clock
from newsletter.delivery import archive as archiving
from newsletter.delivery import pause, sweep
from newsletter.delivery.deliver import BATCH, deliver
from newsletter.delivery.progress import note_send_rate
from newsletter.delivery.queueing.dispatch import dispatch_due
from newsletter.delivery.queueing.welcome import queue_welcomes
from newsletter.delivery.recover import recover
from newsletter.delivery.restored import is_restored
from newsletter.delivery.types import Batch
from newsletter.events import process as processing
from newsletter.events.purge import purge_events as delete_old_events
from newsletter.events.soft_bounces import suppress_soft_bounces as end_dead_addresses
from newsletter.inbound.forward import forward_waiting
from newsletter.inbound.mailbox import read_mailbox
from newsletter.inbound.purge import purge_inbound as delete_old_mail
from subscribers.account import change_address
from subscribers.models import Subscriber
from subscribers.privacy.unconfirmed import delete_unconfirmed
from subscribers.tasks import enqueue_from_request, send_waiting

log = logging.getLogger(__name__)
_TASK_SECONDS: Final = 10  # a worker that is asked to stop has 30 for the task in hand


@shared_task(name="newsletter.dispatch")
def dispatch(cadence: str) -> None:
    """Queue the due subscribers of a cadence, and enqueue their deliveries."""
    now = timezone.now()
    if clock.agrees_with_database(now):
        enqueue(dispatch_due(cadence, now))


@shared_task(name="newsletter.welcome")
def welcome() -> None:
    """Queue the first digests of readers who have just confirmed, and send them at once.

    They are sent from the queue of confirmation mails: a large edition fills the other one.
    """
    now = timezone.now()
    if not clock.agrees_with_database(now):
        return
    for batch in queue_welcomes(now, minimum=settings.DIGEST_MINIMUM):
        send_batch.apply_async((batch.edition_id, batch.first, batch.last), queue="confirm")


def dispatch_every_cadence() -> None:
    """Do now what the next tick would do for each cadence."""
    for cadence in Subscriber.Cadence.values:
        dispatch.delay(cadence)


@shared_task(name="newsletter.expire_leases")
def expire_leases() -> None:
    """Recover or end the rows of workers that were killed while sending."""
    recover_killed()
    now = timezone.now()
    if clock.is_right(now):
        sweep.expire_leases(now)


@shared_task(name="newsletter.reset_far_slots")
def reset_far_slots() -> None:
    """Each hour: set anew what a clock which was ahead has moved too far away."""
    now = timezone.now()
    if not clock.is_right(now):
        return
    sweep.reset_far_waits(now)
    if count := sweep.reset_far_slots(now):
        clock.note_slots_reset(count, now)


@shared_task(name="newsletter.end_cancelled")
def end_cancelled() -> None:
    """End deliveries that wait although their edition is cancelled."""
    pause.end_cancelled(timezone.now())


@shared_task(name="newsletter.enqueue_retries")
def enqueue_retries() -> None:
    """Enqueue deferred deliveries whose next attempt is due."""
    now = timezone.now()
    if clock.is_right(now):
        enqueue(sweep.due_retries(now, BATCH))


@shared_task(name="newsletter.enqueue_stalled")
def enqueue_stalled() -> None:
    """Enqueue deliveries whose task was lost: no row of their edition changed for two ticks."""
    now = timezone.now()
    still_since = now - timedelta(seconds=2 * settings.TICK_SECONDS)
    enqueue(sweep.stalled(now, still_since, BATCH))


@shared_task(name="newsletter.enqueue_queued_again")
def enqueue_queued_again() -> None:
    """Enqueue what an operator has queued again; if this is lost, it is found as stalled."""
    enqueue(sweep.queued_again(timezone.now(), BATCH))


def send_queued_again() -> None:
    """Let a worker begin with what an operator has queued again: called within a request."""
    enqueue_from_request(enqueue_queued_again)


@shared_task(name="newsletter.send_batch")
def send_batch(edition_id: int, first: int, last: int) -> None:
    """Send what waits in a batch of deliveries, and leave the rest to the next task.

    A worker whose clock is wrong sends nothing: its leases and its next attempts would be wrong.
    What it leaves is found as stalled.
    """
    now = timezone.now()
    recover_killed()
    if not clock.agrees_with_database(now) or is_restored(now):
        return
    until = now + timedelta(seconds=_TASK_SECONDS)
    left = deliver(Batch(edition_id, first, last), until, process_transport(), process_journal())
    if left:
        send_batch.delay(left.edition_id, left.first, left.last)
    if process_relay().take_recovery():  # what waited for the mail server is sent now
        now = timezone.now()
        enqueue(sweep.stalled(now, now, BATCH))
        send_waiting.delay()


def recover_killed() -> None:
    """Recover what processes of this machine left behind that were killed while sending."""
    if settings.JOURNAL_DIR:
        enqueue(recover(Path(settings.JOURNAL_DIR), timezone.now()))


@shared_task(name="newsletter.note_send_rate")
def note_rate() -> None:
    """Note how much of each edition has been sent, for its send rate."""
    note_send_rate(timezone.now())


@shared_task(name="newsletter.process_events")
def process_events() -> None:
    """Act on provider events for some seconds; the next tick goes on."""
    until = timezone.now() + timedelta(seconds=_TASK_SECONDS)
    while processing.process_events(timezone.now()) == processing.BATCH:
        if timezone.now() >= until:
            process_events.delay()
            return


def enqueue_events() -> None:
    """Process events now and not at the next tick: called within a provider's request."""
    enqueue_from_request(process_events)


@shared_task(name="newsletter.read_inbound_mailbox")
def read_inbound_mailbox() -> None:
    """Take in new mail from the mailbox for some seconds; then a task of its own goes on."""
    now = timezone.now()
    if not settings.INBOUND_IMAP_URL or not clock.is_right(now):
        return
    account = parse_account(settings.INBOUND_IMAP_URL)
    until = now + timedelta(seconds=_TASK_SECONDS)
    while read_mailbox(account, timezone.now()):
        if timezone.now() >= until:
            read_inbound_mailbox.delay()
            return


@shared_task(name="newsletter.delete_old_changes")
def delete_old_changes() -> None:
    """Each night: delete changes of address whose links have ended, and unconfirmed sign-ups."""
    now = timezone.now()
    if not clock.is_right(now):
        return
    change_address.delete_old_changes(now)
    if not delete_unconfirmed(now, now + timedelta(seconds=_TASK_SECONDS)):
        delete_old_changes.delay()


@shared_task(name="newsletter.purge_events")
def purge_events() -> None:
    """Delete provider events that are older than EVENT_RETENTION_DAYS."""
    now = timezone.now()
    if clock.is_right(now):
        delete_old_events(now - timedelta(days=settings.EVENT_RETENTION_DAYS))


@shared_task(name="newsletter.forward_replies")
def forward_replies() -> None:
    """Each tick: forward to the operator what people wrote to us."""
    now = timezone.now()
    if clock.agrees_with_database(now) and not is_restored(now):
        forward_waiting(process_transport())


@shared_task(name="newsletter.purge_inbound")
def purge_inbound() -> None:
    """Delete the rows of mails that arrived more than INBOUND_DAYS ago."""
    now = timezone.now()
    if clock.is_right(now):
        delete_old_mail(now - timedelta(days=settings.INBOUND_DAYS))


@shared_task(name="newsletter.suppress_soft_bounces")
def suppress_soft_bounces() -> None:
    """Each hour: suppress addresses to which nothing was delivered for several editions."""
    end_dead_addresses(timezone.now())


@shared_task(name="newsletter.archive")
def archive() -> None:
    """Each night: move old deliveries out of the ledger, some seconds at a time."""
    now = timezone.now()
    if not clock.is_right(now):
        return
    before = now - timedelta(days=settings.LEDGER_RETENTION_DAYS)
    try:
        for part in archiving.due(before):
            if not archiving.archive(part, before, now + timedelta(seconds=_TASK_SECONDS)):
                archive.delay()
                return
    except archiving.InUse as error:
        log.warning("%s; it is tried again next night", error)


def enqueue(batches: Iterable[Batch]) -> None:
    """Enqueue a task for every BATCH deliveries of these ranges."""
    for batch in batches:
        for first in range(batch.first, batch.last + 1, BATCH):
            send_batch.delay(batch.edition_id, first, min(first + BATCH - 1, batch.last))
