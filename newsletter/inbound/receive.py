"""Take in one mail that arrived here: store what it is, and act on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from mail.inbound.incoming import Incoming
from mail.inbound.parse import read_message
from mail.without_address import without_address
from newsletter.editions.tokens import BadToken
from newsletter.inbound.act import (
    detail_of,
    may_unsubscribe,
    store_event,
    unsubscribe_by_mail,
)
from newsletter.inbound.prove import Proved, prove, reader_of_address
from newsletter.models import InboundMessage
from subscribers.addresses import address_hash, spelling
from web.counters import count
from web.storable import storable_text

Result = InboundMessage.Result
COUNTER: Final = "inbound"  # of /metrics
_REPORTS: Final = frozenset({"bounce", "delay", "delivered", "complaint"})


@dataclass(slots=True)
class _Decision:
    """What followed from a mail, and more columns of its row."""

    result: InboundMessage.Result
    proved: Proved | None = None
    columns: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def receive(raw: bytes, *, envelope_to: str = "", source: str, now: datetime) -> str:
    """Store a mail that arrived, and what follows from it; returns its kind in one word.

    Repeating is safe: the same mail is stored once and acted upon once, whatever brought it. A
    hostile mail raises nothing; an error of the database does, and then nothing was stored.

    Args:
        raw: the whole mail, of any size.
        envelope_to: the recipient of its envelope, where it is known: the address with the token.
        source: what brought it: "imap", "pipe", "lmtp" or "webhook".
    """
    mail = read_message(raw, envelope_to)
    defaults = {"kind": mail.kind, "source": source[:7], "received_at": now}
    row, is_new = InboundMessage.objects.get_or_create(
        fingerprint=mail.fingerprint, defaults=defaults
    )
    if is_new:
        decided = _decide(mail, raw, now)
        for name, value in _columns(mail, decided).items():
            setattr(row, name, value)
        row.save()
        transaction.on_commit(lambda: count(COUNTER, f"{mail.kind} {row.result}"))
    return mail.kind


def _decide(mail: Incoming, raw: bytes, now: datetime) -> _Decision:
    if mail.kind in _REPORTS or _is_opt_out(mail):
        return _report(mail, now)
    if mail.kind == "unsubscribe":
        return _unsubscription(mail, raw, now)
    if mail.kind == "reply":
        return _to_forward(raw, now)
    return _Decision(Result.NOTHING)


def _is_opt_out(mail: Incoming) -> bool:
    """Whether a provider passes on that its reader wants no more: a report, and not a mail."""
    return mail.kind == "unsubscribe" and bool(mail.note)


def _report(mail: Incoming, now: datetime) -> _Decision:
    proved = prove(mail)
    if proved is None:
        return _Decision(Result.UNPROVED)
    event = store_event(mail, proved, now)
    return _Decision(Result.EVENT if event else Result.NOTHING, proved)


def _unsubscription(mail: Incoming, raw: bytes, now: datetime) -> _Decision:
    """By the token in the address alone, or by a reply that its reader wrote. Else a person reads
    it: someone wants no more mail, and it is not proved who.
    """
    if mail.tokens("unsubscribe"):
        try:
            reader = reader_of_address(mail)
        except BadToken:
            return _to_forward(raw, now)
        return _leave(Proved(reader), now) if reader else _Decision(Result.NOTHING)
    proved = prove(mail)
    if proved is None or not may_unsubscribe(mail, proved):
        return _to_forward(raw, now)
    return _leave(proved, now)


def _leave(proved: Proved, now: datetime) -> _Decision:
    has_left = unsubscribe_by_mail(proved.subscriber, now)
    return _Decision(Result.LEFT if has_left else Result.NOTHING, proved)


def _to_forward(raw: bytes, now: datetime) -> _Decision:
    return _Decision(Result.FORWARD, None, {"raw": raw[: settings.INBOUND_BYTES], "due_at": now})


def _columns(mail: Incoming, decided: _Decision) -> dict[str, Any]:
    """The columns of the row. Whose it is: the reader's, if that is proved, else its writer's."""
    proved = decided.proved
    email = proved.email if proved else spelling(storable_text(mail.sender))
    delivery = proved.delivery if proved else None
    if decided.result == Result.UNPROVED:  # it may name a reader whom nothing here leads to
        return {"result": decided.result, "detail": f"{mail.note} {mail.status}".strip()[:200]}
    subject = without_address(storable_text(mail.subject), email, ours=settings.MAIL_DOMAIN)
    return {
        "result": decided.result,
        "delivery": delivery,
        "address_hash": address_hash(email) if email else "",
        "subject": subject[:100],
        "detail": detail_of(mail, mail.failures, email)[:200] if mail.failures or mail.note else "",
        **decided.columns,
    }
