"""Mails that wait: claimed once, sent, tried again, and never lost."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.conf import LazySettings
from django.db import connections, transaction
from django.utils import timezone

from mail.outcome import Outcome
from subscribers import send_transactional
from subscribers.models import Subscriber, Suppression, TransactionalMail
from subscribers.send_transactional import claim, record, send_waiting, state_after
from subscribers.suppress import suppress
from tests.factories import NOON, make_mail, make_subscriber
from tests.mail.smtp_server import HANG_UP, Server, serving

pytestmark = pytest.mark.django_db
State = TransactionalMail.State
MINUTE = timedelta(minutes=1)


def at_noon() -> datetime:
    return NOON


def send_over(server: Server, settings: LazySettings, now: datetime = NOON) -> int:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 0.3
    return send_waiting(lambda: now)


def test_what_waits_is_sent_over_one_connection(settings: LazySettings) -> None:
    mails = [make_mail(make_subscriber(), kind) for kind in ("confirm", "manage")]
    with serving() as server:
        assert send_over(server, settings) == 2
    assert (server.connections, len(server.mails)) == (1, 2)
    for mail in mails:
        mail.refresh_from_db()
        assert (mail.state, mail.attempts, mail.sent_at) == (State.SENT, 1, NOON)
        assert mail.provider_id == "2.0.0 queued as 4711"
        assert mail.lease_until is None


def test_what_was_sent_is_not_sent_again(settings: LazySettings) -> None:
    make_mail(make_subscriber())
    with serving() as server:
        assert send_over(server, settings) == 1
        assert send_over(server, settings) == 0


def test_what_is_not_yet_due_waits(settings: LazySettings) -> None:
    make_mail(make_subscriber(), next_attempt_at=NOON + MINUTE)
    with serving() as server:
        assert send_over(server, settings) == 0
        assert send_over(server, settings, NOON + MINUTE) == 1


def test_the_longest_waiting_goes_first() -> None:
    make_mail(make_subscriber(), next_attempt_at=NOON)
    first = make_mail(make_subscriber(), next_attempt_at=NOON - MINUTE)
    assert claim(NOON) == first


def test_a_deferred_mail_is_tried_again_later_and_later(settings: LazySettings) -> None:
    mail = make_mail(make_subscriber())
    now, waits = NOON, []
    with serving(RCPT="451 4.7.1 greylisted") as server:
        while mail.state in (State.QUEUED, State.DEFERRED):
            assert send_over(server, settings, now) == 1
            mail.refresh_from_db()
            waits.append(mail.next_attempt_at - now)
            now = mail.next_attempt_at
    assert [wait // MINUTE for wait in waits] == [1, 5, 15, 60, 240, 240]
    assert (mail.state, mail.attempts) == (State.FAILED, settings.MAX_ATTEMPTS)
    assert mail.error == "451 4.7.1 greylisted"


def test_a_refused_mail_has_failed_at_once(settings: LazySettings) -> None:
    mail = make_mail(make_subscriber())
    with serving(RCPT="550 5.1.1 no such user") as server:
        send_over(server, settings)
    mail.refresh_from_db()
    assert (mail.state, mail.error) == (State.FAILED, "550 5.1.1 no such user")


def test_a_mail_in_doubt_is_sent_again_with_the_same_name(settings: LazySettings) -> None:
    mail = make_mail(make_subscriber())
    with serving(body=HANG_UP) as server:
        send_over(server, settings)
        mail.refresh_from_db()
        assert mail.state == State.DEFERRED
        server.answers = {}
        send_over(server, settings, mail.next_attempt_at)
    names = [
        line for raw in server.mails for line in raw.splitlines() if line.startswith(b"Message-ID")
    ]
    assert len(names) == 2
    assert names[0] == names[1]


def test_a_mail_that_a_dead_worker_held_is_taken_over_after_its_lease(
    settings: LazySettings,
) -> None:
    mail = make_mail(make_subscriber())
    assert claim(NOON) == mail
    lease = timedelta(seconds=settings.LEASE_SECONDS)
    assert claim(NOON + lease) is None
    with serving() as server:
        assert send_over(server, settings, NOON + lease + MINUTE) == 1
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == (State.SENT, 2)


def test_who_comes_back_after_the_lease_writes_nothing() -> None:
    make_mail(make_subscriber())
    late = claim(NOON)
    assert late
    in_time = claim(NOON + timedelta(hours=1))
    assert in_time
    assert not record(late, Outcome("refused", error="late"), NOON)
    assert record(in_time, Outcome("accepted"), NOON)
    late.refresh_from_db()
    assert (late.state, late.error) == (State.SENT, "")


def test_a_mail_that_kills_each_of_its_workers_ends_in_doubt(settings: LazySettings) -> None:
    settings.MAX_ATTEMPTS = 2
    mail = make_mail(make_subscriber())
    for hours in (0, 1):
        assert claim(NOON + timedelta(hours=hours))
    with serving() as server:
        send_over(server, settings, NOON + timedelta(hours=2))
    mail.refresh_from_db()
    assert mail.state == State.UNCERTAIN
    assert server.mails == []


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_hold_the_same_mail() -> None:
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


def test_a_suppressed_reader_gets_nothing(settings: LazySettings) -> None:
    mail = make_mail(reader := make_subscriber())
    suppress(reader, Suppression.Reason.COMPLAINT, now=NOON)
    with serving() as server:
        send_over(server, settings)
    mail.refresh_from_db()
    assert (mail.state, mail.error) == (State.FAILED, "the address is suppressed")
    assert server.connections == 0


def test_a_sample_reader_gets_nothing_without_the_local_mailbox(settings: LazySettings) -> None:
    settings.MAILBOX_DIR = ""
    mail = make_mail(make_subscriber(is_sample=True, state=Subscriber.State.PENDING))
    with serving() as server:
        send_over(server, settings)
    mail.refresh_from_db()
    assert mail.state == State.FAILED
    assert "sample reader" in mail.error
    assert server.connections == 0


def test_wrong_settings_are_said_loudly_and_cost_no_mail(
    settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    mail = make_mail(make_subscriber(), attempts=20)
    TransactionalMail.objects.update(created_at=NOON)
    with serving(MAIL="530 5.7.0 authenticate first") as server:
        send_over(server, settings)
    mail.refresh_from_db()
    assert mail.state == State.DEFERRED
    assert "530 5.7.0 authenticate first" in caplog.text


def test_a_run_ends_before_its_task_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        make_mail(make_subscriber())
    minutes = iter(range(100))
    monkeypatch.setattr(send_transactional, "_send", lambda *_: Outcome("accepted"))
    tried = send_waiting(lambda: timezone.now() + MINUTE * next(minutes))
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
        ("misconfigured", 60, 47, State.DEFERRED),
        ("misconfigured", 1, 49, State.FAILED),
    ],
)
def test_what_a_row_becomes(outcome: str, attempts: int, age: int, state: str) -> None:
    found = state_after(Outcome(outcome), attempts, timedelta(hours=age))  # type: ignore[arg-type]
    assert found == state
