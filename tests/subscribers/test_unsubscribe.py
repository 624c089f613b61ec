"""Unsubscribing, once and for good."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import LazySettings

from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry, Subscriber, Suppression
from subscribers.suppress import suppress
from subscribers.unsubscribe import unsubscribe
from tests.factories import make_mail, make_subscriber

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


# ── the mail about it ────────────────────────────────────────────────────────


def goodbyes(subscriber: Subscriber) -> int:
    return subscriber.mails.filter(kind="goodbye").count()


@pytest.mark.parametrize("step", [Step.UNSUBSCRIBED, Step.ONE_CLICK])
def test_one_mail_says_goodbye_for_each_unsubscription(step: ConsentEntry.Step) -> None:
    subscriber = make_subscriber()
    for _ in range(2):
        unsubscribe(subscriber, step=step, origin=ORIGIN, now=NOW)
    assert goodbyes(subscriber) == 1
    mail = subscriber.mails.get()
    assert (mail.state, mail.next_attempt_at, mail.address) == ("queued", NOW, subscriber.email)


def test_who_never_confirmed_gets_no_further_mail() -> None:
    subscriber = make_subscriber(state=State.PENDING)
    unsubscribe(subscriber, step=Step.UNSUBSCRIBED, origin=ORIGIN, now=NOW)
    assert goodbyes(subscriber) == 0


def test_no_goodbye_is_mailed_where_it_is_switched_off(settings: LazySettings) -> None:
    settings.GOODBYE_MAIL = False
    subscriber = make_subscriber()
    make_mail(subscriber, "welcome")
    unsubscribe(subscriber, step=Step.UNSUBSCRIBED, origin=ORIGIN, now=NOW)
    assert not subscriber.mails.exists()  # a welcome that waited is untrue too


def test_no_goodbye_is_mailed_where_the_reader_did_not_ask_us() -> None:
    subscriber = make_subscriber()
    step = Step.UNSUBSCRIBED
    assert unsubscribe(subscriber, step=step, origin=ORIGIN, now=NOW, says_goodbye=False)
    assert goodbyes(subscriber) == 0


def test_no_goodbye_is_mailed_to_an_address_that_must_get_no_mail() -> None:
    suppressed, listed = make_subscriber(state=State.SUPPRESSED), make_subscriber()
    suppress(listed, Suppression.Reason.COMPLAINT, now=NOW)
    listed.state = State.ACTIVE
    listed.save()  # its hash alone is enough
    for subscriber in (suppressed, listed):
        unsubscribe(subscriber, step=Step.ONE_CLICK, origin=ORIGIN, now=NOW)
        assert goodbyes(subscriber) == 0
