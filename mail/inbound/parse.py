"""Read a mail that arrived here: what it is, of which mail of ours, and what it says. Pure.

In this order: reports of mail servers and mailbox providers, which have a form of their own; mail
to an address that unsubscribes; what servers return in no form; what no person wrote; the rest is
a reply.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b
from typing import Final

from mail.inbound.addresses import InboundAddress, parse_address
from mail.inbound.auto_replies import is_auto_reply, is_marked_vacation
from mail.inbound.commands import asks_to_stop
from mail.inbound.complaints import complaint_kind, feedback_fields, recipients_of
from mail.inbound.delivery_reports import is_delivery_report, kind_of, read_delivery_report
from mail.inbound.free_forms import is_from_daemon, read_free_form
from mail.inbound.header_text import addresses_in, moment_of, shown
from mail.inbound.incoming import Failure, Incoming
from mail.inbound.mime import Part, take_apart
from mail.inbound.new_text import file_name, new_text, text_of
from mail.inbound.originals import (
    message_ids,
    our_addresses,
    replied_to,
    returned_texts,
    texts_of,
    unsubscribe_links,
)

log = logging.getLogger(__name__)
# Where a mail server notes the recipient of the envelope, and where the writer puts one.
_RECIPIENTS: Final = (
    *("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to"),
    *("x-forwarded-to", "x-rcpt-to", "apparently-to", "to", "cc"),
)
_MOST_FILES: Final = 20
_HASHED: Final = ("message-id", "date", "from", "subject")
_RECEIPT: Final = "message/disposition-notification"
_LONGEST_SUBJECT: Final = 200


def read_message(raw: bytes, envelope_to: str = "") -> Incoming:
    """What a mail is. Never an error: what cannot be read is `unreadable`.

    Takes some milliseconds for any mail: of a large one only the beginning is read.

    Args:
        raw: the whole mail as it arrived.
        envelope_to: the recipient of its envelope, where it is known.
    """
    try:
        return _read(raw, envelope_to)
    except Exception as error:  # noqa: BLE001 (one mail must not stop those behind it)
        # Its text may quote the mail, and with that an address.
        log.error("an error of ours: a mail cannot be read: %s", type(error).__name__)  # noqa: TRY400
        return Incoming("unreadable", fingerprint=blake2b(raw, digest_size=16).hexdigest())


def _read(raw: bytes, envelope_to: str) -> Incoming:
    mail = take_apart(raw)
    found = _common(mail, raw, envelope_to)
    if not mail.headers.keys() & {"from", "to", "subject", "received", "date", "return-path"}:
        return found
    return (
        _report(mail, found)
        or _complaint(mail, found)
        or _to_unsubscribe(found)
        or _returned(mail, raw, found)
        or _written(mail, found)
    )


def _common(mail: Part, raw: bytes, envelope_to: str) -> Incoming:
    senders = addresses_in(mail.headers.get("from", []))
    addresses = tuple(_addresses(mail, envelope_to))
    return Incoming(
        "unreadable",
        addresses,
        sender=senders[0] if senders else "",
        subject=shown(mail.header("subject"))[:_LONGEST_SUBJECT],
        dated_at=_moment(mail),
        fingerprint=fingerprint(mail, raw, addresses),
        original_ids=replied_to(mail),
    )


def _addresses(mail: Part, envelope_to: str) -> Iterator[InboundAddress]:
    given = [envelope_to] if envelope_to else []
    for name in _RECIPIENTS:
        given += addresses_in(mail.headers.get(name, []))
    seen: set[InboundAddress] = set()
    for one in given:
        found = parse_address(one)
        if found and found not in seen:
            seen.add(found)
            yield found


def _moment(mail: Part) -> datetime | None:
    """When our own server took it in, or else when it was written."""
    newest = moment_of(mail.header("received"))
    return newest or moment_of(mail.header("date"))


def fingerprint(mail: Part, raw: bytes, addresses: tuple[InboundAddress, ...] = ()) -> str:
    """32 hexadecimal digits: the same for a mail that is fetched again, or came by two ways.

    What servers add on the way does not count, nor do their line ends. The address does: one mail
    may be sent to several readers' addresses.
    """
    digest = blake2b(digest_size=16)
    for name in _HASHED:
        digest.update("\n".join(mail.headers.get(name, [])).encode("utf-8", "replace") + b"\0")
    tokens = (f"{one.kind} {one.token}".lower() for one in addresses if one.token)
    digest.update("\n".join(sorted(tokens)).encode() + b"\0")
    digest.update(b" ".join(mail.body.split()))
    # Beyond what is read two mails may differ; of a mail without headers nothing else is known.
    if not mail.body or len(raw) > len(mail.body) * 2 + 100_000:
        digest.update(str(raw.count(b"\n") + 1).encode())
        digest.update(b" ".join(raw[-100_000:].split()))
    return digest.hexdigest()


# ── reports ──────────────────────────────────────────────────────────────────


def _report(mail: Part, found: Incoming) -> Incoming | None:
    if any(part.kind == _RECEIPT for part in mail.walk()):
        return replace(found, kind="report", note="disposition-notification")
    if not is_delivery_report(mail):
        return None
    failures = read_delivery_report(mail)
    return _about_ours(mail, replace(found, kind=kind_of(failures), failures=failures))


def _complaint(mail: Part, found: Incoming) -> Incoming | None:
    fields = feedback_fields(mail)
    if fields is None:
        return None
    kind, note = complaint_kind(fields)
    named = tuple(Failure(recipient=one.lower()) for one in recipients_of(fields))
    said = [" ".join(values) for values in fields.values()]
    return _about_ours(
        mail, replace(found, kind=kind, note=note or "feedback", failures=named), said
    )


def _about_ours(mail: Part, found: Incoming, said: list[str] | None = None) -> Incoming:
    """With all that names the mail of ours which the report returns: its headers first."""
    texts = [*(said or []), *returned_texts(mail), *texts_of(mail)]
    ids = dict.fromkeys([*message_ids(texts), *found.original_ids])
    return replace(
        found,
        original_ids=tuple(ids),
        links=unsubscribe_links(texts),
        returned=our_addresses(texts),
    )


# ── mails without a form of their own ────────────────────────────────────────


def _to_unsubscribe(found: Incoming) -> Incoming | None:
    return replace(found, kind="unsubscribe") if found.tokens("unsubscribe") else None


def _returned(mail: Part, raw: bytes, found: Incoming) -> Incoming | None:
    is_for_bounces = bool(found.tokens("bounce")) or is_from_daemon(mail)
    is_exim = "x-failed-recipients" in mail.headers
    if not (is_exim or is_for_bounces):
        return None
    if is_marked_vacation(mail) and not is_exim:
        return None
    failures = read_free_form(mail, raw, is_for_bounces=is_for_bounces)
    if not failures:
        return None
    return _about_ours(mail, replace(found, kind=kind_of(failures), failures=failures))


def _written(mail: Part, found: Incoming) -> Incoming:
    if is_auto_reply(mail):
        return replace(found, kind="auto_reply")
    text = text_of(mail)
    names = (file_name(part) for part in mail.walk())
    files = tuple(re.sub(r"[\x00-\x1f]", " ", one) for one in names if one)[:_MOST_FILES]
    answers = [one.lower() for one in addresses_in(mail.headers.get("reply-to", []))]
    is_stop = asks_to_stop(found.subject, new_text(text))
    return replace(
        found,
        kind="unsubscribe" if is_stop else "reply",
        text=text,
        attachments=files,
        answer_to=answers[0] if answers else found.sender,
    )
