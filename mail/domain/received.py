"""A mail that arrived: which of its headers are signed, and does one click count for it?"""

from __future__ import annotations

from collections.abc import Mapping
from email import message_from_bytes, policy
from email.message import Message
from typing import Final

from mail.addresses import split_address
from mail.domain.findings import Finding
from mail.domain.tags import is_aligned, parse_tags

_ONE_CLICK: Final = ("list-unsubscribe", "list-unsubscribe-post")
_SHOULD: Final = (
    *("from", "to", "subject", "date", "message-id", "reply-to", "mime-version", "content-type"),
    *("list-id", "list-help", "list-archive", "feedback-id", "auto-submitted"),
)


def check_received(content: bytes) -> list[Finding]:
    """What the signatures of a mail cover. Whether they are valid its receiver has decided.

    Args:
        content: the mail as it arrived, with all of its headers.
    """
    mail = message_from_bytes(content, policy=policy.compat32)
    sender = split_address(str(mail.get("From", "")))[1].rpartition("@")[2]
    signatures = [
        parse_tags("".join(str(one).split())) for one in mail.get_all("DKIM-Signature", [])
    ]
    if not signatures:
        return [Finding("error", "message", "the mail has no DKIM-Signature.")]
    aligned = [one for one in signatures if is_aligned(one.get("d", ""), sender)]
    if not aligned:
        domains = ", ".join(one.get("d", "nothing") for one in signatures)
        text = f"the mail is signed for {domains}, which does not count for {sender} (DMARC)."
        return [Finding("error", "message", text)]
    return [*_headers(mail), *_covered(mail, aligned)]


def _headers(mail: Message) -> list[Finding]:
    missing = [name for name in _ONE_CLICK if name not in mail]
    if missing:
        text = f"the mail has no {' and no '.join(missing)}: something removed it on the way."
        return [Finding("error", "message", text)]
    given = str(mail["List-Unsubscribe-Post"]).strip()
    if given != "List-Unsubscribe=One-Click" or "<https://" not in str(mail["List-Unsubscribe"]):
        return [Finding("error", "message", "List-Unsubscribe is not for one click (RFC 8058).")]
    return []


def _covered(mail: Message, signatures: list[Mapping[str, str]]) -> list[Finding]:
    """One signature must cover both; the one that covers most is judged."""
    best = max((_names(one) for one in signatures), key=lambda names: len(names & set(_ONE_CLICK)))
    open_ones = [name for name in _ONE_CLICK if name not in best]
    if open_ones:
        text = f"{' and '.join(open_ones)} is not signed, so mailbox providers offer no one-click."
        return [Finding("error", "message", text)]
    others = [name for name in _SHOULD if name in mail and name not in best]
    found = [Finding("ok", "message", "both headers of one-click are signed.")]
    if others:
        text = f"{', '.join(others)} could be changed on the way: they are not signed."
        found.append(Finding("note", "message", text))
    return found


def _names(signature: Mapping[str, str]) -> set[str]:
    return set(signature.get("h", "").lower().split(":"))
