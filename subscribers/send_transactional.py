"""Send the messages that people asked for: claim one, transmit it, record its outcome.

A lost confirmation loses a subscriber; a second copy does no harm: it has the same Message-ID
and its link leads to the same page. So, unlike a digest, a message whose sending ended in doubt
(a worker was killed, a connection broke) is sent again, and only the last doubt of MAX_ATTEMPTS
is left `uncertain`.

A mail server that is down, or settings that are wrong, are not the reader's fault: such an attempt
does not count, and the message waits for up to two weeks. One message at a time is the probe, every
five minutes at most; the others are not tried. The first one that is accepted lets all of them go.
Their links are signed when they are sent, so they work for CONFIRM_DAYS from then on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from mail.backoff import backoff
from mail.outcome import ERRORS_OF_OURS, Outcome, of_building
from mail.transport import Transport
from mail.whose_fault import is_about_relay, is_about_us
from subscribers.messages import build, may_receive
from subscribers.models import Suppression, TransactionalMail
from subscribers.suppress import is_suppressed, suppress

log = logging.getLogger(__name__)
State = TransactionalMail.State

# Below the task's own time limit, so that it ends between two messages and not within one.
LONGEST_RUN: Final = timedelta(seconds=180)
LONGEST_PROBE: Final = timedelta(minutes=5)  # between two attempts while the mail server is down
FURTHEST: Final = timedelta(days=3)  # a server may ask for a day
LONGEST_WAIT: Final = timedelta(days=14)  # then the reader has forgotten that they signed up


def send_waiting(transport: Transport, clock: Callable[[], datetime] = timezone.now) -> int:
    """Send every mail that is due, one by one; how many were tried."""
    tried, end = 0, clock() + LONGEST_RUN
    expire_leases(clock())
    while clock() < end and not relay_rests(clock()) and (mail := claim(clock())):
        record(mail, _send(transport, mail, clock()), clock())
        tried += 1
    return tried


def relay_rests(now: datetime) -> bool:
    """Whether the mail server failed a moment ago, so that no message is tried before its pause."""
    return TransactionalMail.objects.filter(
        state=State.DEFERRED, waits_for_relay=True, next_attempt_at__gt=now
    ).exists()


def expire_leases(now: datetime) -> int:
    """Stop trying mails whose last allowed worker was killed too: they may be the reason.

    A mail that waits for longer than any pause was deferred by a clock that was ahead: it is due.
    """
    waits = TransactionalMail.objects.filter(state__in=[State.QUEUED, State.DEFERRED])
    waits.filter(next_attempt_at__gt=now + FURTHEST).update(next_attempt_at=now)
    held = TransactionalMail.objects.filter(
        state=State.SENDING,
        lease_until__lt=now,
        attempts__gte=settings.MAX_ATTEMPTS + F("uncounted"),
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

    The number of the attempt is the fence: each claim raises it. A mailbox that does not exist is
    suppressed, as after a digest.
    """
    if outcome.is_hard_bounce:
        reason = Suppression.Reason.HARD_BOUNCE
        suppress(mail.subscriber, reason, detail=outcome.error, now=now)
    is_relays = is_relays_fault(outcome)
    uncounted = mail.uncounted + int(is_relays)
    state = state_after(outcome, mail.attempts - uncounted, now - mail.created_at)
    held = TransactionalMail.objects.filter(
        pk=mail.pk, state=State.SENDING, attempts=mail.attempts
    ).update(
        state=state,
        error=outcome.error,
        provider_id=outcome.provider_id,
        lease_until=None,
        uncounted=uncounted,
        waits_for_relay=is_relays and state == State.DEFERRED,
        next_attempt_at=now + _pause(outcome, mail.attempts - mail.uncounted, uncounted),
        sent_at=now if state == State.SENT else None,
    )
    if state == State.SENT:
        _let_go(now)
    return bool(held)


def _pause(outcome: Outcome, counted: int, uncounted: int) -> timedelta:
    if not is_relays_fault(outcome):
        return backoff(counted, outcome.retry_after)
    asked = backoff(1, outcome.retry_after)
    return max(asked, min(backoff(uncounted), LONGEST_PROBE))


def _let_go(now: datetime) -> None:
    """The mail server works again: what waited for it is due."""
    waiting = TransactionalMail.objects.filter(state=State.DEFERRED, waits_for_relay=True)
    waiting.update(waits_for_relay=False, next_attempt_at=now)


def is_relays_fault(outcome: Outcome) -> bool:
    """Whether the operator or the mail server must act, and not the subscriber. Pure.

    Disputed outcomes are excepted: there it may as well be this one message.
    """
    if outcome.state == "misconfigured":
        return not outcome.disputed
    if outcome.state == "refused":
        return not outcome.is_ours and not outcome.is_hard_bounce and is_about_us(outcome.error)
    return outcome.state == "deferred" and not outcome.is_ours and is_about_relay(outcome.error)


def state_after(outcome: Outcome, attempts: int, age: timedelta) -> TransactionalMail.State:
    """The state of the row after this outcome.

    Args:
        attempts: those that count: without the ones that failed by the mail server's fault.
        age: the time since it was asked for.
    """
    if outcome.state == "accepted":
        return State.SENT
    if is_relays_fault(outcome) or outcome.state == "misconfigured":
        is_over = age > LONGEST_WAIT
    elif outcome.state == "refused":
        return State.FAILED
    else:
        is_over = attempts >= settings.MAX_ATTEMPTS
    if not is_over:
        return State.DEFERRED
    return State.UNCERTAIN if outcome.state == "unknown" else State.FAILED


def _send(transport: Transport, mail: TransactionalMail, now: datetime) -> Outcome:
    if is_suppressed(mail.subscriber):
        return Outcome("refused", error="the address is suppressed")
    if not may_receive(mail.subscriber):
        return Outcome("refused", error="a sample reader gets mail in the local mailbox only")
    try:
        message = build(mail, now)
    except ERRORS_OF_OURS as error:  # the mails that wait behind it must still leave
        return of_building(error)
    [outcome] = transport.send([message])
    if outcome.state == "misconfigured":
        log.error("mail cannot be sent with these settings: %s", outcome.error)
    return outcome
