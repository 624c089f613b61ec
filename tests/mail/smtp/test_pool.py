"""The SMTP transport as a whole: every message once, over connections that stay open."""

from __future__ import annotations

from collections import Counter
from threading import current_thread, main_thread

import pytest
from pytest_django import Settings

from fakes.slow_proxy import delayed
from fakes.smtp_sink_rules import SILENCE
from mail.outcome import Outcome
from mail.smtp.pool import SmtpTransport, envelope_sender
from mail.smtp.queue import OutgoingMessage, OutgoingQueue
from tests.mail.smtp.bursts import (
    Connect,
    make_burst,
    make_message,
    recipients,
    reply_once,
    states,
    strict_sink,
)


def test_each_message_arrives_once_at_its_own_recipient(connect: Connect, pipelining: bool) -> None:
    with strict_sink(pipelining=pipelining) as sink, connect(sink) as transport:
        outcomes = transport.send(make_burst(7))
    assert states(outcomes) == ["accepted"] * 7
    assert recipients(sink) == [f"reader{number}@example.com" for number in range(1, 8)]
    assert sink.connections == 1


def test_connections_are_kept_between_bursts(connect: Connect, settings: Settings) -> None:
    settings.SMTP_CONNECTIONS = 2
    with strict_sink() as sink, connect(sink) as transport:
        for first in (0, 20, 40):
            transport.send([make_message(first + number) for number in range(20)])
    assert len(sink.mails) == 60
    assert sink.connections <= 2  # the first may have sent all before the other was open


def test_a_small_burst_opens_one_connection(connect: Connect, settings: Settings) -> None:
    settings.SMTP_CONNECTIONS = 8
    with strict_sink() as sink, connect(sink) as transport:
        transport.send(make_burst(3))
    assert sink.connections == 1


@pytest.mark.usefixtures("_short_timeout")
def test_a_slow_connection_delays_only_its_own_message(
    connect: Connect, settings: Settings
) -> None:
    settings.SMTP_CONNECTIONS = 3
    slow = reply_once("end", SILENCE)
    with strict_sink(slow) as sink, connect(sink) as transport:
        outcomes = transport.send(make_burst(30))
    assert Counter(states(outcomes)) == {"accepted": 29, "unknown": 1}
    assert len({mail.connection for mail in sink.mails}) >= 2


def test_a_large_burst_is_sent_completely(connect: Connect, settings: Settings) -> None:
    settings.SMTP_CONNECTIONS = 4
    with strict_sink() as sink, connect(sink) as transport:
        outcomes = transport.send(make_burst(700))
    assert states(outcomes) == ["accepted"] * 700
    assert len(sink.mails) == 700


def test_an_empty_burst_needs_no_server(settings: Settings) -> None:
    settings.EMAIL_PORT = 1
    with SmtpTransport() as transport:
        assert transport.send([]) == []


def test_no_message_is_begun_in_the_second_half_of_the_lease(
    connect: Connect, settings: Settings
) -> None:
    settings.LEASE_SECONDS = 0
    with strict_sink() as sink, connect(sink) as transport:
        outcomes = transport.send(make_burst(3))
    assert (states(outcomes), sink.mails) == (["deferred"] * 3, [])


def test_a_stopped_process_begins_no_other_message(
    connect: Connect, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And its unfinished messages do not reach into the next burst."""
    settings.SMTP_CONNECTIONS = 3
    settle, stops = OutgoingQueue.finish, [KeyboardInterrupt]

    def stop(self: OutgoingQueue, letter: OutgoingMessage, outcome: Outcome) -> None:
        if stops and current_thread() is main_thread():
            raise stops.pop()
        settle(self, letter, outcome)

    monkeypatch.setattr(OutgoingQueue, "finish", stop)
    with strict_sink() as sink, connect(sink) as transport:
        with pytest.raises(KeyboardInterrupt):
            transport.send(make_burst(200))
        assert 1 <= len(sink.mails) < 200
        outcomes = transport.send([make_message(300 + number) for number in range(30)])
    assert states(outcomes) == ["accepted"] * 30


@pytest.mark.parametrize(
    ("mail_from", "sender"),
    [
        ("digest@papers.test", "digest@papers.test"),
        ("Trending Papers <digest@papers.test>", "digest@papers.test"),
        ('"Papers, trending" <digest@bücher.example>', "digest@xn--bcher-kva.example"),
    ],
)
def test_the_envelope_sender_is_the_bare_address(mail_from: str, sender: str) -> None:
    assert envelope_sender(mail_from) == sender


def test_messages_name_the_sender_of_the_settings(connect: Connect) -> None:
    with strict_sink() as sink, connect(sink) as transport:
        transport.send(make_burst(2))
    assert [mail.sender for mail in sink.mails] == ["digest@papers.test"] * 2


def test_reply_times_decide_whether_a_server_is_near(settings: Settings) -> None:
    settings.SMTP_CONNECTIONS = 3
    with strict_sink() as sink, delayed(sink.port, 0.005) as far:
        for settings.EMAIL_PORT, is_near in (sink.port, True), (far, False):
            with SmtpTransport() as transport:
                assert not transport.is_near
                transport.send(make_burst(40))
                assert transport.is_near is is_near
                transport.send([make_message(number) for number in range(41, 81)])
        sink.mails = sink.mails[:80]  # the same mails went to both
    assert len({mail.connection for mail in sink.mails}) == 3
