"""Forward what people wrote to the operator: stored first, sent by a task.

As the mails of subscribers/send_transactional.py: one at a time, claimed by a lease, and sent again
after a doubt, under the same Message-ID. Two programs that answer each other cannot begin here: no
automatic mail is forwarded, what is forwarded says that a program sent it, and a writer has so many
a day.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape
from typing import Final

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from mail.addresses import split_address, split_addresses
from mail.backoff import backoff
from mail.inbound.addresses import parse_address
from mail.inbound.auto_replies import LOOP_HEADER
from mail.inbound.incoming import Incoming
from mail.inbound.parse import read_message
from mail.message import SingleMessage
from mail.outcome import ERRORS_OF_OURS, Outcome, of_building, private
from mail.relay import Relay, in_words, process_relay
from mail.transport import Transport
from mail.without_address import without_address
from newsletter.models import InboundMessage
from subscribers.addresses import BadAddress, normalised, spelling
from web.storable import storable_text

log = logging.getLogger(__name__)
Result = InboundMessage.Result
OF_A_WRITER: Final = 10  # a day
OF_ALL: Final = 200  # a day
LONGEST_WAIT: Final = timedelta(days=3)
LONGEST_RUN: Final = timedelta(seconds=60)
_DAY: Final = timedelta(days=1)


def operator_address() -> str:
    """Where replies go: CONTACT_EMAIL, or MAIL_REPLY_TO; never an address at which we receive."""
    given = [settings.CONTACT_EMAIL, *split_addresses(settings.MAIL_REPLY_TO)]
    bare = (split_address(one)[1] for one in given if one)
    return next((one for one in bare if one and not parse_address(one)), "")


@dataclass(frozen=True, slots=True)
class ForwardedReply(SingleMessage):
    """A reply as a mail to the operator, for any transport: `mail.message.Message`."""

    reference: int
    to: str
    subject: str
    text: str
    headers: Mapping[str, str]
    dated_at: datetime
    attempts: int

    @property
    def html(self) -> str:
        style = "white-space: pre-wrap; font: inherit"
        shown = f'<pre style="{style}">{escape(self.text)}</pre>'
        return f'<!doctype html>\n<html lang="en"><body>{shown}</body></html>\n'

    @property
    def return_path(self) -> str:
        """The address of MAIL_FROM."""
        return ""


def forward_waiting(transport: Transport, clock: Callable[[], datetime] = timezone.now) -> int:
    """Forward every reply that is due, one by one; how many were tried."""
    tried, end, relay = 0, clock() + LONGEST_RUN, process_relay()
    while clock() < end and relay.admits(1):
        row = claim(clock())
        if row is None:
            break
        if reason := _reason_to_keep(row):
            _end(row, Result.NOT_FORWARDED, reason)
            continue
        outcome = _send(transport, relay, row, clock())
        record(row, outcome, clock())
        tried += 1
        if not outcome.is_counted:
            break  # the next would have the same outcome; the next tick tries again
    relay.note([])
    return tried


@transaction.atomic
def claim(now: datetime) -> InboundMessage | None:
    """Take the mail that has waited longest, and hold it for a lease."""
    waiting = InboundMessage.objects.select_for_update(skip_locked=True)
    row = waiting.filter(due_at__lte=now).order_by("due_at", "id").first()
    if row:
        row.attempts += 1
        row.due_at = now + timedelta(seconds=settings.LEASE_SECONDS)
        row.save(update_fields=["attempts", "due_at"])
    return row


def _reason_to_keep(row: InboundMessage) -> str:
    """Why a reply is not forwarded; empty: it is. Three queries at most."""
    if not operator_address():
        return "CONTACT_EMAIL is not set"
    if not row.raw:
        return "its writer was erased"
    if _answers_forwarded(read_message(bytes(row.raw))):
        return "the operator's mailbox wrote it, about a reply that was forwarded"
    sent = InboundMessage.objects.filter(
        result=Result.FORWARDED, received_at__gt=row.received_at - _DAY
    )
    if sent.filter(address_hash=row.address_hash).count() >= OF_A_WRITER:
        return f"its writer had {OF_A_WRITER} on this day"
    return f"{OF_ALL} were forwarded on this day" if sent.count() >= OF_ALL else ""


def _answers_forwarded(mail: Incoming) -> bool:
    """Whether the operator's mailbox answers what was forwarded to it: a program that does not say
    so, since an answer of a person goes to the reply's writer.
    """
    is_operator = spelling(mail.sender) == spelling(operator_address())
    return is_operator and any(one.startswith("<reply.") for one in mail.original_ids)


def _send(transport: Transport, relay: Relay, row: InboundMessage, now: datetime) -> Outcome:
    try:
        message = build(row, read_message(bytes(row.raw)), now)
    except ERRORS_OF_OURS as error:
        return of_building(error)
    [outcome] = relay.note(transport.send([message]))
    if outcome.state == "misconfigured":
        log.error("no reply can be forwarded: %s", without_address(in_words(outcome)))
    return outcome


def build(row: InboundMessage, mail: Incoming, now: datetime) -> ForwardedReply:
    """The reply as a mail to the operator, whose answer goes to its writer. Pure."""
    answer_to = _ascii_address(mail.answer_to) or _ascii_address(mail.sender)
    subject = " ".join(storable_text(mail.subject).split())
    headers = {
        "Message-ID": f"<reply.{row.pk}.{row.fingerprint[:20]}@{settings.MAIL_DOMAIN}>",
        "Date": format_datetime(now),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        LOOP_HEADER: settings.INBOUND_ADDRESS or settings.MAIL_DOMAIN,
    }
    return ForwardedReply(
        reference=row.pk,
        to=operator_address(),
        subject=f"Reply: {subject}" if subject else "Reply without a subject",
        text=_text(row, mail, answer_to),
        headers={**headers, "Reply-To": answer_to} if answer_to else headers,
        dated_at=now,
        attempts=row.attempts,
    )


def _text(row: InboundMessage, mail: Incoming, answer_to: str) -> str:
    sender = storable_text(mail.sender) or "Someone without an address"
    lines = [f"{sender} wrote this to {settings.INBOUND_ADDRESS}."]
    if answer_to:
        lines.append(f"Your answer to this mail goes to {answer_to}.")
    if row.kind == InboundMessage.Kind.UNSUBSCRIBE:
        lines.append(
            "It asks for no more mail. Whose address that is about is not proved, so nothing was "
            "done: unsubscribe its writer in the admin if you find them there."
        )
    if mail.attachments:
        names = storable_text(", ".join(mail.attachments))
        lines.append(f"Files that were attached and are not forwarded: {names}.")
    return "\n".join([*lines, "", "-" * 72, "", storable_text(mail.text), ""])


def _ascii_address(address: str) -> str:
    try:
        return normalised(address)
    except BadAddress:
        return ""


def record(row: InboundMessage, outcome: Outcome, now: datetime) -> None:
    """Write the outcome; nothing if another process has claimed the row since."""
    outcome = private(outcome, operator_address(), ours=settings.MAIL_DOMAIN)
    if outcome.state == "accepted":
        _end(row, Result.FORWARDED, "")
    elif outcome.state == "refused":
        _end(row, Result.NOT_FORWARDED, outcome.error)
    elif now - row.received_at > LONGEST_WAIT:
        _end(row, Result.NOT_FORWARDED, f"gave up: {outcome.error}")
    else:
        later = now + backoff(row.attempts, outcome.retry_after)
        _own(row).update(due_at=later, detail=outcome.error[:200])


def _end(row: InboundMessage, result: InboundMessage.Result, detail: str) -> None:
    """Nothing of the mail itself is kept from here."""
    _own(row).update(result=result, detail=detail[:200], raw=b"", due_at=None)


def _own(row: InboundMessage) -> models.QuerySet[InboundMessage]:
    return InboundMessage.objects.filter(pk=row.pk, attempts=row.attempts, due_at__isnull=False)
