"""One mail over SMTP, against a server that misbehaves at every step; and over APIs."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from anymail.exceptions import AnymailRecipientsRefused
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend

from mail.carry import deliver
from mail.outcome import Outcome
from tests.mail.smtp_server import HANG_UP, SILENCE, Server, serving


@contextmanager
def connected(port: int, **options: object) -> Iterator[EmailBackend]:
    connection = EmailBackend(host="127.0.0.1", port=port, timeout=0.3, **options)  # type: ignore[arg-type]
    try:
        yield connection
    finally:
        connection.close()


def a_message(body: str = "Hello", to: str = "ada@example.com") -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        subject="Häppy papers",
        body=body,
        from_email="Trending Papers <digest@example.org>",
        to=[to],
    )
    message.attach_alternative("<p>Hello</p>", "text/html")
    return message


def sent(server: Server, message: EmailMultiAlternatives | None = None) -> Outcome:
    with connected(server.port) as connection:
        return deliver(connection, message or a_message())


def test_an_accepted_mail_brings_the_name_the_server_gave_it() -> None:
    with serving() as server:
        outcome = sent(server)
    assert outcome == Outcome("accepted", provider_id="2.0.0 queued as 4711")
    assert server.verbs[1].startswith("mail FROM:<digest@example.org> SIZE=")
    assert server.verbs[2] == "rcpt TO:<ada@example.com>"


def test_the_bytes_arrive_as_they_were_built() -> None:
    message = a_message("one\n.\n..two\nthree")
    with serving() as server:
        sent(server, message)
    wire = server.mails[0].replace(b"\r\n..", b"\r\n.")  # as a server undoes the stuffing
    assert b"\n.\r\n..two\r\n" in wire
    assert b"\r\n..\r\n...two\r\n" in server.mails[0]
    assert b"\n" not in wire.replace(b"\r\n", b"")


def test_one_connection_carries_many_mails() -> None:
    with serving() as server, connected(server.port) as connection:
        outcomes = [deliver(connection, a_message()) for _ in range(3)]
    assert [outcome.state for outcome in outcomes] == ["accepted"] * 3
    assert server.connections == 1


@pytest.mark.parametrize(
    ("answers", "state", "gone"),
    [
        ({"RCPT": "550 5.1.1 no such user"}, "refused", True),
        ({"RCPT": "550 5.7.1 we do not like you"}, "refused", False),
        ({"RCPT": "452 4.2.2 mailbox full"}, "deferred", False),
        ({"RCPT": "530 5.7.0 authentication required"}, "misconfigured", False),
        ({"MAIL": "553 5.7.1 sender not allowed"}, "misconfigured", False),
        ({"MAIL": "451 4.7.1 later"}, "deferred", False),
        ({"MAIL": "552 5.3.4 too big"}, "refused", False),
        ({"DATA": "451 4.3.0 later"}, "deferred", False),
        ({"DATA": "554 5.7.1 no"}, "refused", False),
        ({"body": "554 5.7.1 looks like spam"}, "refused", False),
        ({"body": "451 4.7.1 greylisted"}, "deferred", False),
        ({"greeting": "554 5.7.1 go away"}, "deferred", False),
        ({"greeting": "421 4.7.0 too many connections"}, "deferred", False),
    ],
)
def test_a_no_is_sorted_by_what_it_was_said_to(
    answers: dict[str, str], state: str, gone: bool
) -> None:
    with serving(**answers) as server:
        outcome = sent(server)
    assert (outcome.state, outcome.is_hard_bounce) == (state, gone)
    assert outcome.error == next(iter(answers.values()))


@pytest.mark.parametrize("failure", [HANG_UP, SILENCE])
@pytest.mark.parametrize(
    ("verb", "state"),
    [
        ("greeting", "deferred"),
        ("MAIL", "deferred"),
        ("RCPT", "deferred"),
        ("DATA", "deferred"),
        ("body", "unknown"),  # the server has all of it; perhaps it kept it
    ],
)
def test_a_broken_connection_is_in_doubt_only_after_the_body(
    verb: str, failure: str, state: str
) -> None:
    with serving(**{verb: failure}) as server:
        assert sent(server).state == state


def test_a_refused_mail_does_not_take_the_next_one_down() -> None:
    with serving(RCPT="550 5.1.1 no such user") as server, connected(server.port) as connection:
        assert deliver(connection, a_message()).state == "refused"
        server.answers = {}
        assert deliver(connection, a_message()).state == "accepted"
    assert server.connections == 1


def test_a_broken_connection_is_replaced_for_the_next_mail() -> None:
    with serving(body=HANG_UP) as server, connected(server.port) as connection:
        assert deliver(connection, a_message()).state == "unknown"
        server.answers = {}
        assert deliver(connection, a_message()).state == "accepted"
    assert server.connections == 2


@pytest.mark.parametrize("goodbye", [HANG_UP, "421 4.4.2 idle too long"])
def test_a_connection_that_died_in_between_costs_a_mail_nothing(goodbye: str) -> None:
    """The server tires of us after the first mail and greets the second with a goodbye."""
    with serving() as server, connected(server.port) as connection:
        assert deliver(connection, a_message()).state == "accepted"
        server.answers = _OnceOnly({"MAIL": goodbye})
        assert deliver(connection, a_message()).state == "accepted"
    assert server.connections == 2
    assert len(server.mails) == 2


class _OnceOnly(dict[str, str]):
    def get(self, verb: str, default: str = "") -> str:  # type: ignore[override]
        return self.pop(verb, default)


def test_nobody_listening_is_deferred() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with connected(port) as connection:
            outcome = deliver(connection, a_message())
    assert (outcome.state, outcome.error[:22]) == ("deferred", "ConnectionRefusedError")


def test_an_unknown_host_is_deferred() -> None:
    connection = EmailBackend(host="mail.invalid", port=25, timeout=0.3)
    assert deliver(connection, a_message()).state == "deferred"


def test_a_server_without_the_promised_tls_is_a_wrong_setting() -> None:
    with serving() as server, connected(server.port, use_tls=True) as connection:
        assert deliver(connection, a_message()).state == "misconfigured"


def test_a_wrong_password_is_a_wrong_setting() -> None:
    answers = {"EHLO": "250-here\r\n250 AUTH PLAIN", "AUTH": "535 5.7.8 no"}
    with serving(**answers) as server:
        options = {"username": "us", "password": "guess"}
        with connected(server.port, **options) as connection:
            assert deliver(connection, a_message()).state == "misconfigured"


@pytest.mark.parametrize(
    "to", ["ada@example.com, eve@example.com", "ada@example.com\nBcc: eve@example.com"]
)
def test_an_address_that_cannot_be_is_refused_and_never_spoken(to: str) -> None:
    with serving() as server:
        assert sent(server, a_message(to=to)).state == "refused"
    assert not any(verb.startswith("rcpt") for verb in server.verbs)


@pytest.mark.parametrize("readers", [[], ["ada@example.com", "bob@example.com"]])
def test_a_mail_goes_to_exactly_one_reader(readers: list[str]) -> None:
    message = a_message()
    message.to = readers
    with (
        serving() as server,
        connected(server.port) as connection,
        pytest.raises(ValueError, match="to one reader"),
    ):
        deliver(connection, message)
    assert server.connections == 0


class _Api(BaseEmailBackend):
    def __init__(self, error: Exception | None = None) -> None:
        super().__init__()
        self.error = error

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        if self.error:
            raise self.error
        status = type("Status", (), {"message_id": "abc-123"})()
        for message in email_messages:
            message.anymail_status = status  # type: ignore[attr-defined]
        return len(email_messages)


def test_an_api_s_message_id_is_kept() -> None:
    assert deliver(_Api(), a_message()) == Outcome("accepted", provider_id="abc-123")


def test_an_api_s_error_is_an_outcome_too() -> None:
    outcome = deliver(_Api(AnymailRecipientsRefused()), a_message())
    assert outcome.state == "refused"
    assert "rejected or invalid" in outcome.error
