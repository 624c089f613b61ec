"""Record the outcomes of a burst: in the ledger, on the suppression list, on the edition."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from mail.backoff import backoff
from mail.outcome import Outcome
from newsletter.delivery import ledger
from newsletter.delivery.pause import pause_on_failures
from newsletter.delivery.types import Burst, Result
from newsletter.editions.reasons import NOT_RENDERED
from newsletter.editions.render import Digest
from newsletter.failures import Reason, gave_up
from newsletter.models import Delivery
from subscribers.models import Suppression
from subscribers.suppress import suppress

State = Delivery.State
Outcomes = Sequence[tuple[Digest, Outcome]]


def record(edition_id: int, fence: UUID, outcomes: Outcomes, now: datetime) -> None:
    """Store the outcomes of a burst, and do what follows from them. May be repeated.

    Addresses whose mailbox does not exist are suppressed, and an edition that cannot or should
    not be sent further is paused.
    """
    ledger.record_outcomes(edition_id, fence, _results(edition_id, outcomes, now), now)


def record_and_mark(
    edition_id: int, fence: UUID, outcomes: Outcomes, burst: Burst, now: datetime
) -> set[int]:
    """Record a burst and mark the next one, in one commit; returns the ids that are marked.

    May be repeated: the answer to a commit can get lost.
    """
    until = now + timedelta(seconds=settings.LEASE_SECONDS)
    finished = _results(edition_id, outcomes, now)
    return ledger.mark_sending(edition_id, fence, burst, until, finished=finished, now=now)


def _results(edition_id: int, outcomes: Outcomes, now: datetime) -> list[Result]:
    """What the ledger stores, once addresses are suppressed and the edition is paused."""
    for digest, outcome in outcomes:
        if outcome.is_hard_bounce:
            suppress(digest.to, Suppression.Reason.HARD_BOUNCE, detail=outcome.error, now=now)
    pause_on_failures(edition_id, [outcome for _, outcome in outcomes], now)
    return [
        result_of(digest.reference, outcome, digest.attempts, now) for digest, outcome in outcomes
    ]


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
    if outcome.is_ours:
        is_over = outcome.state == "refused" or attempts >= settings.MAX_ATTEMPTS
        return (State.FAILED if is_over else State.DEFERRED), NOT_RENDERED
    if outcome.state == "refused":
        return State.FAILED, Reason.REFUSED
    if outcome.state == "unknown":
        return State.UNCERTAIN, "the connection broke after the message was transmitted"
    if outcome.state == "misconfigured":
        # The operator's fault, not the recipient's: no number of attempts ends it.
        return State.DEFERRED, "the mail provider's settings are wrong"
    if attempts >= settings.MAX_ATTEMPTS:
        return State.FAILED, gave_up(outcome.error)
    return State.DEFERRED, "deferred by the receiving server"
