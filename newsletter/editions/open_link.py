"""Open a link of a digest: verify its token, and find whose it is and which mail it was in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from newsletter.editions import old_tokens
from newsletter.editions.old_tokens import read_old_token
from newsletter.editions.tokens import TOKEN_LENGTH, BadToken, Purpose, parse
from newsletter.models import ArchivedDelivery, Delivery
from subscribers.models import Subscriber
from web.mangled import readings

_LENGTHS: Final = (TOKEN_LENGTH, old_tokens.TOKEN_LENGTH)
_OWN: Final[tuple[Purpose, ...]] = ("preferences", "feedback")
_NONE_BEFORE, _NONE_AFTER = "(?<![A-Za-z0-9_-])", "(?![A-Za-z0-9_-])"
# No sign of a break may follow, or a part of the number would be taken for all of it.
_NUMBER: Final = "/+[0-9]{1,19}(?![0-9A-Za-z=%])"
# First a token as it was mailed. Then one with letters right after it or before it, which may be
# a word of the text around it, and one between two signs that mark it there.
_AROUND: Final = (
    *((_NONE_BEFORE, _NONE_AFTER), (_NONE_BEFORE, ""), ("", _NONE_AFTER)),
    ("(?<=[_-])", "(?=[_-])"),
)
_TOKENS: Final = [
    f"{before}[A-Za-z0-9_-]{{{length}}}{after}" for before, after in _AROUND for length in _LENGTHS
]
_FORMS: Final = [re.compile(token) for token in _TOKENS]
_NUMBERED_FORMS: Final = [re.compile(token + _NUMBER) for token in _TOKENS]


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """What a genuine link leads to. `subscriber`: None when they were erased.

    `delivery` is None where it is not needed: unsubscribing must work though the ledger has lost
    the row. `number` is that of a paper's link; None when it was cut off.
    """

    token: str
    subscriber: Subscriber | None
    delivery: Delivery | ArchivedDelivery | None = None
    number: int | None = None


def open_link(purpose: Purpose, text: str, *, is_numbered: bool = False) -> OpenedLink:
    """Open the end of a URL, "TOKEN" or "TOKEN/NUMBER", also when it was changed on its way.

    Raises:
        BadToken: no reading of the text is a token made for this purpose, or its mail is unknown.
    """
    numbered = readings(text, _NUMBERED_FORMS) if is_numbered else []
    for reading in (*numbered, *readings(text, _FORMS)):
        token, _, number = reading.partition("/")
        try:
            return _open(purpose, token, int(number.strip("/")) if number else None)
        except BadToken:
            continue
    raise BadToken("no reading of it is a token")


def _open(purpose: Purpose, token: str, number: int | None) -> OpenedLink:
    if len(token) != TOKEN_LENGTH:
        return _open_old(purpose, token, number)
    said = parse(token)
    subscriber = Subscriber.objects.filter(pk=said.subscriber_id).first()
    if subscriber:
        if not said.proves(purpose, subscriber.secret):
            raise BadToken("not made for this purpose")
        if purpose == "unsubscribe" or (purpose == "preferences" and not _has_moved(subscriber)):
            return OpenedLink(token, subscriber)
    # The proof of an erased subscriber cannot be verified. Their row in the ledger names nobody,
    # so that their links to papers still lead there, and their unsubscription is confirmed.
    delivery = _delivery(said.delivery_id)
    dated_at = delivery and _dated_at(delivery)
    if not delivery or delivery.subscriber_id != (subscriber and subscriber.pk):
        raise BadToken("the mail is unknown")
    if not dated_at or not said.is_dated(dated_at):
        raise BadToken("another mail has the id of this one")
    if purpose in _OWN:
        _refuse_former_address(subscriber, dated_at)
    return OpenedLink(token, subscriber, delivery, number)


def _has_moved(subscriber: Subscriber) -> bool:
    return subscriber.address_changed_at is not None


def _refuse_former_address(subscriber: Subscriber | None, dated_at: datetime | None) -> None:
    """A mail that went to a former address opens nothing of the reader's own.

    The preferences show the new address; feedback shows what they saved since.

    Raises:
        BadToken: it is such a mail, or one whose date is unknown.
    """
    changed_at = subscriber.address_changed_at if subscriber else None
    if changed_at and (dated_at is None or dated_at <= changed_at):
        raise BadToken("it was sent to a former address")


def _open_old(purpose: Purpose, token: str, number: int | None) -> OpenedLink:
    """A token of the first renderer opens everything that mails of that time have links for.

    Of deliveries that this renderer made. Who passed such a mail's page on passed its one token on,
    so it gives no feedback in the reader's name.
    """
    if purpose == "feedback":
        raise BadToken("no mail of that time has such a link")
    delivery = _delivery(read_old_token(token))
    if delivery is None or _renderer(delivery) != old_tokens.RENDERER:
        raise BadToken("another mail has the id of this one")
    if purpose == "preferences":
        _refuse_former_address(delivery.subscriber, _dated_at(delivery))
    return OpenedLink(token, delivery.subscriber, delivery, number)


def _delivery(number: int) -> Delivery | ArchivedDelivery | None:
    """From the ledger, else from the archive: a row is copied there before the ledger drops it."""
    kept = Delivery.objects.select_related("subscriber", "edition", "content")
    archived = ArchivedDelivery.objects.select_related("subscriber", "edition")
    return kept.filter(pk=number).first() or archived.filter(pk=number).first()


def _dated_at(delivery: Delivery | ArchivedDelivery) -> datetime | None:
    stored = delivery if isinstance(delivery, ArchivedDelivery) else delivery.content_or_none
    return stored.dated_at if stored else None


def _renderer(delivery: Delivery | ArchivedDelivery) -> str:
    stored = delivery if isinstance(delivery, ArchivedDelivery) else delivery.content_or_none
    return stored.renderer if stored else ""
