"""Sign-ups that were not confirmed are deleted with all that was stored of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from subscribers import consent
from subscribers.addresses import address_hash
from subscribers.consent import RequestOrigin
from subscribers.mail_limits import wait_for_mailbox
from subscribers.models import (
    AddressChange,
    ConsentEntry,
    Subscriber,
    Suppression,
    TransactionalMail,
)
from subscribers.privacy import erase
from subscribers.privacy.unconfirmed import delete_unconfirmed
from subscribers.signup import sign_up
from subscribers.suppress import is_suppressed, suppress
from tests.factories import NOON, make_mail, make_subscriber

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
ADA = "ada@example.com"
FAR = NOON + 365 * DAY  # no limit of time


def sign_up_at(moment: datetime, email: str = ADA, **mail: Any) -> Subscriber:
    """A sign-up whose mail was sent at once, or as `mail` says."""
    sign_up(email, {"keywords": ["diffusion"]}, RequestOrigin(ip="192.0.2.0"), moment)
    found = Subscriber.objects.get(email=email)
    Subscriber.objects.filter(pk=found.pk).update(created_at=moment)
    sent = {"state": "sent", "sent_at": moment, "next_attempt_at": moment}
    found.mails.update(**{**sent, **mail})
    return found


def delete(now: datetime = NOON) -> bool:
    return delete_unconfirmed(now, FAR, lambda: now)


def test_an_old_sign_up_is_deleted_with_its_mail_and_its_steps() -> None:
    sign_up_at(NOON - 31 * DAY)
    assert delete() is True
    assert not Subscriber.objects.exists()
    assert not TransactionalMail.objects.exists()
    assert not ConsentEntry.objects.exists()


def test_a_younger_sign_up_stays() -> None:
    sign_up_at(NOON - 29 * DAY)
    delete()
    assert Subscriber.objects.get().email == ADA
    assert ConsentEntry.objects.count() == 1


def test_the_days_are_those_of_the_setting(settings: Settings) -> None:
    settings.UNCONFIRMED_DAYS = 7
    sign_up_at(NOON - 8 * DAY)
    delete()
    assert not Subscriber.objects.exists()


def test_a_sign_up_stays_while_its_link_works(settings: Settings) -> None:
    settings.UNCONFIRMED_DAYS, settings.CONFIRM_DAYS = 7, 14
    sign_up_at(NOON - 13 * DAY)
    delete()
    assert Subscriber.objects.count() == 1
    delete(NOON + 2 * DAY)
    assert Subscriber.objects.count() == 0


@pytest.mark.parametrize("state", ["active", "unsubscribed", "suppressed"])
def test_no_other_state_is_deleted(state: str) -> None:
    Subscriber.objects.filter(pk=sign_up_at(NOON - 99 * DAY).pk).update(state=state)
    delete()
    assert Subscriber.objects.get().state == state


@pytest.mark.parametrize("state", ["queued", "sending", "deferred"])
def test_a_sign_up_whose_mail_waits_for_a_mail_server_stays(state: str) -> None:
    sign_up_at(NOON - 99 * DAY, state=state, sent_at=None)
    delete()
    assert Subscriber.objects.count() == 1


@pytest.mark.parametrize("state", ["failed", "uncertain"])
def test_a_sign_up_whose_mail_was_given_up_is_deleted(state: str) -> None:
    sign_up_at(NOON - 99 * DAY, state=state, sent_at=None)
    delete()
    assert Subscriber.objects.count() == 0


def test_a_mail_that_left_late_counts_from_then() -> None:
    sign_up_at(NOON - 40 * DAY, sent_at=NOON - 29 * DAY)
    delete()
    assert Subscriber.objects.count() == 1


def test_who_asked_again_lately_stays() -> None:
    sign_up_at(NOON - 99 * DAY)
    sign_up(ADA, {}, RequestOrigin(), NOON - 2 * DAY)
    TransactionalMail.objects.update(state="failed", next_attempt_at=NOON - 99 * DAY)
    delete()
    assert Subscriber.objects.count() == 1


def test_the_suppressions_stay() -> None:
    sign_up_at(NOON - 99 * DAY)
    suppress("bob@example.com", Suppression.Reason.COMPLAINT, now=NOON)
    suppress(ADA, Suppression.Reason.COMPLAINT, now=NOON)
    Subscriber.objects.update(state="pending")
    delete()
    assert is_suppressed(ADA)
    assert Suppression.objects.count() == 2


def test_the_steps_of_an_earlier_subscription_stay() -> None:
    former = make_subscriber(ADA)
    step = ConsentEntry.Step.CONFIRMED
    consent.record(step, email=ADA, subscriber=former, origin=RequestOrigin(), now=NOON - 400 * DAY)
    erase(former)
    sign_up_at(NOON - 99 * DAY)
    delete()
    assert [(one.step, one.address_hash) for one in ConsentEntry.objects.all()] == [
        ("confirmed", address_hash(ADA))
    ]


def test_links_that_were_asked_for_before_go_with_it() -> None:
    consent.record(
        ConsentEntry.Step.LINK,
        email=ADA,
        subscriber=None,
        origin=RequestOrigin(),
        now=NOON - 100 * DAY,
    )
    sign_up_at(NOON - 99 * DAY)
    delete()
    assert not ConsentEntry.objects.exists()


def test_the_steps_of_others_stay() -> None:
    sign_up_at(NOON - 99 * DAY)
    other = sign_up_at(NOON - 2 * DAY, "bob@example.com")
    delete()
    assert [one.subscriber for one in ConsentEntry.objects.all()] == [other]


def test_an_address_that_another_reader_moves_to_stays_until_the_move_has_ended() -> None:
    reader = make_subscriber("old@example.com")
    sign_up_at(NOON - 99 * DAY)
    move = AddressChange.objects.create(
        subscriber=reader, old_email=reader.email, new_email=ADA, requested_at=NOON
    )
    make_mail(reader, "address", recipient=ADA, address_change=move)
    delete()
    assert Subscriber.objects.filter(email=ADA).exists()
    assert AddressChange.objects.get() == move
    move.delete()
    delete()
    assert not Subscriber.objects.filter(email=ADA).exists()


def test_it_stops_in_time_and_says_that_more_are_left() -> None:
    for name in ("ada", "bob", "eve"):
        sign_up_at(NOON - 99 * DAY, f"{name}@example.com")
    moments = iter([NOON, NOON + DAY])
    assert delete_unconfirmed(NOON, NOON + DAY, lambda: next(moments)) is False
    assert Subscriber.objects.count() == 2
    assert delete() is True
    assert Subscriber.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_who_signs_up_again_at_that_moment_stays() -> None:
    sign_up_at(NOON - 99 * DAY)

    def delete_in_a_thread() -> None:
        try:
            delete()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            wait_for_mailbox(ADA)
            deleting = thread.submit(delete_in_a_thread)
            sign_up(ADA, {}, RequestOrigin(), NOON)
        deleting.result(timeout=20)
    assert Subscriber.objects.get().email == ADA
    assert ConsentEntry.objects.count() == 2
