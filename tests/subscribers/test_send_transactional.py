"""Mails that wait: claimed once, sent, tried again, and never lost."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
import time_machine
from django.conf import LazySettings
from django.db import connections, transaction
from django.utils import timezone

from fakes.smtp_sink import sinking
from fakes.smtp_sink_rules import HANG_UP, Sink, as_usual
from mail.backoff import share
from mail.factory import SMTP, open_transport
from mail.journal import NO_JOURNAL, Journal
from mail.message import Message
from mail.outcome import Outcome
from subscribers import tokens
from subscribers.models import Subscriber, Suppression, TransactionalMail
from subscribers.send_transactional import claim, record, send_waiting, state_after
from subscribers.suppress import suppress
from tests.factories import NOON, make_mail, make_subscriber
from tests.mail.smtp.bursts import reply_at

pytestmark = pytest.mark.django_db
State = TransactionalMail.State
MINUTE = timedelta(minutes=1)


def point_at(sink: Sink, settings: LazySettings) -> None:
    settings.EMAIL_BACKEND = SMTP
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", sink.port, 5


def send_over(sink: Sink, settings: LazySettings, now: datetime = NOON) -> int:
    point_at(sink, settings)
    with open_transport() as transport:
        return send_waiting(transport, lambda: now)


def test_what_waits_is_sent_over_one_connection(settings: LazySettings) -> None:
    mails = [make_mail(make_subscriber(), kind) for kind in ("confirm", "manage")]
    with sinking() as server:
        assert send_over(server, settings) == 2
    assert (server.connections, len(server.mails)) == (1, 2)
    for mail in mails:
        mail.refresh_from_db()
        assert (mail.state, mail.attempts, mail.sent_at) == (State.SENT, 1, NOON)
        assert mail.provider_id == "2.0.0 taken"
        assert mail.lease_until is None


def test_what_was_sent_is_not_sent_again(settings: LazySettings) -> None:
    make_mail(make_subscriber())
    with sinking() as server:
        assert send_over(server, settings) == 1
        assert send_over(server, settings) == 0


def test_what_is_not_yet_due_waits(settings: LazySettings) -> None:
    make_mail(make_subscriber(), next_attempt_at=NOON + MINUTE)
    with sinking() as server:
        assert send_over(server, settings) == 0
        assert send_over(server, settings, NOON + MINUTE) == 1


def test_the_mail_that_waited_longest_is_claimed_first() -> None:
    make_mail(make_subscriber(), next_attempt_at=NOON)
    first = make_mail(make_subscriber(), next_attempt_at=NOON - MINUTE)
    assert claim(NOON) == first


def test_a_deferred_mail_is_tried_again_after_growing_pauses(settings: LazySettings) -> None:
    mail = make_mail(make_subscriber())
    now, waits = NOON, []
    with sinking(reply_at("RCPT", "451 4.7.1 greylisted")) as server:
        while mail.state in (State.QUEUED, State.DEFERRED):
            assert send_over(server, settings, now) == 1
            mail.refresh_from_db()
            waits.append(mail.next_attempt_at - now)
            now = mail.next_attempt_at
    pauses = [MINUTE * minutes for minutes in (1, 4, 16, 64, 256, 360)]
    assert waits == [pause + pause / 4 * share(mail.pk) for pause in pauses]
    assert (mail.state, mail.attempts) == (State.FAILED, settings.MAX_ATTEMPTS)
    assert mail.error == "451 4.7.1 greylisted"


def test_a_refused_mail_has_failed_at_once(settings: LazySettings) -> None:
    mail = make_mail(make_subscriber())
    with sinking(reply_at("RCPT", "550 5.1.1 no such user")) as server:
        send_over(server, settings)
    mail.refresh_from_db()
    assert (mail.state, mail.error) == (State.FAILED, "550 5.1.1 no such user")


@pytest.mark.parametrize(
    ("reply", "reasons"),
    [("550 5.1.1 no such user", ["hard_bounce"]), ("550 5.7.1 not wanted", [])],
)
def test_a_mailbox_that_does_not_exist_is_suppressed(
    settings: LazySettings, reply: str, reasons: list[str]
) -> None:
    mail = make_mail(make_subscriber())
    with sinking(reply_at("RCPT", reply)) as server:
        send_over(server, settings)
    assert list(Suppression.objects.values_list("reason", flat=True)) == reasons
    mail.subscriber.refresh_from_db()
    assert (mail.subscriber.state == "suppressed") == bool(reasons)


def test_a_mail_in_doubt_is_sent_again_with_its_message_id(settings: LazySettings) -> None:
    mail = make_mail(make_subscriber())
    with sinking(reply_at("end", HANG_UP)) as server:
        send_over(server, settings)
        mail.refresh_from_db()
        assert mail.state == State.DEFERRED
        server.rule = as_usual
        send_over(server, settings, mail.next_attempt_at)
    ids = [received.message_id for received in server.mails]
    assert len(ids) == 2
    assert ids[0] == ids[1]


def test_another_worker_claims_a_mail_after_its_lease(
    settings: LazySettings,
) -> None:
    mail = make_mail(make_subscriber())
    assert claim(NOON) == mail
    lease = timedelta(seconds=settings.LEASE_SECONDS)
    assert claim(NOON + lease) is None
    with sinking() as server:
        assert send_over(server, settings, NOON + lease + MINUTE) == 1
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == (State.SENT, 2)


def test_a_worker_whose_lease_is_over_records_nothing() -> None:
    make_mail(make_subscriber())
    late = claim(NOON)
    assert late
    in_time = claim(NOON + timedelta(hours=1))
    assert in_time
    assert not record(late, Outcome("refused", error="late"), NOON)
    assert record(in_time, Outcome("accepted"), NOON)
    late.refresh_from_db()
    assert (late.state, late.error) == (State.SENT, "")


def test_a_mail_whose_workers_all_died_is_uncertain(settings: LazySettings) -> None:
    settings.MAX_ATTEMPTS = 2
    mail = make_mail(make_subscriber())
    for hours in (0, 1):
        assert claim(NOON + timedelta(hours=hours))
    with sinking() as server:
        send_over(server, settings, NOON + timedelta(hours=2))
    mail.refresh_from_db()
    assert mail.state == State.UNCERTAIN
    assert server.mails == []


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_claim_the_same_mail() -> None:
    make_mail(make_subscriber())
    other = connections.create_connection("default")
    try:
        with transaction.atomic():
            assert claim(NOON)
            with other.cursor() as cursor:
                cursor.execute(
                    "SELECT id FROM subscribers_transactionalmail FOR UPDATE SKIP LOCKED"
                )
                assert cursor.fetchall() == []
    finally:
        other.close()
    assert claim(NOON) is None


def test_a_suppressed_address_gets_no_mail(settings: LazySettings) -> None:
    mail = make_mail(reader := make_subscriber())
    suppress(reader, Suppression.Reason.COMPLAINT, now=NOON)
    with sinking() as server:
        send_over(server, settings)
    mail.refresh_from_db()
    assert (mail.state, mail.error) == (State.FAILED, "the address is suppressed")
    assert server.connections == 0


def test_a_sample_reader_gets_mail_in_the_local_mailbox_only(settings: LazySettings) -> None:
    settings.MAILBOX_DIR = ""
    mail = make_mail(make_subscriber(is_sample=True, state=Subscriber.State.PENDING))
    with sinking() as server:
        send_over(server, settings)
    mail.refresh_from_db()
    assert mail.state == State.FAILED
    assert "sample reader" in mail.error
    assert server.connections == 0


def test_wrong_settings_are_logged_and_fail_no_mail(
    settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    mail = make_mail(make_subscriber(), attempts=20)
    TransactionalMail.objects.update(created_at=NOON)
    with sinking(reply_at("MAIL", "530 5.7.0 authenticate first")) as server:
        send_over(server, settings)
    mail.refresh_from_db()
    assert mail.state == State.DEFERRED
    assert "530 5.7.0 authenticate first" in caplog.text


class Accepting:
    """A transport that accepts each message at once."""

    def send(self, burst: Sequence[Message], journal: Journal = NO_JOURNAL) -> list[Outcome]:
        return [Outcome("accepted") for _ in burst]


class Keeping:
    """A transport that accepts each message and keeps its text."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def send(self, burst: Sequence[Message], journal: Journal = NO_JOURNAL) -> list[Outcome]:
        self.texts += [message.text for message in burst]
        return [Outcome("accepted") for _ in burst]


