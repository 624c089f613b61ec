"""Notices: queued once, with the act, and taken back by the next one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction

from subscribers.models import Subscriber, Suppression, TransactionalMail
from subscribers.single_mails.notices import (
    BOUNCES,
    drop_notices,
    is_by_service,
    is_true,
    queue_notice,
)
from subscribers.suppress import suppress
from tests.factories import NOON, make_mail, make_subscriber

pytestmark = pytest.mark.django_db
Kind = TransactionalMail.Kind
State = Subscriber.State


def mails() -> list[tuple[str, str]]:
    return list(TransactionalMail.objects.order_by("id").values_list("kind", "state"))


def test_a_notice_is_due_at_once_and_says_what_it_is_about() -> None:
    ada = make_subscriber()
    assert queue_notice(ada, Kind.PAUSED, NOON, about={"because": BOUNCES})
    mail = TransactionalMail.objects.get()
    assert (mail.subscriber, mail.kind, mail.next_attempt_at) == (ada, "paused", NOON)
    assert is_by_service(mail)


def test_a_later_notice_replaces_one_that_waits() -> None:
    ada = make_subscriber()
    queue_notice(ada, Kind.WELCOME, NOON)
    queue_notice(ada, Kind.PAUSED, NOON)
    assert mails() == [("paused", "queued")]


def test_only_notices_that_wait_are_taken_back_and_only_those_of_this_reader() -> None:
    ada, bob = make_subscriber(), make_subscriber()
    for state in ("queued", "deferred", "sending", "sent", "uncertain", "failed"):
        make_mail(ada, "goodbye", state=state)
    make_mail(ada, "link")
    make_mail(bob, "goodbye")
    drop_notices(ada)
    assert mails() == [
        *(("goodbye", state) for state in ("sending", "sent", "uncertain", "failed")),
        ("link", "queued"),
        ("goodbye", "queued"),
    ]


def test_a_sample_reader_gets_none() -> None:
    assert not queue_notice(make_subscriber(is_sample=True), Kind.GOODBYE, NOON)
    assert mails() == []


def test_an_address_that_must_get_no_mail_gets_none() -> None:
    ada, bob = make_subscriber("ada@example.com"), make_subscriber("bob@example.com")
    suppress(ada, Suppression.Reason.COMPLAINT, now=NOON)
    ada.refresh_from_db()
    suppress("bob@example.com", Suppression.Reason.COMPLAINT, now=NOON)
    bob.state = State.ACTIVE  # its hash alone is enough
    assert not queue_notice(ada, Kind.GOODBYE, NOON)
    assert not queue_notice(bob, Kind.GOODBYE, NOON)


@pytest.mark.parametrize("kind", ["confirm", "paused"])
def test_a_mailbox_with_three_mails_in_a_day_gets_none(kind: str) -> None:
    make_mail(make_subscriber("ada+1@example.com"), kind, state="sent", sent_at=NOON)
    ada = make_subscriber("ada@example.com")
    for _ in range(2):
        make_mail(ada, kind, state="sent", sent_at=NOON)
    assert not queue_notice(ada, Kind.PAUSED, NOON + timedelta(hours=23))
    assert queue_notice(ada, Kind.PAUSED, NOON + timedelta(hours=25))


@transaction.atomic
def _queue_and_fail(reader: Subscriber) -> None:
    queue_notice(reader, Kind.GOODBYE, NOON)
    raise RuntimeError


def test_it_is_queued_with_the_act_or_not_at_all() -> None:
    ada = make_subscriber()
    with pytest.raises(RuntimeError):
        _queue_and_fail(ada)
    assert mails() == []


FRIDAY = date(2025, 3, 21)


@pytest.mark.parametrize(
    ("kind", "draft", "reader", "is_so"),
    [
        ("welcome", {}, {"state": State.ACTIVE}, True),
        ("welcome", {}, {"state": State.UNSUBSCRIBED}, False),
        ("goodbye", {}, {"state": State.UNSUBSCRIBED}, True),
        ("goodbye", {}, {"state": State.ACTIVE}, False),
        ("goodbye", {}, {"state": State.SUPPRESSED}, False),
        ("paused", {}, {"state": State.ACTIVE, "paused_until": FRIDAY}, True),
        ("paused", {}, {"state": State.ACTIVE, "paused_until": None}, False),
        ("paused", {}, {"state": State.ACTIVE, "paused_until": date(2025, 3, 14)}, False),
        ("paused", {}, {"state": State.UNSUBSCRIBED, "paused_until": FRIDAY}, False),
        ("paused", {"because": BOUNCES}, {"state": State.UNSUBSCRIBED}, True),
        ("paused", {"because": BOUNCES}, {"state": State.ACTIVE}, False),
        ("confirm", {}, {"state": State.PENDING}, True),
        ("manage", {}, {"state": State.UNSUBSCRIBED}, True),
    ],
)
def test_what_a_notice_says_must_hold_when_it_leaves(
    kind: str, draft: dict[str, str], reader: dict[str, Any], is_so: bool
) -> None:
    mail = make_mail(make_subscriber(**reader), kind, draft=draft)
    assert is_true(mail, NOON) == is_so
