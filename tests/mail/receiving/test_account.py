"""INBOUND_IMAP_URL is read in one way or refused, and its password is in no text."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from mail.receiving.account import ImapAccount, is_this_machine, parse_account


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("imaps://reply:secret@imap.example.org", ("imap.example.org", 993, "INBOX", "tls")),
        ("IMAPS://reply:secret@imap.example.org/", ("imap.example.org", 993, "INBOX", "tls")),
        ("imap://reply:secret@imap.example.org/", ("imap.example.org", 143, "INBOX", "starttls")),
        ("imap://reply:secret@localhost:1143/", ("localhost", 1143, "INBOX", "none")),
        ("imap://reply:secret@127.0.0.1/", ("127.0.0.1", 143, "INBOX", "none")),
        ("imap://reply:secret@[::1]/", ("::1", 143, "INBOX", "none")),
        ("imaps://reply:secret@[2001:db8::7]:1993/", ("2001:db8::7", 1993, "INBOX", "tls")),
        ("imap://reply:secret@10.0.0.7/", ("10.0.0.7", 143, "INBOX", "starttls")),
        ("imap://reply:secret@dovecot/", ("dovecot", 143, "INBOX", "starttls")),
        ("imaps://reply:secret@bücher.example/", ("xn--bcher-kva.example", 993, "INBOX", "tls")),
        ("imaps://reply:secret@mx/INBOX/Bounces/", ("mx", 993, "INBOX/Bounces", "tls")),
        ("imaps://reply:secret@mx/R%C3%BCckl%C3%A4ufer", ("mx", 993, "Rückläufer", "tls")),
    ],
)  # fmt: skip
def test_each_part_is_read(url: str, expected: tuple[str, int, str, str]) -> None:
    host, port, folder, security = expected
    found = parse_account(url)
    assert (found.host, found.port, found.folder, found.security) == (host, port, folder, security)
    assert (found.user, found.password) == ("reply", "secret")


def test_signs_of_user_and_password_are_decoded() -> None:
    found = parse_account("imaps://reply%40in.example.org:p%40s%2Fs%3Aw%25%23@imap.example.org/")
    assert (found.user, found.password) == ("reply@in.example.org", "p@s/s:w%#")


def test_the_password_is_in_no_text_of_an_account() -> None:
    found = parse_account("imaps://reply:secret@imap.example.org/")
    assert found.name == "reply at imap.example.org:993, INBOX"
    assert "secret" not in f"{found!r} {found} {found.name}"
    assert found == ImapAccount("reply", "secret", "imap.example.org", 993, "INBOX", "tls")


@pytest.mark.parametrize(
    "url",
    [
        *("", "secret", "imaps:secret@mx", "pop3://reply:secret@mx/", "https://reply:secret@mx/"),
        *("imaps://mx/INBOX", "imaps://reply@mx/", "imaps://:secret@mx/", "imaps://reply:@mx/"),
        *("imaps://reply:sec@ret@mx/", "imaps://reply:sec:ret@mx/", "imaps://reply:sec/ret@mx/"),
        *("imaps://reply:sec#ret@mx/", "imaps://reply:sec?ret@mx/", "imaps://reply:secret%@mx/"),
        *("imaps://reply:secret @mx/", "imaps://reply:secret@mx/A B", "imaps://reply:secret@mx/a\n"),
        *("imaps://reply:secret@/", "imaps://reply:secret@:993/", "imaps://reply:secret@mx:0/"),
        *("imaps://reply:secret@mx:99999/", "imaps://reply:secret@mx:imap/"),
        *("imaps://reply:secret@::1/", "imaps://reply:secret@[::1/", "imaps://reply:secret@a,b/"),
        *("imaps://reply:secret@mx/INBOX?ssl=1", "imaps://reply:secret@mx/INBOX#1"),
        *("imaps://reply:secret@mx/INBOX;UIDVALIDITY=1", "imaps://reply:secret@mx?a=b"),
        *("imaps://reply:secret%0D%0A@mx/", "imaps://reply:secret@mx/IN%00BOX"),
        *("imaps://reply:secret@-.\u2603/", "imaps://reply:secret@[zz]/"),
    ],
)  # fmt: skip
def test_what_can_be_read_in_two_ways_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^INBOUND_IMAP_URL .*\.$") as refused:
        parse_account(url)
    text = str(refused.value)
    assert "\n" not in text
    for secret in ("secret", "sec@", "ret@mx", "reply:sec"):
        assert secret not in text


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        *(("localhost", True), ("127.0.0.1", True), ("127.9.9.9", True), ("::1", True)),
        *(("localhost.example.org", False), ("10.0.0.1", False), ("dovecot", False)),
    ],
)
def test_this_machine_is_known_by_its_names(host: str, *, expected: bool) -> None:
    assert is_this_machine(host) == expected
