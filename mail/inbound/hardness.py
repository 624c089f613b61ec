"""What a report says of the mailbox: gone, not now, or nothing, because it is about us. Pure."""

from __future__ import annotations

import re
from typing import Final

from mail.inbound.incoming import Hardness
from mail.refusals.stored import denies_missing_mailbox, is_about_sender, names_missing_mailbox

_LONGEST: Final = 900  # characters of an answer; mail/refusals reads a thousand
_CODE: Final = re.compile(r"(?:^|[;:(\s])[45]\d\d[ -]")


def hardness_of(status: str, reply: str) -> Hardness:
    """Read the words first and the codes after them, as of an answer in the dialogue.

    In doubt a mailbox is not gone. A server that gave up after days (4.x.x) says nothing final.

    Args:
        status: the enhanced code of the report, such as 5.1.1; may be empty.
        reply: the words of the server that refused; may be empty.
    """
    text = _with_code(status, reply)
    if is_about_sender(text):
        return "us"
    if status.startswith("4") or denies_missing_mailbox(text):
        return "soft"
    return "hard" if names_missing_mailbox(text) else "soft"


def _with_code(status: str, reply: str) -> str:
    """The words with the reports's own code, unless they have one: a gateway's may be vaguer."""
    words = " ".join(reply.split())[:_LONGEST]
    own = status if status and status not in words else ""
    if own and not _CODE.search(words):
        return f"{own[0]}50 {own} {words}".strip()
    return f"{words} {own}".strip()