def test_a_run_ends_before_its_task_is_killed() -> None:
    for _ in range(3):
        make_mail(make_subscriber())
    minutes = iter(range(100))
    tried = send_waiting(Accepting(), lambda: timezone.now() + MINUTE * next(minutes))
    assert tried == 1
    assert TransactionalMail.objects.filter(state=State.QUEUED).count() == 2


@pytest.mark.parametrize(
    ("outcome", "attempts", "age", "state"),
    [
        ("accepted", 9, 0, State.SENT),
        ("refused", 1, 0, State.FAILED),
        ("deferred", 5, 0, State.DEFERRED),
        ("deferred", 6, 0, State.FAILED),
        ("unknown", 5, 0, State.DEFERRED),
        ("unknown", 6, 0, State.UNCERTAIN),
        ("misconfigured", 60, 24 * 14 - 1, State.DEFERRED),
        ("misconfigured", 1, 24 * 14 + 1, State.FAILED),
    ],
)
def test_an_outcome_becomes_a_state(outcome: str, attempts: int, age: int, state: str) -> None:
    found = state_after(Outcome(outcome), attempts, timedelta(hours=age))  # type: ignore[arg-type]
    assert found == state


def test_a_connection_is_kept_between_two_runs(settings: LazySettings) -> None:
    with sinking() as server:
        point_at(server, settings)
        with open_transport() as transport:
            for _ in range(2):
                make_mail(make_subscriber())
                assert send_waiting(transport, lambda: NOON) == 1
    assert (server.connections, len(server.mails)) == (1, 2)


