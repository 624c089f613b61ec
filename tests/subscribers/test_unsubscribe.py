"""Unsubscribing, once and for good."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry, Subscriber
from subscribers.unsubscribe import unsubscribe
from tests.factories import make_subscriber

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ORIGIN = RequestOrigin(ip="192.0.2.0", user_agent="Lynx")
State = Subscriber.State
Step = ConsentEntry.Step


@pytest.mark.parametrize("state", [State.ACTIVE, State.PENDING])
def test_an_unsubscribed_subscriber_is_due_no_more(state: str) -> None:
    due_at = NOW if state == State.ACTIVE else None
    subscriber = make_subscriber(state=state, next_send_at=due_at)
    assert unsubscribe(subscriber, step=Step.UNSUBSCRIBED, origin=ORIGIN, now=NOW)
    subscriber.refresh_from_db()
    assert (subscriber.state, subscriber.next_send_at) == (State.UNSUBSCRIBED, None)
    assert subscriber.unsubscribed_at == NOW


def test_unsubscribing_twice_is_recorded_once() -> None:
    subscriber = make_subscriber()
    assert unsubscribe(subscriber, step=Step.ONE_CLICK, origin=ORIGIN, now=NOW)
    later = NOW + timedelta(days=1)
    assert not unsubscribe(subscriber, step=Step.UNSUBSCRIBED, origin=ORIGIN, now=later)
    entry = ConsentEntry.objects.get()
    assert (entry.step, entry.at, entry.ip) == (Step.ONE_CLICK, NOW, "192.0.2.0")
    assert subscriber.unsubscribed_at == NOW


def test_a_suppressed_subscriber_stays_suppressed() -> None:
    subscriber = make_subscriber(state=State.SUPPRESSED)
    assert not unsubscribe(subscriber, step=Step.ONE_CLICK, origin=ORIGIN, now=NOW)
    subscriber.refresh_from_db()
    assert (subscriber.state, subscriber.unsubscribed_at) == (State.SUPPRESSED, None)
    assert not ConsentEntry.objects.exists()


def test_a_subscriber_erased_a_moment_ago_needs_no_change() -> None:
    subscriber = make_subscriber()
    Subscriber.objects.all().delete()
    assert not unsubscribe(subscriber, step=Step.ONE_CLICK, origin=ORIGIN, now=NOW)
    assert not ConsentEntry.objects.exists()


def test_other_subscribers_stay_active() -> None:
    subscriber, other = make_subscriber(), make_subscriber(next_send_at=NOW)
    unsubscribe(subscriber, step=Step.ONE_CLICK, origin=ORIGIN, now=NOW)
    other.refresh_from_db()
    assert (other.state, other.next_send_at, other.unsubscribed_at) == (State.ACTIVE, NOW, None)
