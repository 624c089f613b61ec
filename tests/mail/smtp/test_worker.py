"""One worker's connections: kept, replaced, and given up."""

from __future__ import annotations

from collections import Counter
from time import monotonic
from typing import Any

import pytest
from pytest_django import Settings

from fakes.smtp_sink import sinking
from fakes.smtp_sink_rules import HANG_UP, SILENCE, Moment, Reply
from mail.smtp import worker as worker_module
from mail.smtp.queue import OutgoingQueue
from mail.smtp.worker import SmtpWorker
from tests.mail.smtp.bursts import (
    Connect,
    make_burst,
    make_message,
    recipients,
    reply_at,
    reply_once,
    states,
    strict_sink,
)


@pytest.mark.parametrize("goodbye", [HANG_UP, "421 4.4.2 idle too long"])
def test_a_connection_closed_between_bursts_is_replaced(
    connect: Connect, pipelining: bool, goodbye: str
) -> None:
    with strict_sink(pipelining=pipelining) as sink, connect(sink) as transport:
        transport.send(make_burst(2))
        [session] = sink.open
        session.loop.call_soon_threadsafe(session.write, goodbye)
        while sink.open:
            pass
        outcomes = transport.send([make_message(number) for number in (3, 4)])
    assert states(outcomes) == ["accepted"] * 2
    assert sink.connections == 2


@pytest.mark.usefixtures("_short_timeout")
def test_a_connection_that_became_silent_is_replaced(connect: Connect) -> None:
    with strict_sink() as sink, connect(sink) as transport:
        transport.send(make_burst(1))
        [session] = sink.open
        session.loop.call_soon_threadsafe(session.write, SILENCE)
        outcomes = transport.send([make_message(number) for number in (2, 3)])
    assert (states(outcomes), sink.connections) == (["accepted"] * 2, 2)


@pytest.mark.parametrize(
    "goodbye",
    [HANG_UP, "421 4.7.0 too many", "452 4.5.3 too many messages", "451 4.7.0 enough for now"],
)
def test_a_limit_per_connection_leads_to_more_connections(
    connect: Connect, pipelining: bool, goodbye: str
) -> None:
    def rule(moment: Moment) -> Reply:
        return goodbye if moment.verb == "MAIL" and moment.mails >= 3 else None

    with strict_sink(rule, pipelining=pipelining) as sink, connect(sink) as transport:
        outcomes = transport.send(make_burst(10))
    assert states(outcomes) == ["accepted"] * 10
    assert [mail.connection for mail in sink.mails] == [1] * 3 + [2] * 3 + [3] * 3 + [4]


def test_one_message_per_connection_is_enough(connect: Connect) -> None:
    def rule(moment: Moment) -> Reply:
        return HANG_UP if moment.verb == "MAIL" and moment.mails else None

    with strict_sink(rule) as sink, connect(sink) as transport:
        assert states(transport.send(make_burst(12))) == ["accepted"] * 12
    assert sink.connections == 12


def test_a_limit_of_recipients_leads_to_another_session(connect: Connect) -> None:
    def rule(moment: Moment) -> Reply:
        full = moment.verb == "RCPT" and moment.mails >= 2
        return "452 4.5.3 too many recipients" if full else None

    with strict_sink(rule) as sink, connect(sink) as transport:
        assert states(transport.send(make_burst(5))) == ["accepted"] * 5
    assert sink.connections == 3


def test_a_connection_is_replaced_after_its_maximum(
    connect: Connect, settings: Settings, pipelining: bool
) -> None:
    settings.SMTP_MAILS_PER_CONNECTION = 4
    with strict_sink(pipelining=pipelining) as sink, connect(sink) as transport:
        for first in (0, 5):
            outcomes = transport.send([make_message(first + number) for number in range(5)])
            assert states(outcomes) == ["accepted"] * 5
    assert [mail.connection for mail in sink.mails] == [1] * 4 + [2] * 4 + [3] * 2
    assert sink.verbs.count("QUIT") >= 2  # the last may still be on its way


def test_after_two_fruitless_connections_a_worker_stops(connect: Connect) -> None:
    with strict_sink(reply_at("end", "421 4.3.2 overloaded")) as sink, connect(sink) as transport:
        outcomes = transport.send(make_burst(20))
    assert states(outcomes) == ["deferred"] * 20
    assert sink.connections == 2


@pytest.mark.usefixtures("_short_timeout")
@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "end"])
def test_a_silent_server_ends_the_burst_in_time(
    connect: Connect, pipelining: bool, verb: str
) -> None:
    with (
        strict_sink(reply_at(verb, SILENCE), pipelining=pipelining) as sink,
        connect(sink) as transport,
    ):
        before = monotonic()
        outcomes = transport.send(make_burst(20))
    assert monotonic() - before < 6
    assert sink.connections == 2
    unknown = 2 if verb == "end" else 0
    assert Counter(states(outcomes))["unknown"] == unknown
    assert set(states(outcomes)) - {"unknown"} == {"deferred"}


def test_a_recipient_that_breaks_connections_delays_no_other(connect: Connect) -> None:
    with (
        strict_sink(reply_at("RCPT", "421 4.7.0 rate limited", 1, 5)) as sink,
        connect(sink) as transport,
    ):
        outcomes = transport.send(make_burst(8))
    assert {p + 1 for p, o in enumerate(outcomes) if o.state == "deferred"} == {1, 5}
    assert len(sink.mails) == 6


@pytest.mark.usefixtures("_short_timeout")
def test_after_lost_commands_a_worker_goes_step_by_step(
    connect: Connect,
) -> None:
    with strict_sink(loses_behind=True) as sink, connect(sink) as transport:
        assert states(transport.send(make_burst(6))) == ["accepted"] * 6
    assert [mail.connection for mail in sink.mails] == [1] + [2] * 5


def test_an_error_in_our_code_leaves_messages_in_doubt(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish, errors = OutgoingQueue.finish, [RuntimeError("a bug")]

    def fail_once(*args: Any) -> None:
        if errors:
            raise errors.pop()
        finish(*args)

    with sinking() as sink, connect(sink) as transport:
        monkeypatch.setattr(OutgoingQueue, "finish", fail_once)
        outcomes = transport.send(make_burst(3))
    assert states(outcomes)[0] == "unknown"
    assert recipients(sink) == ["reader1@example.com"]


def test_a_rejected_worker_backs_off_until_it_is_accepted(settings: Settings) -> None:
    worker = SmtpWorker("digest@papers.test", max_messages=10)
    with sinking(reply_once("greeting", "421 4.7.0 too many connections")) as sink:
        settings.EMAIL_PORT = sink.port
        failure = worker.open()
        assert failure
        assert (failure.state, worker.is_backing_off, worker.is_open) == ("deferred", True, False)
        assert worker.open() is None
        assert (worker.is_backing_off, worker.is_open) == (False, True)
        worker.close()
        assert not worker.is_open


def test_a_worker_backs_off_for_a_limited_time(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = SmtpWorker("digest@papers.test", max_messages=10)
    settings.EMAIL_PORT = 1
    monkeypatch.setattr(worker_module, "_BACK_OFF_SECONDS", 0.0)
    assert worker.open()
    assert not worker.is_backing_off
