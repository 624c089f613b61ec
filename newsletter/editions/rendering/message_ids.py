"""The Message-ID of a digest: made from its delivery, and read back from replies and events."""

from __future__ import annotations

import re
from typing import Final

from django.conf import settings

_MESSAGE_ID: Final = re.compile(r"<?digest\.(\d{1,18})\.[0-9a-f]+@")


def message_id(delivery_id: int, proof: str) -> str:
    """The same for every attempt of one delivery: a mailbox shows a message sent twice as one.

    `proof` (`tokens.Tokens.message`) depends on the subscriber's secret and the date of the
    message: after a backup was restored, a delivery with the same id has another Message-ID. It
    reveals no token: replies and bounces quote a Message-ID.
    """
    return f"<digest.{delivery_id}.{proof}@{settings.MAIL_DOMAIN}>"


def read_message_id(text: str) -> int | None:
    """The id of the delivery that a Message-ID names, if it has our form. It is no proof."""
    found = _MESSAGE_ID.match(text)
    return int(found[1]) if found else None
