"""What a provider's report means: for the reader's address, and for the row of the mail. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from newsletter.models import Delivery, DeliveryEvent

Kind = DeliveryEvent.Kind
State = Delivery.State
Consequence = Literal["", "hard_bounce", "complaint", "unsubscribe"]

# How much a kind says of whether the mail arrived. "Accepted" is only heard where nothing else
# is; of two that happened in the same moment the last one counts.
_WEIGHTS: Final = {
    Kind.QUEUED: 1,
    Kind.SENT: 1,
    Kind.DELIVERED: 2,
    Kind.UNSUBSCRIBED: 2,  # who leaves by a mail has it
    Kind.COMPLAINED: 2,
    Kind.BOUNCED: 3,
    Kind.REJECTED: 3,
    Kind.FAILED: 3,
}
TELLING: Final = tuple(_WEIGHTS)
_LOST: Final = 3
_ACCEPTED: Final = 1
# Few and fixed: the counters tell the failed by reason.
_REASONS: Final = {
    Kind.REJECTED: "rejected by the mail provider",
    Kind.FAILED: "the mail provider could not send it",
}


@dataclass(frozen=True, slots=True)
class RowState:
    """What a row of the ledger shall say."""

    state: Delivery.State
    reason: str = ""


def address_action(report: DeliveryEvent) -> Consequence:
    """What becomes of the address."""
    if report.kind == Kind.COMPLAINED or report.reject_reason == "spam":
        return "complaint"
    if report.kind == Kind.UNSUBSCRIBED or report.reject_reason == "unsubscribed":
        return "unsubscribe"
    return "hard_bounce" if report.is_hard else ""


def decisive_event(reports: Iterable[DeliveryEvent]) -> DeliveryEvent:
    """Of all reports of one mail the one that counts, in whatever order they came.

    Args:
        reports: at least one, each of a kind in TELLING.
    """

    def weight(report: DeliveryEvent) -> tuple[object, ...]:
        says = _WEIGHTS[Kind(report.kind)]
        return says > _ACCEPTED, report.occurred_at, says, report.pk

    return max(reports, key=weight)


def row_state(report: DeliveryEvent) -> RowState:
    """What the row says after this last word."""
    kind = Kind(report.kind)
    if _WEIGHTS[kind] != _LOST:
        return RowState(State.SENT)
    if kind == Kind.BOUNCED:
        gone = "there is no such mailbox" if report.is_hard else "the mailbox did not take it"
        return RowState(State.FAILED, f"bounced: {gone}")
    return RowState(State.FAILED, _REASONS[kind])


def may_change(state: str, attempts: int, report: DeliveryEvent) -> bool:
    """Whether a report has anything to say of a row in this state.

    A row that waits has been sent by a worker that died (or so it seems) if there is a report
    of it: it must not be sent again. One that was skipped has no mail.
    """
    if state in (State.QUEUED, State.DEFERRED):
        return attempts > 0
    if state in (State.SENT, State.FAILED):
        return _WEIGHTS[Kind(report.kind)] != _ACCEPTED and row_state(report).state != state
    return state == State.UNCERTAIN
