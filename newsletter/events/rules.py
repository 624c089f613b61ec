"""What a provider's event means: for the recipient's address, and for the delivery's row. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from newsletter.events.bounces import ABOUT_SENDER
from newsletter.failures import Reason
from newsletter.models import Delivery, DeliveryEvent

Kind = DeliveryEvent.Kind
State = Delivery.State
AddressAction = Literal["", "hard_bounce", "complaint", "unsubscribe"]

# How much a kind says about whether the mail arrived. "Accepted" counts only where there is no
# other event; of two events at the same moment the one of greater weight counts.
_WEIGHTS: Final = {
    Kind.QUEUED: 1,
    Kind.SENT: 1,
    Kind.DELIVERED: 2,
    Kind.UNSUBSCRIBED: 2,  # a recipient who unsubscribes by a mail has received it
    Kind.COMPLAINED: 2,
    Kind.BOUNCED: 3,
    Kind.REJECTED: 3,
    Kind.FAILED: 3,
}
_OF_EVENTS: Final = frozenset(
    (
        *(Reason.NOT_SENT_BY_PROVIDER, Reason.BOUNCED_NO_MAILBOX, Reason.BLOCKED),
        *(Reason.BOUNCED, Reason.REJECTED_BY_PROVIDER),
    )
)
WEIGHED_KINDS: Final = tuple(_WEIGHTS)  # all but DEFERRED, which decides nothing
_LOST: Final = 3
_ACCEPTED: Final = 1


@dataclass(frozen=True, slots=True)
class RowState:
    """The state and the reason that a delivery's row should have."""

    state: Delivery.State
    reason: str = ""


def address_action(event: DeliveryEvent) -> AddressAction:
    """What follows for the address; empty: nothing."""
    if event.kind == Kind.COMPLAINED or event.reject_reason == "spam":
        return "complaint"
    if event.kind == Kind.UNSUBSCRIBED or event.reject_reason == "unsubscribed":
        return "unsubscribe"
    return "hard_bounce" if event.is_hard else ""


def decisive_event(events: Iterable[DeliveryEvent]) -> DeliveryEvent:
    """Of all events of one delivery the one that decides, in whatever order they arrived.

    Args:
        events: at least one, each of a kind in WEIGHED_KINDS.
    """

    def weight(event: DeliveryEvent) -> tuple[object, ...]:
        of_kind = _WEIGHTS[Kind(event.kind)]
        # At last by what it says, and not by when it arrived: any order ends the same.
        same = (str(event.reject_reason), event.is_hard, event.fingerprint)
        return of_kind > _ACCEPTED, event.occurred_at, of_kind, event.kind, *same

    return max(events, key=weight)


def row_state(event: DeliveryEvent) -> RowState:
    """The state of the row that follows from its decisive event."""
    kind = Kind(event.kind)
    if _WEIGHTS[kind] != _LOST:
        return RowState(State.SENT)
    return RowState(State.FAILED, _reason(kind, event))


def _reason(kind: Kind, event: DeliveryEvent) -> Reason:
    if kind == Kind.FAILED:
        return Reason.NOT_SENT_BY_PROVIDER
    if event.is_hard and kind == Kind.BOUNCED:
        return Reason.BOUNCED_NO_MAILBOX
    if event.reject_reason == ABOUT_SENDER:
        return Reason.BLOCKED
    return Reason.BOUNCED if kind == Kind.BOUNCED else Reason.REJECTED_BY_PROVIDER


def is_of_earlier_try(event: DeliveryEvent, retried_at: datetime | None) -> bool:
    """Whether an event is about what was sent before an operator queued the delivery again.

    One that says that it arrived counts all the same: then it must not be sent again.
    """
    if retried_at is None or event.occurred_at >= retried_at:
        return False
    return _WEIGHTS[Kind(event.kind)] in (_LOST, _ACCEPTED)


def may_change(delivery: Delivery, event: DeliveryEvent) -> bool:
    """Whether the decisive event changes a row in this state.

    A row that waits although there is an event of it was sent by a worker that was killed, or
    seems to have been: it must not be sent again. A skipped row has no mail.
    """
    state = delivery.state
    if state in (State.QUEUED, State.DEFERRED):
        return delivery.attempts > 0 or delivery.retried_at is not None
    if state in (State.SENT, State.FAILED):
        becomes = row_state(event)
        # Of two events at one moment the same one decides in any order. What a server said while
        # the mail was sent stays: it is more exact.
        is_other = becomes.reason != delivery.reason and delivery.reason in _OF_EVENTS
        return _WEIGHTS[Kind(event.kind)] != _ACCEPTED and (becomes.state != state or is_other)
    return state == State.UNCERTAIN
