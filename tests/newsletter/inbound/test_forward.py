"""Replies are forwarded to the operator, once each, and never in a circle."""

from __future__ import annotations

from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from pytest_django import Settings

from mail.inbound.parse import read_message
from mail.journal import NO_JOURNAL, Journal
from mail.message import Message
from mail.outcome import Outcome
from newsletter.inbound import forward
from newsletter.inbound.forward import build, forward_waiting, operator_address
from newsletter.inbound.receive import receive
from newsletter.models import Delivery, InboundMessage
from subscribers.models import Subscriber
from subscribers.privacy import erase
from tests.mail.inbound.corpus.mails import READER, reply
from tests.newsletter.inbound.mails import ADDRESS, NOW

pytestmark = pytest.mark.django_db


class Server:
    """Takes messages, or answers with this outcome."""

    def __init__(self, outcome: Outcome | None = None) -> None:
        self.outcome = outcome or Outcome("accepted")
        self.sent: list[Message] = []

    def send(self, burst: list[Message], journal: Journal = NO_JOURNAL) -> list[Outcome]:
        self.sent += burst
        return [self.outcome for _ in burst]


def run(server: Server, at: datetime = NOW) -> int:
    return forward_waiting(server, lambda: at)  # type: ignore[arg-type]


def take(raw: bytes) -> InboundMessage:
    receive(raw, source="lmtp", now=NOW)
    return InboundMessage.objects.get(fingerprint=read_message(raw).fingerprint)


def again(row: InboundMessage) -> tuple[str, bytes, str]:
    row.refresh_from_db()
    return row.result, bytes(row.raw), row.detail


def test_a_reply_is_forwarded_once_and_then_forgotten() -> None:
    row, server = take(reply("Where is paper 3?")), Server()
    assert (run(server), run(server)) == (1, 0)
    assert again(row) == ("forwarded", b"", "")
    [message] = server.sent
    assert (message.to, message.subject) == (
        "editors@example.org", "Reply: Re: Sparse attention and two more",
    )  # fmt: skip
    assert "Where is paper 3?" in message.text
    assert "bob@example.net wrote this to reply@in.example.org." in message.text


def test_an_answer_to_it_goes_to_the_writer_and_no_program_answers_it(settings: Settings) -> None:
    settings.MAIL_REPLY_TO = "lab@example.org"
    take(reply(head="Reply-To: Lab <lab@example.net>"))
    server = Server()
    run(server)
    [message] = server.sent
    parsed = message_from_bytes(message.as_bytes(), policy=default)
    assert parsed["Reply-To"] == "lab@example.net"
    assert parsed["Auto-Submitted"] == "auto-generated"
    assert parsed["X-Loop"] == ADDRESS
    assert parsed["To"] == "editors@example.org"
    assert parsed["From"] == "Trending Papers <digest@papers.example.org>"


def test_what_was_forwarded_is_not_forwarded_again() -> None:
    take(reply())
    server = Server()
    run(server)
    assert receive(server.sent[0].as_bytes(), envelope_to=ADDRESS, source="lmtp", now=NOW) == (
        "auto_reply"
    )
    assert run(server) == 0


def test_a_program_of_the_operator_that_answers_is_not_forwarded_to_them() -> None:
    """One that says nowhere that it is a program."""
    take(reply())
    server = Server()
    run(server)
    forwarded = server.sent[0].headers["Message-ID"]
    head = f"In-Reply-To: {forwarded}"
    row = take(reply("I am at the beach.", sender="Editors@example.org", head=head))
    assert run(server) == 0
    assert again(row)[:2] == ("held", b"")
    of_another = take(reply("Thanks for your answer.", sender="eve@example.net", head=head))
    own = take(reply("Is this read?", sender="editors@example.org"))
    assert run(server) == 2
    assert (again(of_another)[0], again(own)[0]) == ("forwarded", "forwarded")


def test_html_shows_the_words_and_runs_nothing() -> None:
    row = take(reply("<script>alert(1)</script>"))
    message = build(row, read_message(bytes(row.raw)), NOW)
    assert "<script>" not in message.html
    assert "&lt;script&gt;" in message.html


