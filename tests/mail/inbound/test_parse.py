"""A mail that arrived is read: what it is, and of which mail."""

from __future__ import annotations

from mail.inbound.parse import read_message


def test_nothing_is_unreadable() -> None:
    assert read_message(b"", "").kind == "unreadable"
