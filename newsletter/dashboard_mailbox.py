"""The part of the admin's home about the mailbox at which mail arrives."""

from __future__ import annotations

from typing import Any

from newsletter.inbound.mailbox import configured_mailbox


def mailbox_trouble() -> dict[str, Any]:
    """Why no mail is taken in, or how many were skipped. Empty while all is well.

    One query, and none without a mailbox.
    """
    row = configured_mailbox()
    return {"row": row} if row and (row.failed_since or row.skipped) else {}
