"""Mail to an address again: who is told, and who is not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from subscribers.models import Subscriber, Suppression, TransactionalMail
from subscribers.single_mails.allow_again import allow_again
from subscribers.single_mails.notices import is_by_service
from subscribers.suppress import is_suppressed, suppress
from tests.factories import NOON, make_subscriber

pytestmark = pytest.mark.django_db
Reason = Suppression.Reason
DAY = timedelta(days=1)


def make_suppressed(reason: Suppression.Reason, **values: Any) -> Subscriber:
    values = {"confirmed_at": NOON - 9 * DAY, **values}
    reader = make_subscriber("ada@example.com", **values)
    suppress(reader, reason, now=NOON)
    return reader


@pytest.mark.parametrize("reason", [Reason.SOFT_BOUNCES, Reason.HARD_BOUNCE])
@pytest.mark.parametrize("left", [None, NOON - 20 * DAY])
def test_a_reader_whose_mails_came_back_is_mailed_a_way_to_go_on(
    reason: Suppression.Reason, left: Any
) -> None:
    reader = make_suppressed(reason, unsubscribed_at=left)
    assert allow_again("ada@example.com", NOON)
    mail = TransactionalMail.objects.get()
    assert (mail.subscriber, is_by_service(mail)) == (reader, True)
    assert not is_suppressed("ada@example.com")
    assert mail.subscriber.state == "unsubscribed"


@pytest.mark.parametrize("reason", [Reason.COMPLAINT, Reason.READER, Reason.OPERATOR])
def test_who_wanted_no_mail_or_is_an_operators_case_is_mailed_nothing(
    reason: Suppression.Reason,
) -> None:
    make_suppressed(reason)
    assert not allow_again("ada@example.com", NOON)
    assert not is_suppressed("ada@example.com")
    assert not TransactionalMail.objects.exists()


@pytest.mark.parametrize(
    "values",
    [
        {"confirmed_at": None},
        {"unsubscribed_at": NOON - DAY},
        {"is_sample": True},
    ],
)
def test_who_got_no_digests_before_is_mailed_nothing(values: dict[str, Any]) -> None:
    make_suppressed(Reason.HARD_BOUNCE, **values)
    assert not allow_again("ada@example.com", NOON)
    assert not TransactionalMail.objects.exists()


def test_an_address_without_a_subscriber_is_only_allowed() -> None:
    suppress("ada@example.com", Reason.HARD_BOUNCE, now=NOON)
    assert not allow_again("ada@example.com", NOON)
    assert not is_suppressed("ada@example.com")


def test_an_address_that_was_not_suppressed_changes_nothing() -> None:
    reader = make_subscriber("ada@example.com", confirmed_at=NOON)
    assert not allow_again("ada@example.com", NOON)
    reader.refresh_from_db()
    assert reader.state == "active"
