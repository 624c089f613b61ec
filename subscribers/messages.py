"""The few messages that a person asks for: each of three files, by one function, all headers."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import override

from mail.headers import AUTOMATIC, feedback_id
from mail.inbound.return_path import return_path
from mail.message import encode
from papers.models import Paper
from papers.text.plain_text import page
from papers.text.tex import unicode_math
from subscribers import tokens
from subscribers.models import Subscriber, TransactionalMail
from web.languages import usable_language

_LINKS: Mapping[str, tokens.Purpose] = {
    TransactionalMail.Kind.CONFIRM: "confirm",
    TransactionalMail.Kind.MANAGE: "preferences",
    TransactionalMail.Kind.LINK: "preferences",
    TransactionalMail.Kind.IN_USE: "preferences",
}
_CHANGE_LINKS: Mapping[str, tokens.ChangePurpose] = {
    TransactionalMail.Kind.ADDRESS: "move",
    TransactionalMail.Kind.MOVED: "move_back",
}


@dataclass(frozen=True, slots=True)
class TransactionalMessage:
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
    def metadata(self) -> Mapping[str, str]:
        """None: a provider's events about it concern the address only."""
        return {}

    @property
    def return_path(self) -> str:
        """INBOUND_ADDRESS: a report of a bounce names the reader, and quotes its Message-ID."""
        return return_path()

    @property
    def is_bulk(self) -> bool:
        """One person asked for it."""
        return False

    @property
    def retry(self) -> int:
        """0: its attempts are never restarted."""
        return 0

    @property
    def shared_lines(self) -> None:
        """None: it shares its lines with no other message."""

    def as_bytes(self) -> bytes:
        return encode(self)


def build(mail: TransactionalMail, now: datetime) -> TransactionalMessage:
    """The message of a row. Its link is signed here, so it expires CONFIRM_DAYS after `now`.

    The Message-ID belongs to the row: if the message is ever sent twice, mailboxes show one.
    """
    context = {
        **_links(mail),
        "address": mail.address,
        "days": settings.CONFIRM_DAYS,
        "site_url": settings.SITE_URL,
        "postal_address": settings.POSTAL_ADDRESS,
    }
    language = language_of(mail)
    with override(language):
        subject, text, html = render(mail.kind, context)
    return TransactionalMessage(
        reference=mail.pk,
        to=mail.address,
        subject=subject,
        text=text,
        html=html,
        headers=_headers(_message_id(mail), now, language),
        dated_at=now,
        attempts=mail.attempts,
    )


def _links(mail: TransactionalMail) -> dict[str, str]:
    """The links of a mail, each for one purpose, and what it says beside them."""
    change = mail.address_change
    if change:
        purpose = _CHANGE_LINKS[mail.kind]
        token = tokens.make_for_change(purpose, change)
        link = reverse(f"subscribers:{purpose}", args=[token])
        # No mail names the other address: one may be a stranger's, the other an employer's.
        undo_days = str(tokens.MOVE_BACK_WITHIN.days)
        return {"link": settings.SITE_URL + link, "undo_days": undo_days}
    name = _LINKS[mail.kind]
    token = tokens.make(name, mail.subscriber)
    link = settings.SITE_URL + reverse(f"subscribers:{name}", args=[token])
    unsubscribe = settings.SITE_URL + reverse("subscribers:unsubscribe", args=[token])
    links = {"link": link, "unsubscribe_link": unsubscribe}
    return links | _paper_link(mail, token)


def _paper_link(mail: TransactionalMail, token: str) -> dict[str, str]:
    """The reader's own page about the paper for which they asked a link; none if it is gone."""
    paper = Paper.objects.filter(pk=mail.draft.get("paper")).only("title", "arxiv_id").first()
    if mail.kind != TransactionalMail.Kind.LINK or paper is None:
        return {}
    query = urlencode({"id": paper.arxiv_id or paper.pk})
    address = f"{reverse('subscribers:paper', args=[token])}?{query}"
    return {"paper_link": settings.SITE_URL + address, "title": unicode_math(paper.title)}


def language_of(mail: TransactionalMail) -> str:
    """The language of the page where the mail was asked for; without one, the subscriber's own."""
    return usable_language(mail.draft.get("language") or mail.subscriber.language)


def _message_id(mail: TransactionalMail) -> str:
    """The part before the @: the same whenever this mail is sent.

    After a backup is restored, another mail may have the same id. Its subscriber's secret tells the
    two apart, and cannot be computed from this.
    """
    words = f"{mail.pk}.{mail.created_at:%Y%m%d%H%M%S%f}"
    proof = hmac.digest(mail.subscriber.secret.bytes, words.encode(), hashlib.sha256)
    return f"{mail.kind}.{mail.pk}.{proof.hex()[:20]}"


def render(name: str, context: Mapping[str, Any]) -> tuple[str, str, str]:
    """Subject, text and HTML, out of emails/NAME.subject.txt, .txt and .html."""
    subject, text, html = (
        render_to_string(f"emails/{name}.{part}", dict(context))
        for part in ("subject.txt", "txt", "html")
    )
    return " ".join(subject.split()), page(text), html


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
