"""Record what became of a burst, and sweep up after workers that died in the middle of one."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from newsletter import queries
from newsletter.models import Delivery
from newsletter.queries import Result
from newsletter.render import Digest
from subscribers.models import Suppression
from subscribers.outcomes import Outcome
from subscribers.suppress import suppress

log = logging.getLogger(__name__)
State = Delivery.State

FIRST_RETRY: Final = timedelta(minutes=5)
LONGEST_RETRY: Final = timedelta(hours=6)
_UNCERTAIN: Final = "the worker died while it was sending; it may have arrived"


def record(
    fence: uuid.UUID,
    attempts: Mapping[int, int],
    burst: Sequence[Digest],
    outcomes: Sequence[Outcome],
    now: datetime,
) -> None:
    """Write one outcome a mail, in one statement. Rows no longer under the fence stay as they are.

    Args:
        attempts: how often each delivery has been tried, this time included.
        outcomes: in the order of `burst`.
    """
    results = [
        result_of(digest.delivery_id, outcome, attempts[digest.delivery_id], now)
        for digest, outcome in zip(burst, outcomes, strict=True)
    ]
    queries.record(fence, results, now)
    for digest, outcome in zip(burst, outcomes, strict=True):
        if outcome.mailbox_gone:
            suppress(digest.to, Suppression.Reason.HARD_BOUNCE, detail=outcome.error, now=now)


def result_of(delivery_id: int, outcome: Outcome, attempts: int, now: datetime) -> Result:
    """What the ledger says after this outcome. Pure."""
    state, reason = _state(outcome, attempts)
    return Result(
        delivery_id=delivery_id,
        state=state,
        reason=reason,
        error=outcome.error,
        provider_id=outcome.provider_id,
        next_attempt_at=now + retry_after(attempts),
    )


def retry_after(attempts: int) -> timedelta:
    """5, 10, 20 … minutes, at most six hours."""
    doublings = min(max(attempts - 1, 0), 10)  # far beyond six hours, and no overflow
    return min(FIRST_RETRY * (1 << doublings), LONGEST_RETRY)


def _state(outcome: Outcome, attempts: int) -> tuple[str, str]:
    if outcome.state == "accepted":
        return State.SENT, ""
    if outcome.state == "refused":
        return State.FAILED, "refused by the receiving server"
    if outcome.state == "unknown":
        return State.UNCERTAIN, "the connection broke after the mail was handed over"
    if outcome.state == "misconfigured":
        # The operator's fault, not the reader's: it waits for as long as it takes.
        log.error("mail cannot be sent with these settings: %s", outcome.error)
        return State.DEFERRED, "the mail provider's settings are wrong"
    if attempts >= settings.MAX_ATTEMPTS:
        return State.FAILED, f"gave up after {attempts} attempts"
    return State.DEFERRED, "the receiving server asked to try later"


def sweep(now: datetime) -> int:
    """End every row whose worker died while sending: `uncertain`, or queued again by policy."""
    if settings.UNCERTAIN_POLICY == "resend":
        return queries.sweep(State.QUEUED, "", now)
    return queries.sweep(State.UNCERTAIN, _UNCERTAIN, now)
