"""A mail server that takes no mail costs no digest, and no recipient's domain is blamed for it."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
import redis
from django.utils import timezone
from pytest_django import Settings

from fakes.mail_api import Fault, MailApi, answering
from mail import relay
from mail.factory import process_transport
from mail.relay import process_relay, relay_state
from newsletter import tasks
from newsletter.models import Delivery, Edition
from tests.mail.mails import point_at as point_at_api
from tests.mail.smtp.bursts import reply_at, strict_sink
from tests.newsletter.delivery.sendable import (
    closed_port,
    make_all_due,
    make_sendable,
    point_at,
    send,
    states,
)

pytestmark = pytest.mark.django_db
MAILS = 20


@pytest.fixture(autouse=True)
def _pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "_FIRST_PAUSE", 0.1)
    monkeypatch.setattr(relay, "_LONGEST_PAUSE", 0.2)
    monkeypatch.setattr(relay, "_FRESH", 0.0)


@pytest.fixture
def edition(settings: Settings) -> Edition:
    settings.BURST_SIZE, settings.SMTP_CONNECTIONS = 5, 2
    return make_sendable(MAILS)


def back_offs_of_domains(settings: Settings) -> list[bytes]:
    client = redis.Redis.from_url(settings.REDIS_URL)
    return list(client.scan_iter(f"{settings.REDIS_PREFIX}rates:*back-off*"))


def test_a_refused_connection_is_the_server_s_fault(edition: Edition, settings: Settings) -> None:
    point_at(settings, closed_port())
    send(edition)
    edition.refresh_from_db()
    assert (states(), edition.paused_at) == ({"deferred": 5, "queued": 15}, None)
    tried = Delivery.objects.filter(state="deferred")
    assert set(tried.values_list("reason", flat=True)) == {"the mail server refused the connection"}
    assert back_offs_of_domains(settings) == []


@pytest.mark.parametrize(
    ("verb", "reply"),
    [
        ("greeting", "421 4.3.2 service shutting down"),
        ("greeting", "554 no SMTP service here"),
        ("greeting", "hang up"),
        ("MAIL", "452 4.3.1 Insufficient system storage"),
        ("MAIL", "421 4.7.0 too many mails"),
        ("end", "451 4.3.0 queue file write error"),
    ],
)
def test_a_server_that_takes_no_mail_for_now_uses_up_no_attempt(
    edition: Edition, settings: Settings, verb: str, reply: str
) -> None:
    with strict_sink(reply_at(verb, reply)) as sink:
        for _ in range(settings.MAX_ATTEMPTS + 2):
            send(edition, sink, settings)
            make_all_due()
            time.sleep(0.21)
        assert set(states()) <= {"deferred", "queued"}
        assert back_offs_of_domains(settings) == []
        sink.rule = reply_at("none", "")
        for _ in range(2):
            send(edition, sink, settings)
            make_all_due()
    assert states() == {"sent": MAILS}
    assert len({mail.to for mail in sink.mails}) == len(sink.mails) == MAILS


def test_while_it_is_down_one_message_is_tried_at_a_time(
    edition: Edition, settings: Settings
) -> None:
    with strict_sink(reply_at("greeting", "421 4.3.2 restarting")) as sink:
        for _ in range(4):
            send(edition, sink, settings)  # the first finds it down, the others must wait
        assert sink.connections == 1
        time.sleep(0.11)
        send(edition, sink, settings)
        assert sink.connections == 2
    assert states() == {"deferred": 6, "queued": MAILS - 6}


def test_nothing_stays_claimed_while_the_server_is_down(
    edition: Edition, settings: Settings
) -> None:
    point_at(settings, closed_port())
    for _ in range(2):
        send(edition)
        time.sleep(0.11)
    assert not Delivery.objects.exclude(lease_until=None).exists()


def test_it_is_forgotten_as_soon_as_the_server_answers(
    edition: Edition, settings: Settings
) -> None:
    point_at(settings, closed_port())
    send(edition)
    time.sleep(0.11)
    make_all_due()
    with strict_sink() as sink:
        send(edition, sink, settings)  # tries one
        assert (len(sink.mails), relay_state()) == (1, relay.RelayState(pauses=1))
        assert process_relay().take_recovery()
        send(edition, sink, settings)
    assert states() == {"sent": MAILS}


def test_what_failed_together_is_not_tried_together(edition: Edition, settings: Settings) -> None:
    settings.BURST_SIZE = MAILS
    point_at(settings, closed_port())
    send(edition)
    moments = sorted(Delivery.objects.values_list("next_attempt_at", flat=True))
    assert len(set(moments)) == MAILS
    assert 2 < (moments[-1] - moments[0]).total_seconds() <= 15
    assert 55 < (moments[0] - timezone.now()).total_seconds() < 76


def test_a_message_that_makes_the_server_fail_ends_after_its_attempts(
    settings: Settings,
) -> None:
    """Alone in its burst and never accepted, it must not be tried for ever."""
    edition = make_sendable(1)
    with strict_sink(reply_at("end", "451 4.3.0 cannot parse")) as sink:
        for _ in range(settings.MAX_ATTEMPTS):
            send(edition, sink, settings)
            make_all_due()
    assert states() == {"failed": 1}


@pytest.fixture
def api() -> Iterator[MailApi]:
    with answering() as server:
        yield server


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_provider_that_is_down_uses_up_no_attempt(
    edition: Edition, settings: Settings, api: MailApi, status: int
) -> None:
    point_at_api(settings, "postmark", api.url)
    for _ in range(settings.MAX_ATTEMPTS + 2):
        api.faults.clear()
        api.faults.extend([Fault(status)] * 5)
        send(edition)
        make_all_due()
        time.sleep(0.21)
    assert set(states()) <= {"deferred", "queued"}
    assert back_offs_of_domains(settings) == []
    api.faults.clear()
    for _ in range(2):
        send(edition)
        make_all_due()
    assert states() == {"sent": MAILS}


def test_a_provider_that_cannot_be_reached_is_no_domain_s_fault(
    edition: Edition, settings: Settings
) -> None:
    point_at_api(settings, "postmark", f"http://127.0.0.1:{closed_port()}/")
    send(edition)
    assert states() == {"deferred": 5, "queued": 15}
    state = relay_state()
    assert state
    assert (state.is_down, back_offs_of_domains(settings)) == (True, [])


@pytest.mark.django_db(transaction=True)
def test_the_task_that_finds_the_server_back_enqueues_what_waits(
    edition: Edition, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    point_at(settings, closed_port())
    send(edition)
    time.sleep(0.11)
    client = redis.Redis.from_url(settings.REDIS_URL)
    with strict_sink() as sink:
        point_at(settings, sink.port)
        first, last = edition.deliveries.earliest("pk").pk, edition.deliveries.latest("pk").pk
        process_transport.cache_clear()
        tasks.send_batch(edition.pk, first, last)
        process_transport.cache_clear()
    assert len(sink.mails) == 1
    queued = [client.llen(f"{settings.REDIS_PREFIX}{queue}") for queue in ("send", "confirm")]
    assert queued == [1, 1]
