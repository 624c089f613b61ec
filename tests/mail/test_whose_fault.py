"""Whose fault an error is, by the words of the mail server."""

from __future__ import annotations

import pytest

from mail.whose_fault import is_about_relay, is_about_us


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
