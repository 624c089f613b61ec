"""When the server rejects connections, or is not there."""

from __future__ import annotations

import socket

import pytest
from pytest_django import Settings

from fakes.smtp_sink_rules import HANG_UP, SILENCE, Moment, Reply
from mail.smtp.pool import SmtpTransport
from tests.mail.smtp.bursts import (
    Connect,
    make_burst,
    make_message,
    reply_at,
    reply_once,
    states,
    strict_sink,
)


@pytest.mark.usefixtures("_short_timeout")
@pytest.mark.parametrize(
    ("verb", "answer"),
    [
        ("greeting", "421 4.7.0 too many connections"),
        ("greeting", "554 5.7.1 go away"),
        ("greeting", HANG_UP),
        ("greeting", SILENCE),
        ("greeting", "hello?"),
        ("EHLO", "421 4.3.2 going down"),
        ("EHLO", HANG_UP),
    ],
)
def test_a_rejected_connection_defers_the_burst(
    connect: Connect, settings: Settings, verb: str, answer: str
) -> None:
    settings.SMTP_CONNECTIONS = 4
    with strict_sink(reply_at(verb, answer)) as sink, connect(sink) as transport:
        outcomes = transport.send(make_burst(20))
    assert states(outcomes) == ["deferred"] * 20
    assert (sink.mails, sink.connections) == ([], 1)


def test_a_missing_server_defers_the_burst(settings: Settings) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        settings.EMAIL_PORT = unused.getsockname()[1]
        with SmtpTransport() as transport:
            outcomes = transport.send(make_burst(2))
    words = "the mail server refused the connection"
    assert [(o.state, o.error[: len(words)]) for o in outcomes] == [("deferred", words)] * 2


def test_the_next_burst_tries_to_connect_again(connect: Connect) -> None:
    with (
        strict_sink(reply_once("greeting", "421 4.3.2 restarting")) as sink,
        connect(sink) as transport,
    ):
        assert states(transport.send(make_burst(1))) == ["deferred"]
        assert states(transport.send(make_burst(1))) == ["accepted"]


def test_fewer_connections_than_configured_are_enough(connect: Connect, settings: Settings) -> None:
    settings.SMTP_CONNECTIONS = 4

    def rule(moment: Moment) -> Reply:
        crowded = moment.verb == "greeting" and moment.connection > 2
        return "421 4.7.0 too many connections" if crowded else None

    with strict_sink(rule) as sink, connect(sink) as transport:
        for first in (0, 100):
            outcomes = transport.send([make_message(first + number) for number in range(40)])
            assert states(outcomes) == ["accepted"] * 40
    assert sink.connections <= 4  # rejected workers did not try again


def test_an_unknown_host_defers_the_burst(settings: Settings) -> None:
    settings.EMAIL_HOST = "mail.invalid"
    with SmtpTransport() as transport:
        assert states(transport.send(make_burst(1))) == ["deferred"]
