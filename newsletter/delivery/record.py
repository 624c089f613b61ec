"""Record the outcomes of a burst: in the ledger, on the suppression list, on the edition."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings

from mail.backoff import backoff
from mail.outcome import Outcome
from newsletter.delivery import ledger
from newsletter.delivery.control import pause_on_failures
from newsletter.delivery.types import Result
from newsletter.editions.render import Digest
from newsletter.models import Delivery
from subscribers.models import Suppression
from subscribers.suppress import suppress

State = Delivery.State


def record(
    edition_id: int, fence: UUID, outcomes: Sequence[tuple[Digest, Outcome]], now: datetime
) -> None:
    """Store the outcomes of a burst, and do what follows from them.

    Addresses whose mailbox does not exist are suppressed, and an edition that cannot or should
    not be sent further is paused. Recording the same outcomes again changes nothing. The
    suppression comes first: a process that is killed in between must not lose it.
    """
    for digest, outcome in outcomes:
        if outcome.is_hard_bounce:
            suppress(digest.to, Suppression.Reason.HARD_BOUNCE, detail=outcome.error, now=now)
    results = [
        result_of(digest.reference, outcome, digest.attempts, now) for digest, outcome in outcomes
    ]
    ledger.record_outcomes(edition_id, fence, results, now)
    pause_on_failures(edition_id, [outcome for _, outcome in outcomes], now)


def result_of(delivery_id: int, outcome: Outcome, attempts: int, now: datetime) -> Result:
    """What the ledger stores of this outcome. Pure."""
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
        return State.UNCERTAIN, "the connection broke after the message was transmitted"
    if outcome.state == "misconfigured":
        # The operator's fault, not the recipient's: no number of attempts ends it.
        return State.DEFERRED, "the mail provider's settings are wrong"
    if attempts >= settings.MAX_ATTEMPTS:
        return State.FAILED, f"gave up after {attempts} attempts"
    return State.DEFERRED, "deferred by the receiving server"