def test_a_wish_that_is_not_proved_is_named(delivery: Delivery) -> None:
    row = take(reply("stop"))
    assert "It asks for no more mail." in build(row, read_message(bytes(row.raw)), NOW).text


def test_files_are_named_and_not_forwarded() -> None:
    raw = (
        b"From: bob@example.net\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\n\r\nHi\r\n--b\r\n"
        b'Content-Disposition: attachment; filename="cv.pdf"\r\n\r\nPDF\r\n--b--\r\n'
    )
    row = take(raw)
    assert "not forwarded: cv.pdf." in build(row, read_message(bytes(row.raw)), NOW).text


@pytest.mark.parametrize("sender", ["bob", "", "jörg@example.net", "a@b@c", "x" * 300])
def test_a_writer_without_an_address_gets_no_answer(sender: str) -> None:
    row = take(reply(sender=sender))
    message = build(row, read_message(bytes(row.raw)), NOW)
    assert "Reply-To" not in message.headers
    assert message.as_bytes()


def test_one_writer_has_so_many_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forward, "OF_A_WRITER", 2)
    rows = [take(reply(f"mail {number}")) for number in range(3)]
    eve = take(reply(sender="eve@example.net"))
    assert run(Server()) == 3
    assert [again(row)[0] for row in (*rows, eve)] == [
        "forwarded",
        "forwarded",
        "held",
        "forwarded",
    ]
    assert again(rows[2])[1:] == (b"", "its writer had 2 on this day")


def test_all_writers_together_have_so_many_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forward, "OF_ALL", 1)
    take(reply("one"))
    late = take(reply("two", sender="eve@example.net"))
    run(Server())
    assert again(late)[::2] == ("held", "1 were forwarded on this day")


@pytest.mark.parametrize("contact", ["", ADDRESS, "Reply+x@in.example.org"])
def test_without_an_address_of_an_operator_nothing_is_forwarded(
    settings: Settings, contact: str
) -> None:
    settings.CONTACT_EMAIL = contact
    row = take(reply())
    assert run(Server()) == 0
    assert again(row) == ("held", b"", "CONTACT_EMAIL is not set")


def test_the_operator_s_address_may_be_that_for_replies(settings: Settings) -> None:
    settings.CONTACT_EMAIL = ADDRESS
    settings.MAIL_REPLY_TO = f"Papers <{ADDRESS}>, Editors <eds@example.org>"
    assert operator_address() == "eds@example.org"


def test_a_server_that_takes_none_gets_it_later() -> None:
    row, server = take(reply()), Server(Outcome("deferred", error="451 later"))
    run(server)
    assert again(row)[0] == "forward"
    assert run(Server(), NOW + timedelta(seconds=30)) == 0
    assert run(Server(), NOW + timedelta(hours=1)) == 1
    assert again(row)[0] == "forwarded"


@pytest.mark.parametrize(
    ("outcome", "after", "detail"),
    [
        (Outcome("refused", error="550 no"), timedelta(), "550 no"),
        (Outcome("unknown", error="gone"), timedelta(days=4), "gave up: gone"),
    ],
)
def test_in_the_end_it_is_not_kept(outcome: Outcome, after: timedelta, detail: str) -> None:
    row = take(reply())
    run(Server(outcome), NOW + after)
    assert again(row) == ("held", b"", detail)


def test_a_worker_that_was_killed_leaves_it_to_the_next(settings: Settings) -> None:
    row = take(reply())
    assert forward.claim(NOW) == row
    assert run(Server()) == 0
    server = Server()
    assert run(server, NOW + timedelta(seconds=settings.LEASE_SECONDS)) == 1
    assert again(row)[0] == "forwarded"


def test_a_copy_has_the_same_message_id() -> None:
    row = take(reply())
    mail = read_message(bytes(row.raw))
    ids = {build(row, mail, at).headers["Message-ID"] for at in (NOW, NOW + timedelta(hours=1))}
    assert len(ids) == 1


def test_nothing_of_an_erased_writer_is_forwarded(bob: Subscriber) -> None:
    row = take(reply(sender=READER))
    erase(bob)
    assert again(row)[1] == b""
    assert run(Server()) == 0
    assert again(row)[::2] == ("held", "its writer was erased")
