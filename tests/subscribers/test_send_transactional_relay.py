"""Confirmations while the mail server takes no mail, or refuses it because of us."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from fakes.smtp_sink_rules import Sink
from mail import relay
from mail.factory import open_transport
from mail.outcome import Outcome
from mail.relay import relay_state
from subscribers.models import Suppression, TransactionalMail
from subscribers.send_transactional import LONGEST_WAIT, claim, record, send_waiting
from subscribers.suppress import suppress
from tests.factories import NOON, make_mail, make_subscriber
from tests.mail.smtp.bursts import reply_at, strict_sink
from tests.newsletter.delivery.sendable import closed_port, point_at

pytestmark = pytest.mark.django_db
State = TransactionalMail.State
LONGEST_PAUSE = relay._LONGEST_PAUSE


@pytest.fixture(autouse=True)
def _pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "_FIRST_PAUSE", 0.1)
    monkeypatch.setattr(relay, "_LONGEST_PAUSE", 0.1)
    monkeypatch.setattr(relay, "_FRESH", 0.0)


@pytest.fixture
def mails() -> list[TransactionalMail]:
    made = [make_mail(make_subscriber(), next_attempt_at=NOON) for _ in range(3)]
    TransactionalMail.objects.update(created_at=NOON)
    return made


def send(settings: Settings, port: int, now: datetime = NOON) -> int:
    point_at(settings, port)
    with open_transport() as transport:
        return send_waiting(transport, lambda: now)


def states(sink: Sink | None = None) -> list[str]:
    return sorted(TransactionalMail.objects.values_list("state", flat=True))


def test_one_mail_tries_a_server_that_is_down_and_the_others_wait(
    settings: Settings, mails: list[TransactionalMail]
) -> None:
    port = closed_port()
    assert send(settings, port) == 1
    assert send(settings, port) == 0
    assert states() == ["deferred", "queued", "queued"]
    mail = TransactionalMail.objects.get(state=State.DEFERRED)
    assert mail.error.startswith("the mail server refused the connection")


def test_an_outage_of_hours_uses_up_no_attempt(
    settings: Settings, mails: list[TransactionalMail]
) -> None:
    port, now = closed_port(), NOON
    for _ in range(20):
        now += timedelta(hours=1)
        send(settings, port, now)
        time.sleep(0.11)
    assert set(TransactionalMail.objects.values_list("attempts", flat=True)) <= {0, 1}
    with strict_sink() as sink:
        for _ in range(2):
            now += timedelta(minutes=10)
            send(settings, sink.port, now)
    assert states() == ["sent"] * 3


@pytest.mark.parametrize(
    ("verb", "reply"),
    [
        ("RCPT", "504 5.5.2 <web-1>: Helo command rejected: need fully-qualified hostname"),
        ("RCPT", "554 5.7.1 Relay access denied"),
        ("end", "550 5.7.26 unauthenticated"),
        ("greeting", "554 5.7.1 your IP is blocked"),
    ],
)
def test_a_refusal_that_is_about_us_defers_them_and_is_told_to_the_operator(
    settings: Settings,
    mails: list[TransactionalMail],
    caplog: pytest.LogCaptureFixture,
    verb: str,
    reply: str,
) -> None:
    now = NOON
    with strict_sink(reply_at(verb, reply)) as sink:
        for _ in range(settings.MAX_ATTEMPTS + 2):
            assert send(settings, sink.port, now) == 1  # the others would be refused as well
            now += timedelta(hours=1)
        assert set(states()) <= {"deferred", "queued"}
        state = relay_state()
        assert state
        assert reply in state.refusal
        assert reply in caplog.text
        sink.rule = reply_at("none", "")
        send(settings, sink.port, now)
    assert states() == ["sent"] * 3
    assert relay_state() == relay.RelayState()


@pytest.mark.parametrize("reply", ["421 4.3.2 restarting", "554 5.7.1 your IP is blocked"])
def test_what_waited_leaves_at_the_first_tick_after_the_repair(
    settings: Settings, mails: list[TransactionalMail], reply: str
) -> None:
    tick = timedelta(seconds=settings.TICK_SECONDS)
    with strict_sink(reply_at("greeting", reply)) as sink:
        for number in range(5):
            send(settings, sink.port, NOON + number * tick)
            time.sleep(0.11)
        tried = sink.connections
        sink.rule = reply_at("none", "")
        send(settings, sink.port, NOON + 5 * tick)
    assert (tried, states()) == (5, ["sent"] * 3)


def test_a_pause_is_over_before_the_next_tick(settings: Settings) -> None:
    assert LONGEST_PAUSE < settings.TICK_SECONDS == 60


def test_it_is_tried_for_two_weeks(settings: Settings, mails: list[TransactionalMail]) -> None:
    with strict_sink(reply_at("RCPT", "554 5.7.1 Relay access denied")) as sink:
        send(settings, sink.port, NOON + LONGEST_WAIT + timedelta(minutes=1))
    assert states() == ["failed", "queued", "queued"]


def test_a_mail_that_is_not_sent_does_not_try_the_server(settings: Settings) -> None:
    make_mail(reader := make_subscriber(), next_attempt_at=NOON)
    send(settings, closed_port())
    suppress(reader, Suppression.Reason.COMPLAINT, now=NOON)
    time.sleep(0.11)
    now = NOON + timedelta(minutes=10)
    assert send(settings, closed_port(), now) == 1
    assert states() == ["failed"]
    make_mail(make_subscriber(), next_attempt_at=now)
    with strict_sink() as sink:
        assert send(settings, sink.port, now) == 1
    assert states() == ["failed", "sent"]


def test_an_attempt_that_does_not_count_lets_no_former_worker_record(
    settings: Settings, mails: list[TransactionalMail]
) -> None:
    late = claim(NOON)
    assert late
    TransactionalMail.objects.exclude(pk=late.pk).delete()
    send(settings, closed_port(), NOON + timedelta(hours=1))
    again = claim(NOON + timedelta(hours=2))
    assert again
    assert not record(late, Outcome("accepted"), NOON)
    assert record(again, Outcome("accepted"), NOON)
