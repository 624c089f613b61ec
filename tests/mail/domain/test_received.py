"""Mails that arrived, with what their signatures cover."""

from __future__ import annotations

import pytest

from mail.dkim.sign import signer
from mail.domain.received import check_received
from tests.mail.dkim.keys import DOMAIN, make_key
from tests.mail.domain.dns_of import levels, only

HEADERS = (
    f"From: Trending Papers <digest@{DOMAIN}>\r\nTo: a@b.example\r\nSubject: Papers\r\n"
    "List-Id: <papers.example.org>\r\n"
    "List-Unsubscribe: <https://papers.example.org/u/x>\r\n"
    "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
)
BODY = "\r\nHello.\r\n"


def signed(names: str, domain: str = "example.org") -> bytes:
    signature = f"DKIM-Signature: v=1; a=rsa-sha256; d={domain};\r\n h={names};\r\n b=x\r\n"
    return (signature + HEADERS + BODY).encode()


def test_what_this_service_signs_is_good() -> None:
    assert levels(check_received(signer(make_key())((HEADERS + BODY).encode()))) == ["ok"]


def test_headers_that_should_be_signed_too_are_noted() -> None:
    found = check_received(signed("From : List-Unsubscribe\r\n :List-Unsubscribe-Post:to"))
    assert levels(found) == ["ok", "note"]
    assert found[1].text.startswith("subject, list-id could be changed")


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ((HEADERS + BODY).encode(), "has no DKIM-Signature"),
        (signed("from:list-unsubscribe"), "list-unsubscribe-post is not signed"),
        (signed("from:list-unsubscribe:list-unsubscribe-post", "other.example"), "does not count"),
        (signed("from").replace(b"-Post: List", b"-Post: Other"), "not for one click"),
        (signed("from").replace(b"<https:", b"<http:"), "not for one click"),
        (b"", "has no DKIM-Signature"),
        (b"\xff\xfe\x00", "has no DKIM-Signature"),
    ],
)
def test_a_mail_without_one_click_says_why(content: bytes, part: str) -> None:
    assert part in " ".join(one.text for one in check_received(content))
    assert "error" in levels(check_received(content))


def test_headers_that_were_removed_on_the_way_are_named() -> None:
    content = signed("from:list-unsubscribe:list-unsubscribe-post")
    short = content.replace(b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", b"")
    assert only(check_received(short)[:1])[1].startswith("the mail has no list-unsubscribe-post")


def test_of_two_signatures_the_one_of_the_sender_counts() -> None:
    both = signed("from:list-unsubscribe:list-unsubscribe-post", "other.example")
    head = signed("from").split(b"From: ")[0]
    assert "error" in levels(check_received(head + both))
