"""The messages to one person about what they did: each of three files, with all headers."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from django.conf import settings
from django.utils.translation import override

from mail.addresses import split_address
from mail.headers import AUTOMATIC, feedback_id
from mail.inbound.return_path import return_path
from mail.message import SingleMessage
from subscribers.models import Subscriber, TransactionalMail
from subscribers.single_mails.contents import context_of
from subscribers.single_mails.rendering import render
from web.languages import usable_language


@dataclass(frozen=True, slots=True)
class TransactionalMessage(SingleMessage):
    """A finished message to exactly one subscriber, for any transport: `mail.message.Message`."""

    reference: int
    to: str
    subject: str
    text: str
    html: str
    headers: Mapping[str, str]
    dated_at: datetime
    attempts: int

    @property
    def return_path(self) -> str:
        """INBOUND_ADDRESS: a report of a bounce names the reader, and quotes its Message-ID.

        Without it the address of its sender: receivers look for SPF there.
        """
        return return_path() or split_address(settings.TRANSACTIONAL_FROM)[1]


def build(mail: TransactionalMail, now: datetime) -> TransactionalMessage:
    """The message of a row. Its link is signed here, so it expires CONFIRM_DAYS after `now`.

    The Message-ID belongs to the row: if the message is ever sent twice, mailboxes show one.
    """
    language = language_of(mail)
    with override(language):
        subject, text, html = render(mail.kind, context_of(mail))
    return TransactionalMessage(
        reference=mail.pk,
        to=mail.address,
        subject=subject,
        text=text,
        html=html,
        headers=_headers(message_id(mail), now, language),
        dated_at=now,
        attempts=mail.attempts,
    )


def language_of(mail: TransactionalMail) -> str:
    """The language of the page where the mail was asked for; without one, the subscriber's own."""
    return usable_language(mail.draft.get("language") or mail.subscriber.language)


def message_id(mail: TransactionalMail) -> str:
    """The part before the @: the same whenever this mail is sent.

    After a backup is restored, another mail may have the same id. Its subscriber's secret tells the
    two apart, and cannot be computed from this.
    """
    words = f"{mail.pk}.{mail.created_at:%Y%m%d%H%M%S%f}"
    proof = hmac.digest(mail.subscriber.secret.bytes, words.encode(), hashlib.sha256)
    return f"{mail.kind}.{mail.pk}.{proof.hex()[:20]}"


def _headers(message_id: str, dated_at: datetime, language: str) -> Mapping[str, str]:
    """`message_id` is the part before the @, which begins with the kind of the mail."""
    kind, _, _ = message_id.partition(".")
    return {
        "Message-ID": f"<{message_id}@{settings.MAIL_DOMAIN}>",
        "Date": format_datetime(dated_at),
        "Content-Language": language,
        "Feedback-ID": feedback_id(kind, "transactional"),
        **AUTOMATIC,
    }


def may_receive(subscriber: Subscriber) -> bool:
    """Whether mail may go to this subscriber: samples exist for the local mailbox only."""
    return samples_may_receive() or not subscriber.is_sample


def samples_may_receive() -> bool:
    """Whether all mail is caught on this machine, so that sample subscribers may get some."""
    return bool(settings.MAILBOX_DIR) and settings.MAIL_PROVIDER == "smtp"
