"""Read a mail that arrived here: what it is, of which mail of ours, and what it says. Pure."""

from __future__ import annotations

from mail.inbound.addresses import parse_address
from mail.inbound.incoming import Incoming


def read_message(raw: bytes, envelope_to: str = "") -> Incoming:
    """What a mail is. Never an error: what cannot be read is `unreadable`.

    Args:
        raw: the whole mail as it arrived.
        envelope_to: the recipient of its envelope, where it is known.
    """
    found = parse_address(envelope_to)
    return Incoming("reply" if raw.strip() else "unreadable", (found,) if found else ())
