"""Signing up: what is stored, what is mailed, and the limit by address."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection

from subscribers.addresses import address_hash
from subscribers.consent import RequestOrigin
from subscribers.mail_limits import _SAME_MAILBOX, FAILURES_A_DAY, REQUESTS_A_DAY
from subscribers.models import ConsentEntry, Subscriber, Suppression, TransactionalMail
from subscribers.signup import request_link, sign_up
from subscribers.suppress import suppress
from tests.factories import NOON, make_subscriber

pytestmark = pytest.mark.django_db
ADA = "ada@example.com"
ORIGIN = RequestOrigin(ip="192.0.2.0", user_agent="Lynx")
State = Subscriber.State
DRAFT = {"cadence": "daily", "hour": 6}


def mails() -> list[tuple[str, dict[str, object]]]:
    return list(TransactionalMail.objects.order_by("id").values_list("kind", "draft"))


def test_a_new_subscriber_is_pending_and_is_mailed_a_link() -> None:
    sign_up(ADA, DRAFT, ORIGIN, NOON)
    subscriber = Subscriber.objects.get(email=ADA)
    assert (subscriber.state, subscriber.next_send_at) == (State.PENDING, None)
    assert mails() == [("confirm", DRAFT)]
    mail = subscriber.mails.get()
    assert (mail.state, mail.next_attempt_at) == ("queued", NOON)


def test_the_request_is_recorded() -> None:
    sign_up(ADA, DRAFT, ORIGIN, NOON)
    entry = ConsentEntry.objects.get()
    assert (entry.step, entry.at, entry.ip) == (ConsentEntry.Step.REQUESTED, NOON, "192.0.2.0")
    assert entry.address_hash == address_hash(ADA)
    assert entry.detail == {"choices": DRAFT}


def test_choices_typed_with_an_address_change_no_subscriber() -> None:
    subscriber = make_subscriber(ADA, next_send_at=NOON)
    sign_up(ADA, DRAFT, ORIGIN, NOON)
    subscriber.refresh_from_db()
    assert (subscriber.state, subscriber.cadence, subscriber.hour) == (State.ACTIVE, "weekly", 8)
    assert subscriber.next_send_at == NOON


def test_an_active_subscriber_is_mailed_the_preferences_link() -> None:
    make_subscriber(ADA)
    sign_up(ADA, DRAFT, ORIGIN, NOON)
    assert mails() == [("manage", {})]


@pytest.mark.parametrize("state", [State.PENDING, State.UNSUBSCRIBED])
def test_a_pending_or_unsubscribed_subscriber_is_mailed_a_confirmation(state: str) -> None:
    make_subscriber(ADA, state=state)
    sign_up(ADA, {}, ORIGIN, NOON)
    assert mails() == [("confirm", {})]
    assert Subscriber.objects.get().state == state


def test_a_suppressed_subscriber_is_mailed_nothing() -> None:
    suppress(make_subscriber(ADA), Suppression.Reason.COMPLAINT, now=NOON)
    sign_up(ADA, {}, ORIGIN, NOON)
    assert mails() == []
    assert Subscriber.objects.get().state == State.SUPPRESSED


def test_a_suppressed_address_creates_no_subscriber() -> None:
    suppress(ADA, Suppression.Reason.COMPLAINT, now=NOON)
    sign_up(ADA, {}, ORIGIN, NOON)
    assert not Subscriber.objects.exists()
    assert mails() == []


def test_an_active_subscriber_with_a_suppressed_address_is_mailed_nothing() -> None:
    """An import can create a subscriber again after a complaint."""
    suppress(ADA, Suppression.Reason.COMPLAINT, now=NOON)
    make_subscriber(ADA)
    sign_up(ADA, DRAFT, ORIGIN, NOON)
    assert mails() == []
    entry = ConsentEntry.objects.get(step=ConsentEntry.Step.REQUESTED)
    assert (entry.subscriber, entry.address_hash) == (None, address_hash(ADA))


def sign_up_and_end(state: str, now: datetime = NOON, **values: object) -> None:
    """Sign up, and let what waits end in this state at that time."""
    sign_up(ADA, {}, ORIGIN, now)
    waiting = TransactionalMail.objects.filter(state="queued")
    waiting.update(state=state, sent_at=now if state == "sent" else None, **values)


@pytest.mark.parametrize("state", ["sent", "uncertain"])
def test_an_address_gets_three_mails_a_day_at_most(state: str) -> None:
    for hour in range(10):
        sign_up_and_end(state, NOON + timedelta(hours=hour))
    assert len(mails()) == REQUESTS_A_DAY
    assert ConsentEntry.objects.count() == REQUESTS_A_DAY
    sign_up(ADA, {}, ORIGIN, NOON + timedelta(hours=24))
    assert len(mails()) == REQUESTS_A_DAY + 1


def test_an_active_subscriber_gets_three_mails_a_day_at_most() -> None:
    make_subscriber(ADA)
    for _ in range(10):
        sign_up_and_end("sent")
    assert mails() == [("manage", {})] * REQUESTS_A_DAY


def test_mails_that_failed_do_not_count() -> None:
    for _ in range(6):
        sign_up_and_end("failed")
    sign_up(ADA, {}, ORIGIN, NOON)
    assert len(mails()) == 7
    assert TransactionalMail.objects.filter(state="queued").count() == 1


def test_a_stranger_cannot_make_us_try_a_server_that_refuses_for_ever() -> None:
    for _ in range(50):
        sign_up_and_end("failed")
    assert len(mails()) == FAILURES_A_DAY


@pytest.mark.parametrize("state", ["queued", "sending", "deferred"])
def test_no_second_mail_is_queued_while_one_waits(state: str) -> None:
    sign_up(ADA, {}, ORIGIN, NOON)
    TransactionalMail.objects.update(state=state)
    for hour in range(10):
        sign_up(ADA, {}, ORIGIN, NOON + timedelta(hours=hour))
    assert mails() == [("confirm", {})]
    assert ConsentEntry.objects.count() == REQUESTS_A_DAY


def test_the_mail_that_waits_gets_the_choices_that_were_typed_last() -> None:
    sign_up(ADA, DRAFT, ORIGIN, NOON)
    sign_up(ADA, {"hour": 9}, ORIGIN, NOON)
    sign_up(ADA, {}, ORIGIN, NOON)
    assert mails() == [("confirm", {"cadence": "daily", "hour": 9})]


def test_a_reader_who_confirmed_in_the_meantime_gets_the_other_link() -> None:
    sign_up(ADA, {}, ORIGIN, NOON)
    Subscriber.objects.update(state=State.ACTIVE)
    sign_up(ADA, {}, ORIGIN, NOON)
    assert [kind for kind, _ in mails()] == ["confirm", "manage"]


def test_requests_for_a_suppressed_address_are_recorded_three_times_a_day() -> None:
    suppress(ADA, Suppression.Reason.COMPLAINT, now=NOON)
    for _ in range(10):
        sign_up(ADA, {}, ORIGIN, NOON)
    assert ConsentEntry.objects.filter(step="requested").count() == REQUESTS_A_DAY


def test_the_limit_of_one_address_is_not_that_of_another() -> None:
    for number in range(5):
        sign_up(f"reader{number}@example.com", {}, ORIGIN, NOON)
    assert len(mails()) == 5


@pytest.mark.django_db(transaction=True)
def test_concurrent_sign_ups_queue_one_mail() -> None:
    def request_once() -> None:
        try:
            sign_up(ADA, {}, ORIGIN, NOON)
        finally:
            connection.close()

    threads = [threading.Thread(target=request_once) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Subscriber.objects.count() == 1
    assert len(mails()) == 1


# ── one mailbox, many addresses ──────────────────────────────────────────────


@pytest.mark.parametrize(
    "addresses",
    [
        ["ada@example.org", "ada+1@example.org", "ada+2@example.org", "ada+x@example.org"],
        ["ada@gmail.com", "a.da@gmail.com", "a.d.a@googlemail.com", "ad.a+1@gmail.com"],
    ],
)
def test_the_addresses_of_one_mailbox_share_its_daily_limit(addresses: list[str]) -> None:
    for address in addresses:
        sign_up(address, {}, ORIGIN, NOON)
    assert TransactionalMail.objects.count() == REQUESTS_A_DAY


def test_the_limit_of_one_mailbox_is_not_that_of_its_neighbours() -> None:
    for address in ("ada+1@example.org", "ada+2@example.org", "ada+3@example.org"):
        sign_up(address, {}, ORIGIN, NOON)
    for address in ("ad.a@example.org", "ada@example.com", "xada@example.org"):
        sign_up(address, {}, ORIGIN, NOON)
    assert TransactionalMail.objects.count() == 6


def test_the_addresses_of_a_mailbox_are_found_by_an_index() -> None:
    Subscriber.objects.bulk_create(
        Subscriber(email=f"reader{number}@example.org") for number in range(3000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE subscribers_subscriber")
        cursor.execute(f"EXPLAIN {_SAME_MAILBOX}", {"mailbox": "ada@example.org"})
        assert "subscriber_mailbox" in str(cursor.fetchall())


def test_a_delayed_mail_is_due_after_its_delay() -> None:
    sign_up(ADA, {}, ORIGIN, NOON, delay=timedelta(minutes=7))
    assert TransactionalMail.objects.get().next_attempt_at == NOON + timedelta(minutes=7)


# ── a new link ───────────────────────────────────────────────────────────────


def test_an_active_subscriber_is_mailed_new_links() -> None:
    subscriber = make_subscriber(ADA)
    request_link(ADA, ORIGIN, NOON)
    assert mails() == [("link", {})]
    entry = ConsentEntry.objects.get()
    assert (entry.step, entry.subscriber, entry.ip) == ("link", subscriber, "192.0.2.0")


@pytest.mark.parametrize("state", [State.PENDING, State.UNSUBSCRIBED, State.SUPPRESSED, None])
def test_an_address_that_gets_no_digest_is_mailed_no_link(state: State | None) -> None:
    if state:
        make_subscriber(ADA, state=state)
    before = list(Subscriber.objects.values())
    request_link(ADA, ORIGIN, NOON)
    assert mails() == []
    assert list(Subscriber.objects.values()) == before
    assert [entry.address_hash for entry in ConsentEntry.objects.all()] == [address_hash(ADA)]


def test_a_suppressed_address_is_mailed_no_link_though_its_subscriber_is_active() -> None:
    suppress(ADA, Suppression.Reason.COMPLAINT, now=NOON)
    make_subscriber(ADA)
    request_link(ADA, ORIGIN, NOON)
    assert mails() == []


def test_requests_for_a_link_and_sign_ups_have_one_limit() -> None:
    make_subscriber(ADA)
    for minutes in range(REQUESTS_A_DAY - 1):
        moment = NOON + timedelta(minutes=minutes)
        request_link(ADA, ORIGIN, moment)
        request_link(ADA, ORIGIN, moment)  # one waits already
        TransactionalMail.objects.update(state="sent", sent_at=moment)
    sign_up(ADA, {}, ORIGIN, NOON + timedelta(hours=1))
    request_link(ADA, ORIGIN, NOON + timedelta(hours=2))
    sign_up(ADA, {}, ORIGIN, NOON + timedelta(hours=3))
    assert [kind for kind, _ in mails()] == ["link", "link", "manage"]
    request_link(ADA, ORIGIN, NOON + timedelta(days=1, hours=2))
    assert len(mails()) == 4
