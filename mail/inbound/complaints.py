"""Reports of spam: the feedback loops of mailbox providers (ARF, RFC 5965 and 6591). Pure."""

from __future__ import annotations

from typing import Final

from mail.inbound.header_text import addresses_in, read_headers
from mail.inbound.incoming import Kind
from mail.inbound.mime import Part

_FEEDBACK: Final = "message/feedback-report"
_COMPLAINTS: Final = frozenset({"abuse", "fraud", "complaint"})
_OPT_OUTS: Final = frozenset({"opt-out", "opt-out-list"})
# Of Microsoft's programme for senders (JMRP), which attaches the mail without a report.
_MICROSOFT: Final = ("staff@hotmail.com", "staff@outlook.com")
_MICROSOFT_HEADER: Final = "x-hmxmroriginalrecipient"


def feedback_fields(mail: Part) -> dict[str, list[str]] | None:
    """The fields of the report, names in lower case; None where the mail is no such report."""
    for part in mail.walk():
        if part.kind == _FEEDBACK:
            # Some providers begin it with an empty line, or have one between its fields.
            lines = [line for line in part.content().split(b"\n") if line.strip()]
            fields, _ = read_headers(b"\n".join(lines) + b"\n\n")
            return fields
    return {"feedback-type": ["abuse"]} if _is_of_microsoft(mail) else None


def complaint_kind(fields: dict[str, list[str]]) -> tuple[Kind, str]:
    """What a report asks for, and the type that it has.

    `not-spam` takes a complaint back, `auth-failure` is about DMARC, `virus` is what a scanner
    thinks: a reader asks for nothing by any of them. A type that no standard has says as little.
    """
    given = next(iter(fields.get("feedback-type", [])), "").strip().lower()
    if given in _COMPLAINTS:
        return "complaint", given
    return ("unsubscribe" if given in _OPT_OUTS else "report"), given[:40]


def recipients_of(fields: dict[str, list[str]]) -> list[str]:
    """The addresses that the report names; providers leave them out, or write others."""
    names = ("original-rcpt-to", "removal-recipient", "x-hmxmroriginalrecipient")
    return addresses_in([value for name in names for value in fields.get(name, [])])


def _is_of_microsoft(mail: Part) -> bool:
    """Whether it is a mail of that programme: the mail that it is about is attached to it."""
    attached = [part for part in mail.walk() if part.kind == "message/rfc822"]
    if not attached:
        return False
    if any(one.headers.get(_MICROSOFT_HEADER) for part in attached for one in part.parts):
        return True
    return any(one.lower() in _MICROSOFT for one in addresses_in(mail.headers.get("from", [])))
