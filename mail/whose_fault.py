"""Whether a refused or deferred attempt is about the recipient, or about who sends. Pure."""

from __future__ import annotations

import re
from typing import Final

from mail.missing_mailbox import is_about_sender

# Of SMTP; 425 and 429 are statuses of an API. 421 closes a connection, whatever was asked.
_TEMPORARY_REPLY: Final = re.compile(r"4(?!21|25|29)\d\d[ -]")
_OF_CONTENT: Final = re.compile(
    r"\bspam(my)?\b|\bvirus|\bmalware|\bphish|\bunsolicited|\bcontent", re.IGNORECASE
)


def is_about_relay(error: str) -> bool:
    """Whether a deferred attempt says nothing about the recipient: the mail server is at fault.

    No connection, a certificate, a 421, an answer of an API; any other reply 4xx was given for this
    recipient or message.
    """
    return bool(error) and not _TEMPORARY_REPLY.match(error)


def is_about_us(error: str) -> bool:
    """Whether a server's refusal is about this service, whatever the message says.

    One about the content is not: another attempt with the same message would be refused as well.
    """
    return is_about_sender(error) and not _OF_CONTENT.search(error)
