"""What the server refuses: which message it concerns, and what its outcome is."""

from __future__ import annotations

import pytest

from tests.mail.smtp.bursts import (
    Connect,
    make_burst,
    make_message,
    recipients,
    reply_at,
    states,
    strict_sink,
)


@pytest.mark.parametrize("no_recipients", ["354 go on", "503 5.5.1 what for?", "554 5.5.1 none"])
def test_a_refused_recipient_does_not_affect_the_others(
    connect: Connect, pipelining: bool, no_recipients: str
) -> None:
    rule = reply_at("RCPT", "550 5.1.1 no such user", 1, 3, 4, 7)
    options = {"pipelining": pipelining, "no_recipients": no_recipients}
    with strict_sink(rule, **options) as sink, connect(sink) as transport:
        outcomes = transport.send(make_burst(7))
    a, r = "accepted", "refused"
    assert states(outcomes) == [r, a, r, r, a, a, r]
    assert [outcome.is_hard_bounce for outcome in outcomes] == [
        state == r for state in states(outcomes)
    ]
    assert recipients(sink) == [f"reader{number}@example.com" for number in (2, 5, 6)]
    assert sink.connections == 1


@pytest.mark.parametrize(
    ("verb", "answer", "state"),
    [
        ("RCPT", "450 4.2.1 busy", "deferred"),
        ("RCPT", "451 4.7.1 greylisted", "deferred"),
        ("RCPT", "452 4.2.2 mailbox full", "deferred"),
        ("RCPT", "550-5.1.1 there is\r\n550 5.1.1 no such user", "refused"),
        ("RCPT", "552 5.2.2 over quota", "refused"),
        ("RCPT", "530 5.7.0 log in first", "misconfigured"),
        ("DATA", "451 4.3.0 later", "deferred"),
        ("DATA", "554 5.7.1 no", "refused"),
        ("end", "450 4.7.1 later", "deferred"),
        ("end", "451 4.7.1 later", "deferred"),
        ("end", "452 4.3.1 disk full", "deferred"),
        ("end", "550 5.7.1 spam", "refused"),
        ("end", "552 5.3.4 too big", "refused"),
    ],
)
def test_a_refusal_concerns_only_its_own_message(
    connect: Connect, pipelining: bool, verb: str, answer: str, state: str
) -> None:
    with (
        strict_sink(reply_at(verb, answer, 2), pipelining=pipelining) as sink,
        connect(sink) as transport,
    ):
        outcomes = transport.send(make_burst(3))
    assert states(outcomes) == ["accepted", state, "accepted"]
    assert outcomes[1].error.startswith(answer[:3])
    assert (len(sink.mails), sink.connections) == (2, 1)


@pytest.mark.parametrize("no_recipients", ["354 go on", "503 5.5.1 what for?"])
@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("553 5.7.1 not your address", "misconfigured"),
        ("451 4.7.1 slow down", "deferred"),
        ("552 5.3.4 too big", "refused"),
    ],
)
def test_a_refused_sender_is_classified_for_each_message(
    connect: Connect, pipelining: bool, answer: str, state: str, no_recipients: str
) -> None:
    options = {"pipelining": pipelining, "no_recipients": no_recipients}
    with strict_sink(reply_at("MAIL", answer), **options) as sink, connect(sink) as transport:
        outcomes = transport.send(make_burst(3))
    assert states(outcomes) == [state] * 3
    assert (sink.mails, sink.connections) == ([], 1)


def test_a_message_above_the_size_limit_is_not_offered(connect: Connect, pipelining: bool) -> None:
    burst = [make_message(1), make_message(2, lines=b"long\r\n" * 2000), make_message(3)]
    with strict_sink(size=9000, pipelining=pipelining) as sink, connect(sink) as transport:
        outcomes = transport.send(burst)
    assert states(outcomes) == ["accepted", "refused", "accepted"]
    assert "no more than 9000" in outcomes[1].error
    assert not any("reader2" in line for line in sink.verbs)
    assert f"SIZE={len(burst[0].as_bytes())}" in sink.verbs[1]


@pytest.mark.parametrize(
    "address",
    ["", "nobody", "a b@example.com", "a@example.com>\r\nDATA", "<a@example.com>", "ä@example.com"],
)
def test_an_impossible_address_is_never_sent(connect: Connect, address: str) -> None:
    burst = [make_message(1, to=address or " "), make_message(2)]
    with strict_sink() as sink, connect(sink) as transport:
        assert states(transport.send(burst)) == ["refused", "accepted"]
    assert sum(line.startswith("RCPT") for line in sink.verbs) == 1


@pytest.mark.parametrize(
    ("verb", "answer", "state", "is_hard_bounce"),
    [
        ("RCPT", "550 5.1.1 no such user", "refused", True),
        ("RCPT", "550 User unknown", "refused", True),
        ("RCPT", "550 5.7.1 we do not like you", "deferred", False),
        ("RCPT", "452 4.2.2 mailbox full", "deferred", False),
        ("RCPT", "530 5.7.0 authentication required", "misconfigured", False),
        ("MAIL", "553 5.7.1 sender not allowed", "misconfigured", False),
        ("MAIL", "530 5.7.0 authenticate first", "misconfigured", False),
        ("MAIL", "451 4.7.1 later", "deferred", False),
        ("MAIL", "552 5.3.4 too big", "refused", False),
        ("DATA", "451 4.3.0 later", "deferred", False),
        ("DATA", "554 5.7.1 no", "deferred", False),
        ("end", "550 5.1.1 no such user", "refused", True),
        ("end", "554 5.7.1 looks like spam", "refused", False),
        ("end", "451 4.7.1 greylisted", "deferred", False),
        ("greeting", "554 5.7.1 go away", "deferred", False),
        ("greeting", "421 4.7.0 too many connections", "deferred", False),
    ],
)
def test_a_single_message_has_the_outcome_of_its_stage(
    connect: Connect, verb: str, answer: str, state: str, is_hard_bounce: bool
) -> None:
    with strict_sink(reply_at(verb, answer)) as sink, connect(sink) as transport:
        [outcome] = transport.send(make_burst(1))
    assert (outcome.state, outcome.is_hard_bounce) == (state, is_hard_bounce)
    assert outcome.error == answer
