"""What an event means for the address and for the delivery, from values to values."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest

from newsletter.events.rules import (
    WEIGHED_KINDS,
    address_action,
    decisive_event,
    is_of_earlier_try,
    may_change,
    row_state,
)
from newsletter.failures import Reason
from newsletter.models import Delivery, DeliveryEvent
from tests.newsletter.events.conftest import NOW


def event(kind: str, minute: int = 0, **values: object) -> DeliveryEvent:
    at = NOW + timedelta(minutes=minute)
    return DeliveryEvent(pk=minute, kind=kind, occurred_at=at, **values)


@pytest.mark.parametrize(
    ("given", "action"),
    [
        (event("complained"), "complaint"),
        (event("rejected", reject_reason="spam"), "complaint"),
        (event("unsubscribed"), "unsubscribe"),
        (event("rejected", reject_reason="unsubscribed"), "unsubscribe"),
        (event("bounced", is_hard=True), "hard_bounce"),
        (event("bounced", reject_reason="bounced"), ""),
        (event("rejected", reject_reason="blocked"), ""),
        (event("delivered"), ""),
        (event("deferred"), ""),
        (event("failed"), ""),
    ],
)
def test_an_event_suppresses_or_unsubscribes_the_address(given: DeliveryEvent, action: str) -> None:
    assert address_action(given) == action


@pytest.mark.parametrize(
    "kinds",
    [
        ["sent", "delivered"],
        ["delivered", "bounced"],
        ["bounced", "delivered"],
        ["queued", "rejected"],
        ["sent", "delivered", "complained"],
    ],
)
def test_the_last_event_decides_in_whatever_order_they_arrive(kinds: list[str]) -> None:
    events = [event(kind, minute) for minute, kind in enumerate(kinds)]
    assert {decisive_event(order).kind for order in permutations(events)} == {kinds[-1]}


@pytest.mark.parametrize("kind", ["delivered", "bounced", "complained"])
def test_accepted_never_decides_beside_another_event(kind: str) -> None:
    assert decisive_event([event(kind, 0), event("sent", 1)]).kind == kind


def test_of_two_events_at_the_same_time_the_loss_decides() -> None:
    assert decisive_event([event("bounced"), event("delivered")]).kind == "bounced"


def test_every_kind_but_a_delay_has_a_weight() -> None:
    assert set(DeliveryEvent.Kind) - set(WEIGHED_KINDS) == {DeliveryEvent.Kind.DEFERRED}


@pytest.mark.parametrize("kind", WEIGHED_KINDS)
def test_a_delivery_is_sent_or_has_failed_with_a_reason(kind: str) -> None:
    becomes = row_state(event(kind))
    assert becomes.state in ("sent", "failed")
    assert bool(becomes.reason) == (becomes.state == "failed")


@pytest.mark.parametrize(
    ("state", "attempts", "kind", "may"),
    [
        ("uncertain", 1, "delivered", True),
        ("uncertain", 1, "bounced", True),
        ("uncertain", 1, "queued", True),
        ("sent", 1, "bounced", True),
        ("sent", 1, "delivered", False),
        ("sent", 1, "queued", False),
        ("failed", 1, "delivered", True),
        ("failed", 1, "queued", False),
        ("failed", 1, "rejected", False),
        ("queued", 0, "delivered", False),
        ("queued", 1, "delivered", True),
        ("deferred", 2, "bounced", True),
        ("sending", 1, "delivered", False),
        ("skipped", 0, "bounced", False),
    ],
)
def test_an_event_changes_rows_in_some_states_only(
    state: str, attempts: int, kind: str, may: bool
) -> None:
    assert may_change(Delivery(state=state, attempts=attempts), event(kind)) is may


def test_a_delivery_that_was_queued_again_is_not_sent_if_it_arrived_after_all() -> None:
    row = Delivery(state="queued", attempts=0, retried_at=NOW)
    assert may_change(row, event("delivered", -5))


@pytest.mark.parametrize(
    ("kind", "minute", "earlier"),
    [
        ("bounced", -1, True),
        ("rejected", -1, True),
        ("sent", -1, True),
        ("delivered", -1, False),
        ("complained", -1, False),
        ("bounced", 1, False),
        ("delivered", 1, False),
    ],
)
def test_a_loss_from_before_an_operator_s_retry_decides_nothing(
    kind: str, minute: int, earlier: bool
) -> None:
    assert is_of_earlier_try(event(kind, minute), NOW) is earlier
    assert not is_of_earlier_try(event(kind, minute), None)


@pytest.mark.parametrize("kind", ["bounced", "rejected"])
def test_a_refusal_about_the_sender_has_a_reason_of_its_own(kind: str) -> None:
    assert row_state(event(kind, reject_reason="sender")).reason == Reason.BLOCKED
    assert address_action(event(kind, reject_reason="sender")) == ""
