"""The session over one connection, as it should be, and against replies that do not fit."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from email import message_from_bytes, policy

import pytest

from fakes.smtp_sink import sinking
from fakes.smtp_sink_rules import Moment, Reply
from mail.outcome import Outcome
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


def test_the_servers_id_of_a_message_is_kept(connect: Connect) -> None:
    with strict_sink() as sink, connect(sink) as transport:
        [outcome] = transport.send(make_burst(1))
    assert outcome == Outcome("accepted", provider_id="2.0.0 taken")


def test_the_received_bytes_are_the_message(connect: Connect) -> None:
    """Python's own email library reads what came over the wire."""
    burst = make_burst(3)
    with strict_sink() as sink, connect(sink) as transport:
        transport.send(burst)
    for message, mail in zip(burst, sink.mails, strict=True):
        parsed = message_from_bytes(mail.content, policy=policy.default)
        assert (parsed["To"], mail.to, mail.sender) == (
            message.to,
            message.to,
            "digest@papers.test",
        )
        assert parsed["Message-ID"] == message.headers["Message-ID"]
        assert mail.content == message.as_bytes()
        assert message.own_line.decode().strip() in parsed.get_content()


def test_the_next_envelope_is_written_behind_a_content(connect: Connect) -> None:
    """So a message costs one round trip; behind the last one there is none."""
    with strict_sink(reply_at("RCPT", "550 5.1.1 no", 3)) as sink, connect(sink) as transport:
        transport.send(make_burst(5))
    assert sink.behind == 3  # behind messages 1, 2 and 4; after 3 it comes behind a RSET


def test_lines_with_a_leading_dot_arrive_unchanged(connect: Connect, pipelining: bool) -> None:
    text = b".\r\nRSET\r\n..two\r\n.three\r\n\r\n.\r\n"
    with strict_sink(pipelining=pipelining) as sink, connect(sink) as transport:
        outcomes = transport.send([make_message(1, lines=text), make_message(2)])
    assert states(outcomes) == ["accepted"] * 2
    assert text in sink.mails[0].content
    assert sink.connections == 1


@pytest.mark.usefixtures("_short_timeout")
@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "end"])
@pytest.mark.parametrize("answer", [("250 one", "250 two"), ("550 5.1.1 one", "550 5.1.1 two")])
def test_a_surplus_reply_never_counts_for_another_message(
    connect: Connect, verb: str, answer: tuple[str, str]
) -> None:
    rule = reply_once(verb, answer, after=1)
    with sinking(rule) as sink, connect(sink) as transport:
        outcomes = transport.send(make_burst(5))
    arrived = Counter(recipients(sink))
    assert set(arrived.values()) == {1}
    for number, outcome in enumerate(outcomes, 1):
        came = arrived[f"reader{number}@example.com"]
        assert (outcome.state in ("accepted", "unknown")) == bool(came)


def test_a_reply_before_the_content_is_not_its_outcome(connect: Connect) -> None:
    """The server accepts in advance, and then refuses."""
    early = reply_once("DATA", "354 go on\r\n250 2.0.0 taken", after=1)

    def rule(moment: Moment) -> Reply:
        spam = moment.verb == "end" and moment.to == "reader2@example.com"
        return "550 5.7.1 spam" if spam else early(moment)

    with strict_sink(rule) as sink, connect(sink) as transport:
        outcomes = transport.send(make_burst(4))
    assert states(outcomes) == ["accepted", "refused", "accepted", "accepted"]
    assert sink.connections == 2


def test_each_message_leaves_under_its_own_return_path(connect: Connect, pipelining: bool) -> None:
    burst = [replace(make_message(1), return_path="reply+b-1-0f@in.papers.test"), make_message(2)]
    burst += [replace(make_message(3), return_path="reply+b-3-0f@in.papers.test")]
    with strict_sink(pipelining=pipelining) as sink, connect(sink) as transport:
        outcomes = transport.send(burst)
    assert states(outcomes) == ["accepted"] * 3
    assert [mail.sender for mail in sink.mails] == [
        "reply+b-1-0f@in.papers.test",
        "digest@papers.test",
        "reply+b-3-0f@in.papers.test",
    ]
