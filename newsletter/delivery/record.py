"""What becomes of a mail: from outcome to ledger, and after workers that died in between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.conf import settings

from mail.backoff import backoff
from mail.message import Message
from mail.outcome import Outcome
from newsletter.delivery.control import pause_on_failures
from newsletter.delivery.ledger import Result
from newsletter.models import Delivery
from subscribers.models import Suppression
from subscribers.suppress import suppress

State = Delivery.State


def conclude(
    edition_id: int,
    settled: Sequence[tuple[Message, Outcome]],
    attempts: Mapping[int, int],
    now: datetime,
) -> list[Result]:
    """What the ledger shall say of these mails, and what follows beyond it.

    Mailboxes that are gone are suppressed, and an edition that cannot or should not go on
    is paused. `attempts` are by the delivery's id, this one included.
    """
    for mail, outcome in settled:
        if outcome.is_hard_bounce:
            suppress(mail.to, Suppression.Reason.HARD_BOUNCE, detail=outcome.error, now=now)
    pause_on_failures(edition_id, [outcome for _, outcome in settled], now)
    return [
        result_of(mail.reference, outcome, attempts[mail.reference], now)
        for mail, outcome in settled
    ]


def result_of(delivery_id: int, outcome: Outcome, attempts: int, now: datetime) -> Result:
    """What the ledger says after this outcome. Pure."""
    if outcome.state == "accepted":  # nearly always
        return Result(delivery_id, State.SENT, "", "", outcome.provider_id, now)
    state, reason = _state(outcome, attempts)
    return Result(
        delivery_id=delivery_id,
        state=state,
        reason=reason,
        error=outcome.error,
        provider_id=outcome.provider_id,
        next_attempt_at=now + backoff(attempts, outcome.retry_after),
    )


def _state(outcome: Outcome, attempts: int) -> tuple[str, str]:
    if outcome.state == "refused":
        return State.FAILED, "refused by the receiving server"
    if outcome.state == "unknown":
        return State.UNCERTAIN, "the connection broke after the mail was handed over"
    if outcome.state == "misconfigured":
        # The operator's fault, not the reader's: it waits for as long as it takes.
        return State.DEFERRED, "the mail provider's settings are wrong"
    if attempts >= settings.MAX_ATTEMPTS:
        return State.FAILED, f"gave up after {attempts} attempts"
    return State.DEFERRED, "the receiving server asked to try later"
