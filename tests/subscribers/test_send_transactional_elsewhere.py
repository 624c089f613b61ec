"""Mails to an address that is not the subscriber's: of a change of address."""

from __future__ import annotations

import pytest
from django.conf import LazySettings

from fakes.smtp_sink import sinking
from subscribers.account.change_address import confirm_change, request_change
from subscribers.consent import RequestOrigin
from subscribers.models import AddressChange, Subscriber, Suppression, TransactionalMail
from subscribers.suppress import is_suppressed, suppress
from tests.factories import NOON, make_subscriber
from tests.mail.smtp.bursts import reply_at
from tests.subscribers.test_send_transactional import send_over

pytestmark = pytest.mark.django_db
OLD, NEW = "ada@old.example", "ada@new.example"
State = TransactionalMail.State


def ask() -> AddressChange:
    request_change(make_subscriber(OLD), NEW, RequestOrigin(), NOON)
    return AddressChange.objects.get()


def test_each_mail_goes_to_its_own_address(settings: LazySettings) -> None:
    with sinking() as server:
        change = ask()
        assert send_over(server, settings) == 1
        confirm_change(change, RequestOrigin(), NOON)
        assert send_over(server, settings) == 1
    assert [mail.to for mail in server.mails] == [NEW, OLD]


def test_a_mailbox_that_does_not_exist_is_suppressed_and_not_its_reader(
    settings: LazySettings,
) -> None:
    ask()
    with sinking(reply_at("RCPT", "550 5.1.1 no such user")) as server:
        send_over(server, settings)
    assert TransactionalMail.objects.get().state == State.FAILED
    assert (is_suppressed(NEW), is_suppressed(OLD)) == (True, False)
    assert Subscriber.objects.get().state == Subscriber.State.ACTIVE


def test_an_address_that_was_suppressed_since_gets_nothing(settings: LazySettings) -> None:
    ask()
    suppress(NEW, Suppression.Reason.COMPLAINT, now=NOON)
    with sinking() as server:
        send_over(server, settings)
    assert server.mails == []
    assert TransactionalMail.objects.get().error == "the address is suppressed"
