"""A mail that arrived is read: what it is, of which mail of ours, and what it says."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mail.inbound.addresses import InboundAddress
from mail.inbound.parse import read_message
from tests.mail.inbound.corpus.free_forms import FREE_FORMS
from tests.mail.inbound.corpus.mails import (
    MESSAGE_ID,
    READER,
    RETURN_PATH,
    UNSUBSCRIBE_TOKEN,
    plain,
    postfix,
    raw,
    reply,
)
from tests.mail.inbound.corpus.readers import AUTO_REPLIES, COMPLAINTS
from tests.mail.inbound.corpus.reports import REPORTS

BOUNCE_TOKEN = "3mv-0123456789abcdef"


@pytest.mark.parametrize("name", REPORTS)
def test_reports_of_servers_are_read(name: str) -> None:
    mail, *expected = REPORTS[name]
    found = read_message(mail)
    assert [found.kind, found.hardness, found.status, found.recipient] == expected
    assert found.original_ids == (MESSAGE_ID,)
    assert found.tokens("bounce") == (BOUNCE_TOKEN,)


@pytest.mark.parametrize("name", FREE_FORMS)
def test_returned_mails_in_other_forms_are_read(name: str) -> None:
    mail, *expected = FREE_FORMS[name]
    found = read_message(mail)
    assert [found.kind, found.hardness, found.recipient] == expected
    assert found.tokens("bounce") == (BOUNCE_TOKEN,)


@pytest.mark.parametrize("name", sorted(FREE_FORMS.keys() - {"A warning in no form"}))
def test_the_mail_within_a_returned_mail_is_found(name: str) -> None:
    assert read_message(FREE_FORMS[name][0]).original_ids == (MESSAGE_ID,)


@pytest.mark.parametrize("name", COMPLAINTS)
def test_complaints_are_read(name: str) -> None:
    mail, kind, note = COMPLAINTS[name]
    found = read_message(mail)
    assert (found.kind, found.note) == (kind, note)
    assert found.original_ids == (MESSAGE_ID,)
    assert found.links == (UNSUBSCRIBE_TOKEN,)


@pytest.mark.parametrize("name", AUTO_REPLIES)
def test_what_no_person_wrote_asks_for_nothing(name: str) -> None:
    assert read_message(AUTO_REPLIES[name]).kind == "auto_reply"


def test_a_reply_is_one() -> None:
    found = read_message(
        reply("Good paper.\n\n> Sparse attention", head="Reply-To: lab@example.net")
    )
    assert (found.kind, found.sender, found.answer_to) == ("reply", READER, "lab@example.net")
    assert found.text == "Good paper.\n\n> Sparse attention"
    assert found.original_ids == (MESSAGE_ID,)
    assert found.dated_at == datetime(2025, 3, 14, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "subject",
    ["Re: Out of office robots", "Re: Automatic reply generation", "AW: Abwesenheit in Bildern"],
)
def test_a_reply_to_a_digest_with_such_a_subject_is_a_reply(subject: str) -> None:
    assert read_message(reply(subject=subject)).kind == "reply"


def test_a_report_that_a_reader_forwards_is_a_reply() -> None:
    head = 'From: bob@example.net\r\nContent-Type: multipart/mixed; boundary="f"\r\n\r\n'
    body = "--f\r\n\r\nWhat is this?\r\n--f\r\nContent-Type: message/rfc822\r\n\r\n"
    report = postfix("5.1.1", "smtp; 550 5.1.1 User unknown")
    found = read_message(head.encode() + body.encode() + report + b"\r\n--f--\r\n")
    assert (found.kind, found.failures, found.text) == ("reply", (), "What is this?")


def test_a_digest_that_a_reader_attaches_is_a_reply() -> None:
    mail = COMPLAINTS["Microsoft, without a report"][0]
    mail = mail.replace(b"staff@hotmail.com", b"bob@example.net")
    assert read_message(
        mail.replace(b"X-HmXmrOriginalRecipient: bob@example.net\r\n", b"")
    ).kind == ("reply")


def test_the_envelope_says_to_which_address_it_came() -> None:
    found = read_message(reply(), f"<{RETURN_PATH}>")
    assert found.addresses[0] == InboundAddress("bounce", BOUNCE_TOKEN)
    assert InboundAddress("reply") in found.addresses


@pytest.mark.parametrize("name", ["Delivered-To", "X-Original-To", "Envelope-To", "Cc"])
def test_without_an_envelope_the_headers_say_so(name: str) -> None:
    found = read_message(reply(head=f"{name}: {RETURN_PATH}"))
    assert found.tokens("bounce") == (BOUNCE_TOKEN,)


def test_mail_to_the_address_that_unsubscribes_does_so_whatever_it_says() -> None:
    to = f"reply+u-{UNSUBSCRIBE_TOKEN}@in.example.org"
    for text in ("", "unsubscribe", "Hello!"):
        found = read_message(reply(text, subject="", to=to))
        assert (found.kind, found.tokens("unsubscribe")) == ("unsubscribe", (UNSUBSCRIBE_TOKEN,))


def test_a_returned_list_unsubscribe_does_not_unsubscribe() -> None:
    mail = postfix("5.1.1", "smtp; 550 5.1.1 User unknown").replace(
        b"List-Unsubscribe: <", b"List-Unsubscribe: <mailto:reply+u-abc@in.example.org>, <"
    )
    found = read_message(mail)
    assert (found.kind, found.tokens("unsubscribe")) == ("bounce", ())
    assert InboundAddress("unsubscribe", "abc") in found.returned


@pytest.mark.parametrize("text", ["unsubscribe", "STOP", "Bitte abmelden.\n\nGruß\nBob"])
def test_a_reply_that_asks_for_no_more_mail_is_known(text: str) -> None:
    assert read_message(reply(text)).kind == "unsubscribe"


def test_a_quoted_word_is_not_the_readers() -> None:
    text = "Nice.\n\nOn Fri, 14 Mar 2025 at 09:00, Trending Papers wrote:\n> Unsubscribe\n"
    assert read_message(reply(text)).kind == "reply"


def test_a_read_receipt_is_a_report() -> None:
    mail = raw(
        """
        From: bob@example.net
        Subject: Read: Sparse attention
        Content-Type: multipart/report; report-type=disposition-notification; boundary=r

        --r

        Your message was read.
        --r
        Content-Type: message/disposition-notification

        Final-Recipient: rfc822; bob@example.net
        Disposition: manual-action/MDN-sent-manually; displayed
        --r--
        """
    )
    assert read_message(mail).kind == "report"


@pytest.mark.parametrize("mail", [b"", b"\r\n\r\n", b"no header here", b"\x00\xff" * 50])
def test_what_has_no_header_is_unreadable(mail: bytes) -> None:
    assert read_message(mail).kind == "unreadable"


# ── the same mail ────────────────────────────────────────────────────────────


def test_a_mail_that_comes_by_two_ways_has_one_fingerprint() -> None:
    mail = reply("Hello\nthere")
    by_pipe = b"From bob Fri Mar 14 10:00:00 2025\n" + mail.replace(b"\r\n", b"\n")
    by_imap = b"Delivered-To: reply@in.example.org\r\nReceived: by x; Fri, 14 Mar 2025\r\n" + mail
    prints = {read_message(one).fingerprint for one in (mail, by_pipe, by_imap)}
    assert len(prints) == 1


def test_other_words_another_writer_or_another_address_make_another_mail() -> None:
    mails = [
        reply("one"), reply("two"), reply("one", sender="eve@example.net"),
        reply("one", message_id="<78@example.net>"), reply("one", to=RETURN_PATH),
    ]  # fmt: skip
    assert len({read_message(one).fingerprint for one in mails}) == 5


def test_a_large_mail_differs_at_its_end_too() -> None:
    mails = [reply("x" * 3_000_000 + end) for end in ("a", "b")]
    assert len({read_message(one).fingerprint for one in mails}) == 2


def test_a_server_that_quotes_only_headers_is_enough() -> None:
    found = read_message(plain("550 5.1.1 user unknown", head=f"In-Reply-To: {MESSAGE_ID}"))
    assert (found.kind, found.hardness, found.original_ids) == ("bounce", "hard", (MESSAGE_ID,))


def test_a_server_s_own_form_counts_wherever_it_arrives() -> None:
    """As with RETURN_PATH=plain, where no address says that it is for returned mail."""
    words = f"Ihre Nachricht kam nicht an: 550 5.1.1 user unknown\n\nMessage-ID: {MESSAGE_ID}"
    found = read_message(plain(words, to="reply@in.example.org"))
    assert (found.kind, found.hardness, found.original_ids) == ("bounce", "hard", (MESSAGE_ID,))
    words = "Ihre Nachricht ist angekommen."
    assert read_message(plain(words, to="reply@in.example.org")).kind == "auto_reply"
