"""The few mails that a reader asks for: each out of three files, by one function, all headers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from mail.carry import deliver
from mail.outcome import Outcome
from subscribers import tokens
from subscribers.models import Subscriber, TransactionalMail

__all__ = ["Outcome", "build", "compose", "deliver", "may_receive"]

_LINKS: Mapping[str, tokens.Purpose] = {
    TransactionalMail.Kind.CONFIRM: "confirm",
    TransactionalMail.Kind.MANAGE: "preferences",
}


def build(mail: TransactionalMail, now: datetime) -> EmailMultiAlternatives:
    """The message of a row. Its link is signed here, so its life counts from the sending.

    The Message-ID belongs to the row: should the mail ever be sent twice, mailboxes fold the
    copies into one.
    """
    purpose = _LINKS[mail.kind]
    token = tokens.make(purpose, mail.subscriber)
    context = {
        "link": settings.SITE_URL + reverse(f"subscribers:{purpose}", args=[token]),
        "address": mail.subscriber.email,
        "days": settings.CONFIRM_DAYS,
        "site_url": settings.SITE_URL,
        "postal_address": settings.POSTAL_ADDRESS,
    }
    return compose(
        mail.kind,
        context,
        to=mail.subscriber.email,
        message_id=f"{mail.kind}.{mail.pk}.{mail.created_at:%Y%m%d%H%M%S%f}",
        dated_at=now,
    )


def compose(
    name: str, context: Mapping[str, Any], *, to: str, message_id: str, dated_at: datetime
) -> EmailMultiAlternatives:
    """A message out of emails/NAME.subject.txt, .txt and .html, to exactly one reader.

    `message_id` is the part before the @. Answers of machines (vacations, tickets) are asked
    not to come (RFC 3834).
    """
    subject, text, html = (
        render_to_string(f"emails/{name}.{part}", dict(context))
        for part in ("subject.txt", "txt", "html")
    )
    message = EmailMultiAlternatives(
        subject=" ".join(subject.split()),
        body=text,
        from_email=settings.MAIL_FROM,
        to=[to],
        reply_to=[settings.MAIL_REPLY_TO] if settings.MAIL_REPLY_TO else None,
        headers={
            "Message-ID": f"<{message_id}@{settings.MAIL_DOMAIN}>",
            "Date": format_datetime(dated_at),
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
    )
    message.attach_alternative(html, "text/html")
    return message


def may_receive(subscriber: Subscriber) -> bool:
    """Whether mail may go to this reader here: sample readers exist for the local mailbox only."""
    return samples_may_receive() or not subscriber.is_sample


def samples_may_receive() -> bool:
    """Whether all mail is caught on this machine, so that sample readers may get some."""
    return bool(settings.MAILBOX_DIR) and settings.MAIL_PROVIDER == "smtp"
