"""The addresses at which this service receives mail: one mailbox, and addresses under it.

INBOUND_ADDRESS=reply@in.example.org receives replies itself. Under it, after a plus, are the
address to which a mail is returned when it cannot be delivered (its return path, as VERP has it),
and the one that unsubscribes. A server with `recipient_delimiter = +`, as Postfix, Dovecot and the
mailbox providers have it, puts all of them into one mailbox.
"""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple
from urllib.parse import unquote

from django.conf import settings

Kind = Literal["reply", "bounce", "unsubscribe"]

_LETTERS: Final[dict[str, Kind]] = {"b": "bounce", "u": "unsubscribe"}
_LONGEST: Final = 400  # characters of an address, three for each that is escaped
_EXTENSION: Final = re.compile(r"([bu])-([A-Za-z0-9_-]{1,50})")


class InboundAddress(NamedTuple):
    """One of our addresses, and the token in it, which is not verified; of a reply it is empty."""

    kind: Kind
    token: str = ""


def is_set() -> bool:
    """Whether this service receives mail at all."""
    return bool(settings.INBOUND_ADDRESS)


def reply_to() -> str:
    """Where replies go, if not to the sender: MAIL_REPLY_TO, or else where mail is received."""
    return str(settings.MAIL_REPLY_TO or settings.INBOUND_ADDRESS)


def bounce_address(token: str) -> str:
    """Where a mail that cannot be delivered returns to; empty if no mail is received here."""
    return _extended("b", token)


def unsubscribe_address(token: str) -> str:
    """Where a mail unsubscribes; empty if no mail is received here."""
    return _extended("u", token)


def _extended(letter: str, token: str) -> str:
    local, at, domain = settings.INBOUND_ADDRESS.rpartition("@")
    return f"{local}+{letter}-{token}{at}{domain}" if at else ""


def parse_address(address: str) -> InboundAddress | None:
    """What one of our addresses is for; None for any other address.

    The domain and the mailbox may be in other letters than the setting has: servers change them.
    Some programs leave the plus of a `mailto:` link as %2B. The token is kept as it is.
    """
    local, _, domain = settings.INBOUND_ADDRESS.lower().rpartition("@")
    given, _, at = unquote(address.strip().strip("<>")[:_LONGEST]).rpartition("@")
    mailbox, plus, extension = given.partition("+")
    if not local or (mailbox.lower(), at.lower()) != (local, domain):
        return None
    if not plus:
        return InboundAddress("reply")
    found = _EXTENSION.fullmatch(extension[:1].lower() + extension[1:])
    return InboundAddress(_LETTERS[found[1]], found[2]) if found else InboundAddress("reply")
