"""Connections that break: what is sent again, and what stays in doubt."""

from __future__ import annotations

import pytest

from fakes.smtp_sink_rules import HANG_UP, LOSE, SILENCE
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


@pytest.mark.usefixtures("_short_timeout")
@pytest.mark.parametrize("failure", [HANG_UP, SILENCE, "hello?", "99 bottles", "421 4.3.2 bye"])
@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
def test_a_break_before_the_content_loses_no_message(
    connect: Connect, pipelining: bool, verb: str, failure: str
) -> None:
    rule = reply_once(verb, failure, after=1)
    with strict_sink(rule, pipelining=pipelining) as sink, connect(sink) as transport:
        outcomes = transport.send(make_burst(4))
    assert states(outcomes) == ["accepted"] * 4
    assert (len(sink.mails), sink.connections) == (4, 2)


@pytest.mark.usefixtures("_short_timeout")
@pytest.mark.parametrize("failure", [HANG_UP, SILENCE, "hello?", "354 what?", "1"])
def test_without_a_final_reply_the_outcome_is_unknown(
    connect: Connect, pipelining: bool, failure: str
) -> None:
    rule = reply_once("end", failure, after=1)
    with strict_sink(rule, pipelining=pipelining) as sink, connect(sink) as transport:
        outcomes = transport.send(make_burst(4))
    assert states(outcomes) == ["accepted", "unknown", "accepted", "accepted"]
    assert (len(sink.mails), sink.connections) == (4, 2)


def test_a_message_lost_after_its_dot_is_not_repeated(connect: Connect) -> None:
    with strict_sink(reply_once("end", LOSE, after=1)) as sink, connect(sink) as transport:
        assert states(transport.send(make_burst(3))) == ["accepted", "unknown", "accepted"]
    assert recipients(sink) == ["reader1@example.com", "reader3@example.com"]


def test_421_after_the_dot_defers_only_that_message(connect: Connect, pipelining: bool) -> None:
    rule = reply_once("end", "421 4.3.2 going down", after=1)
    with strict_sink(rule, pipelining=pipelining) as sink, connect(sink) as transport:
        outcomes = transport.send(make_burst(3))
    assert states(outcomes) == ["accepted", "deferred", "accepted"]
    assert sink.connections == 2


def test_a_refusal_counts_though_the_server_then_closes(connect: Connect, pipelining: bool) -> None:
    rule = reply_at("RCPT", ("550 5.1.1 no such user", HANG_UP), 2)
    with strict_sink(rule, pipelining=pipelining) as sink, connect(sink) as transport:
        outcomes = transport.send(make_burst(3))
    assert states(outcomes) == ["accepted", "refused", "accepted"]
    assert sink.connections == 2


def test_a_content_cut_before_its_dot_is_sent_again(connect: Connect) -> None:
    """More than the network buffers: the dot cannot have been out when the server closed."""
    big = make_message(2, lines=b"0123456789abcdef" * 4 + b"\r\n" * 8_000_000)
    with strict_sink(reply_once("content", HANG_UP, after=1)) as sink, connect(sink) as transport:
        outcomes = transport.send([make_message(1), big, make_message(3)])
    assert states(outcomes) == ["accepted"] * 3
    assert len(sink.mails) == 3


def test_a_content_cut_three_times_is_deferred(connect: Connect) -> None:
    big = make_message(2, lines=b"\r\n" * 8_000_000)
    with strict_sink(reply_at("content", HANG_UP, 2)) as sink, connect(sink) as transport:
        outcomes = transport.send([make_message(1), big, make_message(3)])
    assert states(outcomes) == ["accepted", "deferred", "accepted"]
    assert len(sink.mails) == 2


def test_the_last_reply_to_a_cut_content_is_its_outcome(connect: Connect) -> None:
    big = make_message(1, lines=b"\r\n" * 8_000_000)
    with (
        strict_sink(reply_at("content", "552 5.3.4 too big", 1)) as sink,
        connect(sink) as transport,
    ):
        sink.rule = reply_at("content", ("552 5.3.4 too big", SILENCE), 1)
        [outcome] = transport.send([big])
    assert (outcome.state, outcome.error) == ("refused", "552 5.3.4 too big")


@pytest.mark.usefixtures("_short_timeout")
@pytest.mark.parametrize("failure", [HANG_UP, SILENCE])
@pytest.mark.parametrize(
    ("verb", "state"),
    [
        ("greeting", "deferred"),
        ("MAIL", "deferred"),
        ("RCPT", "deferred"),
        ("DATA", "deferred"),
        ("end", "unknown"),  # the server has all of it; perhaps it kept it
    ],
)
def test_a_single_message_is_in_doubt_only_after_its_content(
    connect: Connect, verb: str, state: str, failure: str
) -> None:
    with strict_sink(reply_at(verb, failure)) as sink, connect(sink) as transport:
        assert states(transport.send(make_burst(1))) == [state]
