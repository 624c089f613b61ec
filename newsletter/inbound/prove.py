"""Find the mail of ours that a mail which arrived is about, by a proof that cannot be guessed.

Anyone can write a returned mail or a complaint about any address. Three things in it prove that its
writer had the mail: the token of its return path, its Message-ID, and the token of its link to
unsubscribe. Each depends on the reader's secret. An address proves nothing.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from django.conf import settings

from mail.inbound.incoming import Incoming
from newsletter.editions import old_tokens
from newsletter.editions.open_link import open_link
from newsletter.editions.rendering.return_path import read_bounce_token
from newsletter.editions.tokens import TOKEN_LENGTH, BadToken, make_tokens, parse
from newsletter.models import Delivery
from subscribers.messages import message_id
from subscribers.models import Subscriber, TransactionalMail

_MOST: Final = 20  # traces that are tried: a thread of fifty mails names as many
_SHORTEST: Final = 16  # hexadecimal digits of a proof
_MESSAGE_ID: Final = re.compile(r"<digest\.(\d{1,18})\.([0-9a-f]+)@")
_SINGLE_ID: Final = re.compile(r"<(?!digest\.)[a-z_]+\.(\d{1,18})\.[0-9a-f]+@")


@dataclass(frozen=True, slots=True)
class Proved:
    """Whose mail it was, and its delivery; None where the ledger has it no longer.

    `single_to` is the address of a mail that is no digest.
    """

    subscriber: Subscriber
    delivery: Delivery | None = None
    single_to: str = ""

    @property
    def email(self) -> str:
        """The address to which it went, unless the reader has left that since."""
        return self.single_to or self.subscriber.email

    @property
    def is_former_address(self) -> bool:
        """Whether the mail went to an address that the reader has left since."""
        moved = self.subscriber.address_changed_at
        if moved is None or self.single_to:
            return False
        content = self.delivery.content_or_none if self.delivery else None
        return content is None or content.dated_at <= moved


def prove(mail: Incoming) -> Proved | None:
    """The mail of ours that the first genuine trace in it names.

    At most two queries, and some for each link to unsubscribe where those found nothing.
    """
    returned = [one.token for one in mail.returned if one.kind == "bounce"]
    found = _by_message(_claims([*mail.tokens("bounce"), *returned], mail.original_ids))
    if found := found or _by_single_mail(mail.original_ids):
        return found
    links = [one.token for one in mail.returned if one.kind == "unsubscribe"]
    return next(filter(None, map(_by_link, [*mail.links, *links][:_MOST])), None)


def _claims(tokens: Iterable[str], message_ids: Iterable[str]) -> list[tuple[int, str]]:
    """The delivery and the proof that each return path and each Message-ID claims."""
    paths = ((one.delivery_id, one.proof) for one in map(read_bounce_token, tokens) if one)
    found = (match for match in map(_MESSAGE_ID.match, message_ids) if match)
    ids = ((int(match[1]), match[2]) for match in found if len(match[2]) >= _SHORTEST)
    return list(dict.fromkeys([*paths, *ids]))[:_MOST]


def _by_message(claims: list[tuple[int, str]]) -> Proved | None:
    if not claims:
        return None
    rows = Delivery.objects.filter(pk__in={number for number, _ in claims})
    deliveries = {row.pk: row for row in rows.select_related("subscriber", "content")}
    for number, proof in claims:
        delivery = deliveries.get(number)
        if delivery and delivery.subscriber and _is_proof(delivery, proof):
            return Proved(delivery.subscriber, delivery)
    return None


def _is_proof(delivery: Delivery, proof: str) -> bool:
    return any(hmac.compare_digest(own[: len(proof)], proof) for own in _proofs(delivery) if own)


def _proofs(delivery: Delivery) -> Iterator[str]:
    """The part of its Message-ID that cannot be guessed; none without its key."""
    reader, content = delivery.subscriber, delivery.content_or_none
    if reader is None or content is None:
        return
    try:
        if content.renderer == old_tokens.RENDERER:
            yield old_tokens.make_old_tokens(delivery.pk, content.key_id).message
        else:
            given = (delivery.pk, reader.pk, reader.secret, content.dated_at, content.key_id)
            yield make_tokens(*given).message
    except LookupError:
        return


def _by_single_mail(message_ids: Iterable[str]) -> Proved | None:
    """Of a confirmation, or another mail that one person asked for."""
    found = [match for match in map(_SINGLE_ID.match, message_ids) if match][:_MOST]
    if not found:
        return None
    rows = TransactionalMail.objects.filter(pk__in={int(match[1]) for match in found})
    mails = {row.pk: row for row in rows.select_related("subscriber")}
    for match in found:
        row = mails.get(int(match[1]))
        own = f"<{message_id(row)}@{settings.MAIL_DOMAIN}>" if row else ""
        if row and hmac.compare_digest(own.encode(), match.string.encode()):
            return Proved(row.subscriber, single_to=row.address)
    return None


def _by_link(token: str) -> Proved | None:
    """The reader whose link it is, and the delivery that it names, if that is theirs."""
    try:
        opened = open_link("unsubscribe", token)
    except BadToken:
        return None
    if opened.subscriber is None:
        return None
    number = opened.delivery.pk if opened.delivery else None
    if number is None and len(opened.token) == TOKEN_LENGTH:
        number = parse(opened.token).delivery_id
    rows = Delivery.objects.filter(pk__in=[number], subscriber=opened.subscriber)
    return Proved(opened.subscriber, rows.select_related("content").first())


def reader_of_address(mail: Incoming) -> Subscriber | None:
    """The reader whose token stands in the address to which a mail came; None if they were erased.

    Raises:
        BadToken: no such address holds a genuine token.
    """
    for token in mail.tokens("unsubscribe")[:_MOST]:
        try:
            return open_link("unsubscribe", token).subscriber
        except BadToken:
            if lowered := _by_lowered(token, mail.sender):
                return lowered
    raise BadToken("no address holds a genuine token")


def _by_lowered(token: str, sender: str) -> Subscriber | None:
    """The reader with this address and such a token: some servers write it in small letters.

    All letters of a token count; without their case its proof has 80 bits, which is enough.
    """
    reader = Subscriber.objects.filter(email=sender.lower()).first() if sender else None
    if reader is None or token != token.lower():
        return None
    newest = Delivery.objects.filter(subscriber=reader, content__isnull=False)
    for delivery in newest.select_related("content").order_by("-edition_id")[:_MOST]:
        content = delivery.content_or_none
        if content is None or content.renderer == old_tokens.RENDERER:
            continue
        given = (delivery.pk, reader.pk, reader.secret, content.dated_at, content.key_id)
        try:
            own = make_tokens(*given).unsubscribe.lower()
        except LookupError:
            continue
        if hmac.compare_digest(own, token):
            return reader
    return None
