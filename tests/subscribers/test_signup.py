"""Asking for the digest: the same for everyone to see, and never more than a request."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection

from subscribers.addresses import address_hash
from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry, Subscriber, Suppression, TransactionalMail
from subscribers.signup import REQUESTS_A_DAY, sign_up
from subscribers.suppress import suppress
from tests.factories import NOON, make_subscriber

pytestmark = pytest.mark.django_db
ADA = "ada@example.com"
ORIGIN = RequestOrigin(ip="192.0.2.0", user_agent="Lynx")
State = Subscriber.State
DRAFT = {"cadence": "daily", "hour": 6}


def mails() -> list[tuple[str, dict[str, object]]]:
    return list(TransactionalMail.objects.order_by("id").values_list("kind", "draft"))


def test_a_new_reader_is_pending_and_is_mailed_a_link() -> None:
    sign_up(ADA, DRAFT, ORIGIN, NOON)
    reader = Subscriber.objects.get(email=ADA)
    assert (reader.state, reader.next_send_at) == (State.PENDING, None)
    assert mails() == [("confirm", DRAFT)]
    mail = reader.mails.get()
    assert (mail.state, mail.next_attempt_at) == ("queued", NOON)


def test_the_request_is_written_down() -> None:
    sign_up(ADA, DRAFT, ORIGIN, NOON)
    entry = ConsentEntry.objects.get()
    assert (entry.step, entry.at, entry.ip) == (ConsentEntry.Step.REQUESTED, NOON, "192.0.2.0")
    assert entry.address_hash == address_hash(ADA)
    assert entry.detail == {"choices": DRAFT}


def test_choices_typed_with_an_address_change_no_reader() -> None:
    reader = make_subscriber(ADA, next_send_at=NOON)
    sign_up(ADA, DRAFT, ORIGIN, NOON)
    reader.refresh_from_db()
    assert (reader.state, reader.cadence, reader.hour) == (State.ACTIVE, "weekly", 8)
    assert reader.next_send_at == NOON


def test_an_active_reader_is_mailed_the_link_to_their_preferences() -> None:
    make_subscriber(ADA)
    sign_up(ADA, DRAFT, ORIGIN, NOON)
    assert mails() == [("manage", {})]


@pytest.mark.parametrize("state", [State.PENDING, State.UNSUBSCRIBED])
def test_who_waits_or_has_left_is_asked_to_confirm(state: str) -> None:
    make_subscriber(ADA, state=state)
    sign_up(ADA, {}, ORIGIN, NOON)
    assert mails() == [("confirm", {})]
    assert Subscriber.objects.get().state == state


def test_a_suppressed_reader_is_mailed_nothing() -> None:
    suppress(make_subscriber(ADA), Suppression.Reason.COMPLAINT, now=NOON)
    sign_up(ADA, {}, ORIGIN, NOON)
    assert mails() == []
    assert Subscriber.objects.get().state == State.SUPPRESSED


def test_a_suppressed_address_makes_no_reader() -> None:
    suppress(ADA, Suppression.Reason.COMPLAINT, now=NOON)
    sign_up(ADA, {}, ORIGIN, NOON)
    assert not Subscriber.objects.exists()
    assert mails() == []


def test_an_address_gets_three_mails_a_day_at_most() -> None:
    for hour in range(10):
        sign_up(ADA, {}, ORIGIN, NOON + timedelta(hours=hour))
    assert len(mails()) == REQUESTS_A_DAY
    assert ConsentEntry.objects.count() == REQUESTS_A_DAY
    sign_up(ADA, {}, ORIGIN, NOON + timedelta(hours=24))
    assert len(mails()) == REQUESTS_A_DAY + 1


def test_an_active_reader_cannot_be_flooded_either() -> None:
    make_subscriber(ADA)
    for _ in range(10):
        sign_up(ADA, {}, ORIGIN, NOON)
    assert len(mails()) == REQUESTS_A_DAY


def test_one_address_s_limit_is_not_another_s() -> None:
    for number in range(5):
        sign_up(f"reader{number}@example.com", {}, ORIGIN, NOON)
    assert len(mails()) == 5


@pytest.mark.django_db(transaction=True)
def test_sign_ups_at_the_same_moment_keep_the_limit() -> None:
    def ask() -> None:
        try:
            sign_up(ADA, {}, ORIGIN, NOON)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Subscriber.objects.count() == 1
    assert len(mails()) == REQUESTS_A_DAY
