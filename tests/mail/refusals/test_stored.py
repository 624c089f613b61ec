"""Replies of real servers' kinds: is the mailbox missing, full, or is the sender refused?"""

from __future__ import annotations

import pytest

from mail.refusals.meanings import MISSING, Meaning
from mail.refusals.stored import (
    counts_against_mailbox,
    denies_missing_mailbox,
    has_code_of_missing_mailbox,
    is_about_relay,
    is_about_sender,
    is_about_us,
    names_missing_mailbox,
)
from tests.mail.refusals.test_replies import REPLIES

MISSING_BY_WORDS = [
    "550 User unknown",
    "550 <jo@example.org>: User unknown",
    "550 Unknown user",
    "550 No such user here",
    "550 No such user (jo)",
    "550 no such recipient",
    "550 jo@example.org... No such person at this address",
    "550 Mailbox not found",
    "550 mailbox does not exist",
    "550 Requested action not taken: mailbox not found",
    "550 Recipient not found",
    "550 unknown recipient",
    "550 Recipient <jo@example.org> does not exist here",
    "550 Invalid recipient",
    "550 Invalid mailbox",
    "550 Invalid Recipient - https://community.example.net/docs/DOC-1369#550",
    "550 invalid address",
    "550 address unknown",
    "550 Unrouteable address",
    "550 unknown local part jo in <jo@example.org>",
    "553 sorry, no mailbox here by that name (#5.1.1)",
    "550 sorry, no mailbox here by that name",
    "550 Account is disabled",
    "550 The account has been deactivated",
    "550 This account is inactive",
    "550 account closed",
    "550 The user account has been deleted",
    "554 delivery error: dd This user doesn't have a yahoo.com account (jo@yahoo.com) [0]",
    "550 Sorry, that recipient does not exist",
    "550 The email account that you tried to reach does not exist",
    "550 That address is no longer in use",
    "550 jo is no longer with us; this mailbox is no longer available",
    "550 user not found",
    "550 RecipientNotFound; Recipient not found by SMTP address lookup",
    "550 jo (jo@example.org) User not listed in Domino Directory",
    "550 User jo@example.org not known",
    "551 user does not exist",
    "550 5.0.0 <jo@example.org>... User unknown",
    "550 5.5.1 Invalid recipient: jo",
    "553 5.3.0 <jo@example.org>... No such user here",
    "550 Recipient address rejected: User unknown in virtual mailbox table",
    "550 #5.1.0 Address rejected: unknown user",
    "550 not a valid mailbox",
    "550 is not a known user here",
    "550 Host or domain name not found",
    "550 Domain example.org does not exist",
]
MISSING_BY_CODE = [
    "550 5.1.1 whatever it says",
    "550 5.1.1 User unknown. Please check the address and try again",
    "550-5.1.1 The email account that you tried to reach does not exist. Please try 550-5.1.1 it",
    "550 5.1.2 bad destination system",
    "550 5.1.3 bad syntax",
    "551 5.1.6 moved",
    "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
    "550 5.2.1 mailbox disabled",
    "550 5.4.4 Invalid domain",
    "smtp; 550 5.4.4 Invalid domain",
    "5.1.1 no such mailbox",
    "bounced (550 5.1.1 The email account that you tried to reach does not exist. - gsmtp)",
    "550 5.1.1 <blocked@example.org>: Recipient address rejected",
    "550 5.1.1 <jo@spamhaus.example>: unknown",
]
NOT_MISSING = [
    "",
    "550",
    "550 no",
    "554 no reason given",
    "554 Transaction failed",
    "550 Requested action not taken: mailbox unavailable",
    "450 4.1.1 <jo@example.org>: Recipient address rejected: User unknown",
    "450 User unknown, try later",
    "452 4.2.2 mailbox full",
    "550 5.2.2 mailbox full",
    "552 5.2.2 Over quota",
    "550 5.2.2 user unknown to have space: quota exceeded",
    "552 Requested mail action aborted: exceeded storage allocation; mailbox is full",
    "550 5.2.1 The user you are trying to contact is receiving mail too quickly",
    "550 5.2.1 The user you are trying to contact is receiving mail at a rate that prevents more",
    "550 5.1.13 something else",
    "550 15.1.1 is no code",
    "550 5.1.1.7 is no code either",
    "550 5.3.4 message too big",
    "550 Account is temporarily unavailable",
]
ABOUT_SENDER = [
    "550 5.7.1 User unknown",
    "550 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
    "550 5.1.1 blocked using Spamhaus",
    "550 5.1.1 User unknown; your IP is listed, see https://www.spamhaus.org/query/192.0.2.1",
    "550 5.1.1 192.0.2.1 is listed at bl.spamcop.net",
    "554 5.7.1 Relay access denied",
    "550 Relaying denied",
    "550 relay not permitted",
    "550 5.1.8 Sender address rejected: Domain not found",
    "550 Sender address rejected: Domain does not exist",
    "550 sender domain does not exist",
    "550 Sender verify failed; no such user",
    "550 5.7.26 Unauthenticated email is not accepted",
    "550 5.1.1 message rejected because of your reputation",
    "554 Your IP has a poor reputation",
    "550 5.1.1 rejected: DMARC policy of the domain",
    "550 The message was rejected as spam",
    "550 HELO name does not exist",
    "550 5.1.1 on our blacklist",
    "550 5.1.1 on our block list",
    "550 banned sending IP",
    "553 5.1.8 unknown sender domain; MAIL FROM domain does not exist",
]


