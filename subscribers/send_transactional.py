"""Send the messages that people asked for: claim one, transmit it, record its outcome.

A lost confirmation loses a subscriber; a second copy does no harm: it has the same Message-ID
and its link leads to the same page. So, unlike a digest, a message whose sending ended in doubt
(a worker was killed, a connection broke) is sent again, and only the last doubt of MAX_ATTEMPTS
is left `uncertain`.

A mail server that is down, or settings that are wrong, are not the reader's fault: such an attempt
does not count, and the message waits for up to two weeks. One message a tick is tried then
(mail/relay.py). Links are signed when they are sent, so they work for CONFIRM_DAYS from then on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from mail.backoff import backoff, share, spread
from mail.outcome import ERRORS_OF_OURS, Outcome, of_building, private
from mail.relay import Relay, in_words, process_relay
from mail.transport import Transport
from mail.without_address import without_address
from subscribers.messages import build, may_receive
from subscribers.models import Suppression, TransactionalMail
from subscribers.single_mails.notices import is_true
from subscribers.suppress import is_suppressed, suppress

log = logging.getLogger(__name__)
State = TransactionalMail.State

# Below the task's own time limit, so that it ends between two messages and not within one.
LONGEST_RUN: Final = timedelta(seconds=180)
FURTHEST: Final = timedelta(days=3)  # a server may ask for a day
LONGEST_WAIT: Final = timedelta(days=14)  # then the reader has forgotten that they signed up


def send_waiting(transport: Transport, clock: Callable[[], datetime] = timezone.now) -> int:
    """Send every mail that is due, one by one; how many were tried."""
    tried, end, relay = 0, clock() + LONGEST_RUN, process_relay()
    expire_leases(clock())
    while clock() < end and relay.admits(1):
        mail = claim(clock())
        if mail is None:
            break
        outcome = _send(transport, relay, mail, clock())
        record(mail, outcome, clock())
        tried += 1
        if _holds_for_all(outcome):
            break  # the next tick tries again
    relay.note([])  # perhaps none was sent: then the server was not tried
    return tried


def expire_leases(now: datetime) -> int:
    """Stop trying mails whose last allowed worker was killed too: they may be the reason.

    A mail that waits for longer than any pause was deferred by a clock that was ahead: it is due.
    """
    waits = TransactionalMail.objects.filter(state__in=[State.QUEUED, State.DEFERRED])
    waits.filter(next_attempt_at__gt=now + FURTHEST).update(next_attempt_at=now)
    held = TransactionalMail.objects.filter(
        state=State.SENDING, lease_until__lt=now, attempts__gte=settings.MAX_ATTEMPTS
    )
    error = "each worker that sent it was killed; it may have arrived"
    return held.update(state=State.UNCERTAIN, lease_until=None, error=error)


@transaction.atomic
def claim(now: datetime) -> TransactionalMail | None:
    """Take the mail that has waited longest, mark it `sending`, and hold it for a lease.

    One at a time: these mails are few, and a killed worker leaves one in doubt, not fifty.
    """
    mail = (
        TransactionalMail.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("subscriber", "address_change__subscriber")
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

    The number of the attempt is the fence: each claim raises it, and an attempt that does not count
    takes back its own claim only. A mailbox that does not exist is
    suppressed, as after a digest.
    """
    outcome = private(outcome, mail.address, ours=settings.MAIL_DOMAIN)
    if outcome.is_hard_bounce:
        reason = Suppression.Reason.HARD_BOUNCE
        suppress(mail.address, reason, detail=outcome.error, now=now)
    state = state_after(outcome, mail.attempts, now - mail.created_at)
    pause = backoff(mail.attempts, outcome.retry_after)
    if _holds_for_all(outcome):  # mail/relay.py has the pause: the first that leaves lets all leave
        pause = timedelta(0)
    return bool(
        TransactionalMail.objects.filter(
            pk=mail.pk, state=State.SENDING, attempts=mail.attempts
        ).update(
            state=state,
            error=outcome.error,
            provider_id=outcome.provider_id,
            lease_until=None,
            attempts=mail.attempts if outcome.is_counted else max(mail.attempts - 1, 1),
            next_attempt_at=now + pause + spread(pause) * share(mail.pk),
            sent_at=now if state == State.SENT else None,
        )
    )


def _holds_for_all(outcome: Outcome) -> bool:
    """Whether the next mail would have the same outcome."""
    return not outcome.is_counted and not outcome.disputed


def state_after(outcome: Outcome, attempts: int, age: timedelta) -> TransactionalMail.State:
    """The state of the row after this outcome. `age` is the time since it was asked for."""
    if outcome.state == "accepted":
        return State.SENT
    if outcome.state == "refused":
        return State.FAILED
    # Where it is not the subscriber's fault, no number of attempts ends it.
    is_over = attempts >= settings.MAX_ATTEMPTS if outcome.is_counted else age > LONGEST_WAIT
    if not is_over:
        return State.DEFERRED
    return State.UNCERTAIN if outcome.state == "unknown" else State.FAILED


def _send(transport: Transport, relay: Relay, mail: TransactionalMail, now: datetime) -> Outcome:
    if is_suppressed(mail.recipient or mail.subscriber):
        return Outcome("refused", error="the address is suppressed")
    if not may_receive(mail.subscriber):
        return Outcome("refused", error="a sample reader gets mail in the local mailbox only")
    if not is_true(mail, now):
        return Outcome("refused", error="out of date: the reader has done something else since")
    try:
        message = build(mail, now)
    except ERRORS_OF_OURS as error:  # the mails that wait behind it must still leave
        return of_building(error)
    [outcome] = relay.note(transport.send([message]))
    if outcome.state == "misconfigured":
        words = without_address(in_words(outcome), ours=settings.MAIL_DOMAIN)
        log.error("no confirmation can be sent: %s", words)
    return outcome