def test_replies_with_characters_that_no_database_stores_are_recorded(
    settings: LazySettings,
) -> None:
    mail = make_mail(make_subscriber())
    with sinking(reply_at("RCPT", "550 5.1.1 no \0 such user")) as server:
        send_over(server, settings)
    mail.refresh_from_db()
    assert (mail.state, mail.error) == (State.FAILED, "550 5.1.1 no  such user")


def test_a_server_may_ask_for_a_longer_pause() -> None:
    mail = make_mail(make_subscriber())
    claimed = claim(NOON)
    assert claimed
    record(claimed, Outcome("deferred", retry_after=3600), NOON)
    mail.refresh_from_db()
    later = 60 * MINUTE + 15 * MINUTE * share(mail.pk)
    assert (mail.state, mail.next_attempt_at) == (State.DEFERRED, NOON + later)


def test_a_mail_that_cannot_be_built_holds_up_no_other(settings: LazySettings) -> None:
    broken, good = make_mail(make_subscriber()), make_mail(make_subscriber())
    TransactionalMail.objects.filter(pk=broken.pk).update(kind="no such")
    with sinking() as server:
        assert send_over(server, settings) == 2
    states = TransactionalMail.objects.in_bulk([broken.pk, good.pk])
    assert (states[broken.pk].state, states[good.pk].state) == (State.DEFERRED, State.SENT)
    assert states[broken.pk].error == "KeyError: 'no such'"


def test_a_notice_that_is_not_true_any_more_does_not_leave(settings: LazySettings) -> None:
    back = make_mail(make_subscriber(state="active"), "goodbye")
    left = make_mail(make_subscriber(state="unsubscribed"), "goodbye")
    with sinking() as server:
        assert send_over(server, settings) == 2
    states = TransactionalMail.objects.in_bulk([back.pk, left.pk])
    assert (states[back.pk].state, states[left.pk].state) == (State.FAILED, State.SENT)
    assert states[back.pk].error == "out of date: the reader has done something else since"


# ── a mail server that does not work ─────────────────────────────────────────


class Down:
    """A transport in which each message has this outcome."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome

    def send(self, burst: Sequence[Message], journal: Journal = NO_JOURNAL) -> list[Outcome]:
        return [self.outcome for _ in burst]


def test_a_link_that_waited_longer_than_its_days_is_signed_anew(settings: LazySettings) -> None:
    mail = make_mail(make_subscriber(state=Subscriber.State.PENDING), state=State.DEFERRED)
    late = NOON + timedelta(days=settings.CONFIRM_DAYS + 3)
    TransactionalMail.objects.update(created_at=NOON, next_attempt_at=late)
    server = Keeping()
    with time_machine.travel(late, tick=False):
        assert send_waiting(server, lambda: late) == 1
    [token] = re.findall(r"/confirm/([^/]+)/", server.texts[0])
    with time_machine.travel(late + timedelta(days=settings.CONFIRM_DAYS) - MINUTE, tick=False):
        found = tokens.read("confirm", token, max_age=timedelta(days=settings.CONFIRM_DAYS))
    assert found == mail.subscriber


def test_a_mail_that_is_disputed_holds_up_no_other() -> None:
    server = Down(Outcome("misconfigured", error="422 invalid", disputed=True))
    for _ in range(3):
        make_mail(make_subscriber())
    assert send_waiting(server, lambda: NOON) == 3


def test_a_full_mailbox_holds_up_no_other() -> None:
    server = Down(Outcome("deferred", error="452 4.2.2 mailbox full"))
    for _ in range(3):
        make_mail(make_subscriber())
    assert send_waiting(server, lambda: NOON) == 3


def test_a_mail_that_a_clock_ahead_has_deferred_is_due(settings: LazySettings) -> None:
    mail = make_mail(make_subscriber(), state=State.DEFERRED)
    TransactionalMail.objects.update(next_attempt_at=NOON + timedelta(days=400))
    with sinking() as server:
        assert send_over(server, settings) == 1
    mail.refresh_from_db()
    assert mail.state == State.SENT
