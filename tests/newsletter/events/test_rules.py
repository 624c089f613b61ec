"""What a report means, from values to values."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest

from newsletter.events.rules import TELLING, address_action, decisive_event, may_change, row_state
from newsletter.models import DeliveryEvent
from tests.newsletter.events.conftest import NOW


def said(kind: str, minute: int = 0, **values: object) -> DeliveryEvent:
    at = NOW + timedelta(minutes=minute)
    return DeliveryEvent(pk=minute, kind=kind, occurred_at=at, **values)


@pytest.mark.parametrize(
    ("report", "follows"),
    [
        (said("complained"), "complaint"),
        (said("rejected", reject_reason="spam"), "complaint"),
        (said("unsubscribed"), "unsubscribe"),
        (said("rejected", reject_reason="unsubscribed"), "unsubscribe"),
        (said("bounced", is_hard=True), "hard_bounce"),
        (said("bounced", reject_reason="bounced"), ""),
        (said("rejected", reject_reason="blocked"), ""),
        (said("delivered"), ""),
        (said("deferred"), ""),
        (said("failed"), ""),
    ],
)
def test_what_follows_for_the_address(report: DeliveryEvent, follows: str) -> None:
    assert address_action(report) == follows


@pytest.mark.parametrize(
    "story",
    [
        ["sent", "delivered"],
        ["delivered", "bounced"],
        ["bounced", "delivered"],
        ["queued", "rejected"],
        ["sent", "delivered", "complained"],
    ],
)
def test_the_last_word_is_the_same_in_every_order(story: list[str]) -> None:
    reports = [said(kind, minute) for minute, kind in enumerate(story)]
    assert {decisive_event(order).kind for order in permutations(reports)} == {story[-1]}


@pytest.mark.parametrize("kind", ["delivered", "bounced", "complained"])
def test_accepted_is_no_last_word_even_when_it_is_dated_later(kind: str) -> None:
    assert decisive_event([said(kind, 0), said("sent", 1)]).kind == kind


def test_of_two_in_one_moment_the_loss_counts() -> None:
    assert decisive_event([said("bounced"), said("delivered")]).kind == "bounced"


def test_every_kind_but_a_delay_tells() -> None:
    assert set(DeliveryEvent.Kind) - set(TELLING) == {DeliveryEvent.Kind.DEFERRED}


@pytest.mark.parametrize("kind", TELLING)
def test_a_mail_is_sent_or_has_failed_with_a_reason(kind: str) -> None:
    says = row_state(said(kind))
    assert says.state in ("sent", "failed")
    assert bool(says.reason) == (says.state == "failed")


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
def test_what_a_report_may_change(state: str, attempts: int, kind: str, may: bool) -> None:
    assert may_change(state, attempts, said(kind)) is may