@pytest.mark.parametrize("reply", MISSING_BY_WORDS)
def test_the_usual_words_for_a_missing_mailbox_are_read(reply: str) -> None:
    assert names_missing_mailbox(reply)


@pytest.mark.parametrize("reply", MISSING_BY_CODE)
def test_an_enhanced_code_for_a_missing_mailbox_is_read(reply: str) -> None:
    assert names_missing_mailbox(reply)
    assert has_code_of_missing_mailbox(reply)


@pytest.mark.parametrize("reply", [*NOT_MISSING, *ABOUT_SENDER])
def test_other_replies_name_no_missing_mailbox(reply: str) -> None:
    assert not names_missing_mailbox(reply)
    assert not has_code_of_missing_mailbox(reply)


@pytest.mark.parametrize("reply", ABOUT_SENDER)
def test_a_reply_about_the_sender_is_recognised(reply: str) -> None:
    assert is_about_sender(reply)


@pytest.mark.parametrize("reply", [*MISSING_BY_WORDS, *MISSING_BY_CODE, *NOT_MISSING])
def test_a_reply_about_the_mailbox_is_not_about_the_sender(reply: str) -> None:
    assert not is_about_sender(reply)


def test_exchange_online_writes_access_denied_for_an_unknown_recipient() -> None:
    assert names_missing_mailbox("550 5.4.1 Recipient address rejected: Access denied. AS(2018)")
    assert not names_missing_mailbox("550 5.4.1 Access denied")


def test_words_without_a_code_are_no_code() -> None:
    assert not has_code_of_missing_mailbox("550 User unknown")


def test_a_long_reply_is_read_in_milliseconds() -> None:
    assert not names_missing_mailbox("550 " + "user is " * 50_000)


@pytest.mark.parametrize(("reply", "meaning"), REPLIES)
def test_a_stored_reply_has_the_meaning_that_it_had_when_it_came(
    reply: str, meaning: Meaning
) -> None:
    assert names_missing_mailbox(reply) is (meaning == MISSING)
    if meaning.subject == "us":
        assert is_about_us(reply)


@pytest.mark.parametrize(
    ("reply", "counts"),
    [
        ("552 5.2.2 full", True),
        ("550 5.1.1 no such user", True),
        ("552 5.3.4 too big", True),
        ("550 no", True),
        ("550 5.7.1 You have been blocked by the recipient", False),
        ("550 5.7.1 no", False),
        ("550 blocked", False),
        ("550 spam", False),
        ("550 5.7.26 unauthenticated sender", False),
        ("550 listed at spamhaus", False),
    ],
)
def test_what_may_be_about_the_sender_does_not_count_against_a_mailbox(
    reply: str, counts: bool
) -> None:
    assert counts_against_mailbox(reply) is counts


@pytest.mark.parametrize(
    ("reply", "denies"),
    [
        ("552 5.2.2 over quota", True),
        ("552 5.2.2 see our site", True),
        ("552 mailbox is full", True),
        ("552 message too big", True),
        ("550 5.2.1 is receiving mail too quickly", True),
        ("450 4.4.1 no answer", True),
        ("550 greylisted", True),
        ("550 5.2.0 mailbox unavailable", False),
        ("550 5.1.1 no such user", False),
        ("550 no", False),
        ("", False),
    ],
)
def test_a_mailbox_that_is_full_or_slow_is_not_missing(reply: str, denies: bool) -> None:
    assert denies_missing_mailbox(reply) is denies


def test_a_refusal_by_the_reader_is_not_about_us() -> None:
    assert not is_about_us("550 5.7.1 You have been blocked by the recipient")
    assert not is_about_us("550 5.7.0 Message Size Violation")
    assert is_about_us("550 5.7.1 no")


@pytest.mark.parametrize(
    "error",
    [
        "ConnectionRefusedError: [Errno 111] Connection refused",
        "gaierror: [Errno -2] Name or service not known",
        "TimeoutError: timed out",
        "SSLError: certificate verify failed",
        "421 4.3.2 closing",
        "429 Too Many Requests",
        "503 Service Unavailable",
        "AnymailRequestsAPIError: 500",
    ],
)
def test_what_names_no_recipient_is_the_mail_server_s(error: str) -> None:
    assert is_about_relay(error)


@pytest.mark.parametrize("error", ["", "450 4.2.1 later", "451 greylisted", "452-4.2.2 full"])
def test_a_temporary_reply_is_about_the_recipient(error: str) -> None:
    assert not is_about_relay(error)


@pytest.mark.parametrize(
    ("error", "about_us"),
    [
        ("554 5.7.1 Relay access denied", True),
        ("504 5.5.2 <ab12>: Helo command rejected: need fully-qualified hostname", True),
        ("550 5.7.26 unauthenticated sender address", True),
        ("550 5.7.1 blocked using zen.spamhaus.org", True),
        ("554 5.7.1 virus found", False),
        ("554 5.7.1 looks like spam", False),
        ("550 5.1.1 no such user", False),
    ],
)
def test_a_refusal_of_this_service_is_about_us(error: str, about_us: bool) -> None:
    assert is_about_us(error) is about_us
