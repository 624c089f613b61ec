"""Record the outcomes of a burst: in the ledger, on the suppression list, on the edition."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from django.conf import settings

from mail.backoff import backoff, spread
from mail.outcome import Outcome, private
from mail.relay import reason_of
from newsletter.delivery import ledger
from newsletter.delivery.pause import pause_on_failures
from newsletter.delivery.types import Burst, Result
from newsletter.editions.reasons import NOT_RENDERED
from newsletter.failures import Reason, gave_up
from newsletter.models import Delivery
from subscribers.models import Suppression
from subscribers.suppress import suppress

State = Delivery.State


class Attempted(Protocol):
    """What is recorded of a message besides its outcome: its delivery's id and its recipient."""

    @property
    def reference(self) -> int: ...

    @property
    def to(self) -> str: ...

    @property
    def attempts(self) -> int: ...


Outcomes = Sequence[tuple[Attempted, Outcome]]


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
    """What the ledger stores, once addresses are suppressed and the edition is paused.

    No reader's address is stored: a server's answer may name it.
    """
    ours = settings.MAIL_DOMAIN
    outcomes = [(message, private(outcome, message.to, ours=ours)) for message, outcome in outcomes]
    for message, outcome in outcomes:
        if outcome.is_hard_bounce and message.to:
            suppress(message.to, Suppression.Reason.HARD_BOUNCE, detail=outcome.error, now=now)
    pause_on_failures(edition_id, [outcome for _, outcome in outcomes], now)
    return [
        result_of(message.reference, outcome, message.attempts, now)
        for message, outcome in outcomes
    ]


def result_of(delivery_id: int, outcome: Outcome, attempts: int, now: datetime) -> Result:
    """What the ledger stores of this outcome. Pure."""
    if outcome.state == "accepted":  # nearly always
        return Result(delivery_id, State.SENT, "", "", outcome.provider_id, now)
    state, reason = _state(outcome, attempts)
    pause = backoff(attempts, outcome.retry_after)
    return Result(
        delivery_id=delivery_id,
        state=state,
        reason=reason,
        error=outcome.error,
        provider_id=outcome.provider_id,
        next_attempt_at=now + pause,
        spread=spread(pause),
        is_counted=outcome.is_counted,
    )


def _state(outcome: Outcome, attempts: int) -> tuple[str, str]:
    if outcome.is_ours:
        is_over = outcome.state == "refused" or attempts >= settings.MAX_ATTEMPTS
        return (State.FAILED if is_over else State.DEFERRED), NOT_RENDERED
    if outcome.state == "refused":
        return State.FAILED, Reason.REFUSED
    if outcome.state == "unknown":
        return State.UNCERTAIN, "the connection broke after the message was transmitted"
    # Where it is not the recipient's fault, no number of attempts ends it.
    if outcome.is_counted and attempts >= settings.MAX_ATTEMPTS:
        return State.FAILED, gave_up(outcome.error)
    return State.DEFERRED, _reason(outcome)


def _reason(outcome: Outcome) -> str:
    """Why it waits for another attempt."""
    if outcome.cause == "server":
        return reason_of(outcome)
    if outcome.cause == "us":
        return "refused because of us, not of this reader"
    if outcome.state == "misconfigured":
        return "the mail provider's settings are wrong"
    if outcome.disputed:
        return "refused before any mail was accepted: it is tried again"
    return "deferred by the receiving server"
