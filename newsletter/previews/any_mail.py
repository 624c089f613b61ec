"""Any mail as it would be sent to a reader, without a row and without a link that works.

The tokens of its links are signed with a secret made for this one preview, so they open nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from mail.message import Message
from newsletter.delivery.decide import opening
from newsletter.delivery.recipients import recipients
from newsletter.delivery.withdrawn import withdrawn_papers
from newsletter.editions.loaded_edition import load_edition
from newsletter.editions.personalize import Interests
from newsletter.editions.rendering.message import build_digest
from newsletter.models import Edition
from subscribers.messages import build
from subscribers.models import AddressChange, Subscriber, TransactionalMail
from subscribers.preferences import next_send_at, preferences_of
from web.languages import DEFAULT_LANGUAGE

DIGEST: Final = "digest"
FIRST_DIGEST: Final = "first digest"
INVENTED: Final = "reader@example.com"
_PAUSE: Final = timedelta(days=30)
_NEW_ADDRESS: Final = "new-address@example.com"
_OF_CHANGE: Final = frozenset((TransactionalMail.Kind.ADDRESS, TransactionalMail.Kind.MOVED))


class CannotPreview(Exception):
    """There is no such mail; the text says why."""


@dataclass(frozen=True, slots=True)
class PreviewReader:
    """For whom a mail is rendered: `row` is a copy that is never saved."""

    row: Subscriber
    interests: Interests
    language: str


def reader_of(subscriber: Subscriber, language: str = "") -> PreviewReader:
    """A stored reader; `language` instead of their own, where it is given."""
    found = recipients([subscriber.pk])[subscriber.pk]
    row = Subscriber.objects.get(pk=subscriber.pk)
    row.secret = uuid4()
    row.language = language or found.language
    return PreviewReader(row, found.interests, row.language)


def invented_reader(
    interests: Interests, language: str = DEFAULT_LANGUAGE, cadence: str = "weekly"
) -> PreviewReader:
    """A reader that is stored nowhere."""
    row = Subscriber(pk=0, email=INVENTED, language=language, cadence=cadence, secret=uuid4())
    return PreviewReader(row, interests, language)


def preview_digest(
    reader: PreviewReader, edition: Edition, now: datetime, *, is_first: bool = False
) -> Message:
    """The digest of a frozen edition; or the first one of its reader, which says so.

    Raises:
        CannotPreview: no paper of it is for these interests.
    """
    withdrawn = withdrawn_papers(edition.pk)
    selection = load_edition(edition.pk).select(
        reader.interests, withdrawn, reader.language, reader=reader.row.pk
    )
    if not selection.picks:
        raise CannotPreview(f"The {edition} holds no paper for these interests.")
    if is_first:
        row = reader.row
        selection = selection.opened(opening(_next_slot(row, now), row.zone_name, reader.language))
    return build_digest(
        delivery_id=0,  # no delivery: its links lead to the page that offers some
        subscriber_id=0,
        secret=reader.row.secret,
        to=reader.row.email,
        dated_at=now,
        body=selection.body,
    )


def _next_slot(row: Subscriber, now: datetime) -> datetime:
    return row.next_send_at or next_send_at(row, preferences_of(row), now)


def preview_single(reader: PreviewReader, kind: str, now: datetime) -> Message:
    """A mail about what a reader did; nothing of it is stored.

    Raises:
        CannotPreview: there is no such kind.
    """
    if kind not in TransactionalMail.Kind.values:
        raise CannotPreview(f"No mail is of the kind {kind}.")
    reader.row.next_send_at = _next_slot(reader.row, now)
    reader.row.paused_until = reader.row.paused_until or (now + _PAUSE).date()
    mail = TransactionalMail(
        pk=0, subscriber=reader.row, kind=kind, recipient="", created_at=now, next_attempt_at=now
    )
    if kind in _OF_CHANGE:
        mail.address_change = AddressChange(
            pk=0,
            subscriber=reader.row,
            old_email=reader.row.email,
            new_email=_NEW_ADDRESS,
            requested_at=now,
        )
    return build(mail, now)
