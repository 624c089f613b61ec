"""A mail that arrives is stored once and acted upon once."""

from __future__ import annotations

from newsletter.inbound.receive import receive
from tests.factories import NOON


def test_it_returns_the_kind_in_one_word() -> None:
    raw = b"From: bob@example.net\r\nSubject: Hello\r\n\r\nHello.\r\n"
    assert receive(raw, source="imap", now=NOON) == "reply"
    assert receive(b"", source="pipe", now=NOON) == "unreadable"
