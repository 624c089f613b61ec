"""Take in a mail that a mail server hands over, and say whether it was.

A mail server keeps a mail that was not taken in, and tries again for days. So each error here means
"later": the database may be away, and an error of ours may be corrected meanwhile.
"""

from __future__ import annotations

import logging
from datetime import datetime

from newsletter.inbound.receive import receive

log = logging.getLogger(__name__)


def hand_over(raw: bytes, recipient: str, *, source: str, now: datetime) -> bool:
    """Whether the mail was taken in; never an error.

    Args:
        recipient: of its envelope.
        source: "pipe" or "lmtp".
    """
    try:
        receive(raw, envelope_to=recipient, source=source, now=now)
    except Exception as error:  # noqa: BLE001 (whatever it was, the mail server has the mail)
        # The text may quote the mail.
        log.warning("A mail was not taken in, and is kept by the mail server: %s", _kind(error))
        return False
    return True


def _kind(error: Exception) -> str:
    return f"{type(error).__module__}.{type(error).__name__}"
