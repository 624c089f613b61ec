"""Messages that this service signs on their way to an SMTP server."""

from __future__ import annotations

import dkim
import pytest
from pytest_django import Settings

from tests.mail.dkim.keys import DOMAIN, SELECTOR, make_key, pem, publishing
from tests.mail.mails import make_digest
from tests.mail.smtp.bursts import Connect, make_burst, make_message, states, strict_sink


@pytest.fixture(autouse=True)
def _dkim(settings: Settings) -> None:
    settings.DKIM_DOMAIN, settings.DKIM_SELECTOR = DOMAIN, SELECTOR
    settings.DKIM_PRIVATE_KEY = pem()


def is_valid(content: bytes) -> bool:
    return bool(dkim.verify(content, dnsfunc=publishing(make_key())))


def test_each_digest_arrives_with_a_valid_signature(connect: Connect, pipelining: bool) -> None:
    burst = [make_digest(number, f"reader{number}@example.com") for number in range(1, 6)]
    with strict_sink(pipelining=pipelining) as sink, connect(sink) as transport:
        outcomes = transport.send(burst)
    assert states(outcomes) == ["accepted"] * 5
    assert [is_valid(mail.content) for mail in sink.mails] == [True] * 5


def test_dots_at_the_beginning_of_a_line_are_signed_as_the_reader_gets_them(
    connect: Connect,
) -> None:
    content = make_digest(1, "reader1@example.com")
    with strict_sink() as sink, connect(sink) as transport:
        transport.send([make_message(1, lines=b".\r\n..x\r\n"), content])
    assert b"\r\n.\r\n..x\r\n" in sink.mails[0].content
    assert is_valid(sink.mails[1].content)


def test_without_a_key_nothing_is_signed(connect: Connect, settings: Settings) -> None:
    settings.DKIM_DOMAIN = settings.DKIM_SELECTOR = settings.DKIM_PRIVATE_KEY = ""
    with strict_sink() as sink, connect(sink) as transport:
        transport.send([make_digest(1, "reader1@example.com")])
    assert b"DKIM-Signature" not in sink.mails[0].content


def test_with_a_bad_key_no_message_leaves_and_the_settings_are_at_fault(
    connect: Connect, settings: Settings
) -> None:
    settings.DKIM_PRIVATE_KEY = "secret word"
    with strict_sink() as sink, connect(sink) as transport:
        outcomes = transport.send(make_burst(3))
    assert states(outcomes) == ["misconfigured"] * 3
    assert "secret" not in outcomes[0].error
    assert not sink.mails
