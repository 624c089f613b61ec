"""Send the mails that readers asked for: claim one, transmit it, write down what became of it.

A confirmation that was lost costs a reader; a second copy costs nobody anything: it has the
same Message-ID and leads to the same page. So, unlike a digest, a mail whose sending ended
in doubt (a dead worker, a connection that broke) is sent again, and only the last doubt of
MAX_ATTEMPTS is left `uncertain`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from subscribers.messages import Outcome, build, deliver, may_receive
from subscribers.models import TransactionalMail
from subscribers.suppress import suppressed_ids

log = logging.getLogger(__name__)
State = TransactionalMail.State

# Below the task's own time limit, so that it ends between two mails and not within one.
LONGEST_RUN: Final = timedelta(seconds=180)
RETRY_AFTER: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))


def send_waiting(clock: Callable[[], datetime] = timezone.now) -> int:
    """Send every mail that is due, over one connection; how many were tried."""
    connection, tried, end = get_connection(), 0, clock() + LONGEST_RUN
    give_up(clock())
    try:
        while clock() < end and (mail := claim(clock())):
            record(mail, _send(connection, mail, clock()), clock())
            tried += 1
    finally:
        connection.close()
    return tried


def give_up(now: datetime) -> int:
    """Let go of mails whose last allowed worker died too: they may be what kills them."""
    held = TransactionalMail.objects.filter(
        state=State.SENDING, lease_until__lt=now, attempts__gte=settings.MAX_ATTEMPTS
    )
    error = "each worker that sent it died; it may have arrived"
    return held.update(state=State.UNCERTAIN, lease_until=None, error=error)


@transaction.atomic
def claim(now: datetime) -> TransactionalMail | None:
    """Take the mail that has waited longest, mark it `sending`, and hold it for a lease.

    One at a time: these mails are few, and a killed worker leaves one in doubt, not fifty.
    """
    mail = (
        TransactionalMail.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("subscriber")
        .filter(
            Q(state__in=[State.QUEUED, State.DEFERRED], next_attempt_at__lte=now)
            | Q(state=State.SENDING, lease_until__lt=now)
        )
        .order_by("next_attempt_at", "id")
        .first()
    )
    if mail is None:
        return None
    mail.state, mail.attempts = State.SENDING, mail.attempts + 1
    mail.lease_until = now + timedelta(seconds=settings.LEASE_SECONDS)
    mail.save(update_fields=["state", "attempts", "lease_until"])
    return mail


def record(mail: TransactionalMail, outcome: Outcome, now: datetime) -> bool:
    """Write the outcome; False when the lease ran out and another worker has the mail now.

    The number of the attempt is the fence: each claim raises it.
    """
    state = state_after(outcome, mail.attempts, now - mail.created_at)
    return bool(
        TransactionalMail.objects.filter(
            pk=mail.pk, state=State.SENDING, attempts=mail.attempts
        ).update(
            state=state,
            error=outcome.error,
            provider_id=outcome.provider_id,
            lease_until=None,
            next_attempt_at=now + RETRY_AFTER[min(mail.attempts, len(RETRY_AFTER)) - 1],
            sent_at=now if state == State.SENT else None,
        )
    )


def state_after(outcome: Outcome, attempts: int, age: timedelta) -> TransactionalMail.State:
    """What the row becomes. `age` is the time since it was asked for."""
    if outcome.state == "accepted":
        return State.SENT
    if outcome.state == "refused":
        return State.FAILED
    if outcome.state == "misconfigured":
        # The operator's fault, not the reader's: tried until the reader will have given up.
        is_over = age > timedelta(days=settings.CONFIRM_DAYS)
    else:
        is_over = attempts >= settings.MAX_ATTEMPTS
    if not is_over:
        return State.DEFERRED
    return State.UNCERTAIN if outcome.state == "unknown" else State.FAILED


def _send(connection: BaseEmailBackend, mail: TransactionalMail, now: datetime) -> Outcome:
    if suppressed_ids([mail.subscriber_id]):
        return Outcome("refused", error="the address is suppressed")
    if not may_receive(mail.subscriber):
        return Outcome("refused", error="a sample reader gets mail in the local mailbox only")
    outcome = deliver(connection, build(mail, now))
    if outcome.state == "misconfigured":
        log.error("mail cannot be sent with these settings: %s", outcome.error)
    return outcome
