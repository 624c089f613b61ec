"""What follows from a mail that arrived: an event, an unsubscription, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Final

from django.conf import settings

from mail.inbound.incoming import Failure, Hardness, Incoming
from mail.without_address import without_address
from newsletter.events.bounces import ABOUT_SENDER
from newsletter.inbound.prove import Proved
from newsletter.models import DeliveryEvent
from subscribers.addresses import address_hash, spelling
from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry, Subscriber
from subscribers.unsubscribe import unsubscribe
from web.storable import storable_text

PROVIDER: Final = "smtp"
# What a consent entry says of the step's origin: no request caused it.
BY_MAIL: Final = RequestOrigin(user_agent="mail")
_KINDS: Final = {
    "bounce": DeliveryEvent.Kind.BOUNCED,
    "delay": DeliveryEvent.Kind.DEFERRED,
    "delivered": DeliveryEvent.Kind.DELIVERED,
    "complaint": DeliveryEvent.Kind.COMPLAINED,
    "unsubscribe": DeliveryEvent.Kind.UNSUBSCRIBED,
}
_ENDED: Final = {"bounce": {"failed"}, "delay": {"delayed"}}


def store_event(mail: Incoming, proved: Proved, now: datetime) -> DeliveryEvent | None:
    """Store the event that a proved report is; None where it changes nothing here.

    From here it is as one that a provider posts: newsletter/events/process.py acts on it.
    """
    event = event_row(mail, proved, now)
    if event:
        DeliveryEvent.objects.bulk_create([event], ignore_conflicts=True)
    return event


def event_row(mail: Incoming, proved: Proved, now: datetime) -> DeliveryEvent | None:
    """The event of a report. Pure.

    A mail that went to an address which its reader has left since says nothing of the new one: it
    is no event.
    """
    if proved.is_former_address:
        return None
    email, delivery = proved.email, proved.delivery
    found = _failures_of(mail, email)
    hardness = _hardness(found, email) if mail.kind == "bounce" else ""
    return DeliveryEvent(
        fingerprint=blake2b(f"smtp\n{mail.fingerprint}".encode(), digest_size=16).hexdigest(),
        provider=PROVIDER,
        kind=_kind(mail, found),
        delivery=delivery,
        recipient=email,
        address_hash=address_hash(email),
        is_hard=hardness == "hard",
        reject_reason=_reject_reason(mail, hardness, found),
        detail=detail_of(mail, found, email)[:500],
        occurred_at=_occurred_at(mail, proved, now),
        received_at=now,
        due_at=now,
    )


def _failures_of(mail: Incoming, email: str) -> Sequence[Failure]:
    """What is said of the reader's own address; of all that it names, where that is not named.

    A reader may be behind a list or an alias: the report then names the addresses behind it.
    """
    counted = _ENDED.get(mail.kind)
    those = [one for one in mail.failures if counted is None or one.action in counted]
    own = [one for one in those if _is_own(one, email)]
    return own or those


def _is_own(one: Failure, email: str) -> bool:
    """Whether a report means this mailbox: its address, or its name at a host behind it."""
    if not (one.recipient or one.original):
        return True  # the proof says which mail it was, and that had one recipient
    named = spelling(one.recipient or one.original)
    return named == email or _name(named) == _name(email)


def _name(address: str) -> str:
    return address.rpartition("@")[0].partition("+")[0]


def _hardness(found: Sequence[Failure], email: str) -> Hardness:
    """The worst of what counts. An address behind the reader's may be gone without theirs."""
    those = {"soft" if one.hardness == "hard" and not _is_own(one, email) else one.hardness
             for one in found}  # fmt: skip
    order: tuple[Hardness, ...] = ("hard", "soft", "us")
    return next((one for one in order if one in those), "soft")


def _kind(mail: Incoming, found: Sequence[Failure]) -> str:
    """`relayed` and `expanded` only say that another server took it."""
    if mail.kind == "delivered" and all(one.action != "delivered" for one in found):
        return DeliveryEvent.Kind.SENT
    return _KINDS[mail.kind]


def _reject_reason(mail: Incoming, hardness: Hardness, found: Sequence[Failure]) -> str:
    if mail.kind != "bounce":
        return ""
    if hardness == "us":
        return ABOUT_SENDER
    if hardness == "hard":
        return "invalid"
    return "timed_out" if any(one.status.startswith("4") for one in found) else "other"


def detail_of(mail: Incoming, found: Sequence[Failure], email: str = "") -> str:
    """What a report says, without addresses: the server's words, or the kind of a complaint."""
    first = next((one for one in found if one.reply or one.status), None)
    said = mail.note or mail.subject
    if first:
        code = "" if first.status in first.reply else f"{first.status} "
        said = f"{code}{first.reply}".strip()
    words = storable_text(" ".join(said.split()))[:2000]
    return without_address(words, email, ours=settings.MAIL_DOMAIN)


def _occurred_at(mail: Incoming, proved: Proved, now: datetime) -> datetime:
    """When it happened, as far as the mail says: not in the future, nor before its delivery."""
    moment = min(mail.dated_at or now, now)
    return max(moment, proved.delivery.created_at) if proved.delivery else moment


def unsubscribe_by_mail(subscriber: Subscriber, now: datetime) -> bool:
    """End the digests of a reader who asked for it by mail; False when they had ended already."""
    step = ConsentEntry.Step.UNSUBSCRIBED
    return unsubscribe(subscriber, step=step, origin=BY_MAIL, now=now)


def may_unsubscribe(mail: Incoming, proved: Proved) -> bool:
    """Whether a reply that asks for it ends its writer's digests.

    Its sender can be forged, and who was sent a copy of a digest has its Message-ID: both together
    must be the reader's.
    """
    return spelling(mail.sender) == proved.subscriber.email
