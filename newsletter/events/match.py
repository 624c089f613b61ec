"""Find the delivery and the subscriber that a provider's event is about.

A digest carries the id of its delivery as metadata, and providers return it. But the account at the
provider may be shared, with a test installation for instance, whose deliveries have the same ids:
an event for an address that is not the delivery's recipient is not about this delivery. Nor is one
that happened before the delivery existed: a restored backup gives ids again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db.models import QuerySet

from newsletter.models import Delivery, DeliveryEvent
from subscribers.addresses import address_hash
from subscribers.models import Subscriber

_CLOCKS_DIFFER: Final = timedelta(hours=1)  # a provider's and ours, at most


@dataclass(slots=True)
class MatchedEvent:
    """An event with its delivery and its subscriber, as far as they were found."""

    event: DeliveryEvent
    delivery: Delivery | None = None
    subscriber: Subscriber | None = None


def match(events: Sequence[DeliveryEvent]) -> list[MatchedEvent]:
    """Each event with what it is about; at most three queries for all of them.

    The `delivery_id` of an event is corrected in its row where it names another installation's
    delivery, or names none and was found by the provider's id.
    """
    named = {event.delivery_id for event in events if event.delivery_id}
    deliveries = _by_id(Delivery.objects.filter(pk__in=named))
    emails = {event.recipient for event in events if event.recipient}
    subscribers = {row.email: row for row in Subscriber.objects.filter(email__in=emails)}
    matched = [_match_by_delivery_id(event, deliveries, subscribers) for event in events]
    _match_by_provider_id(matched)
    for one in matched:
        delivery_id = one.delivery.pk if one.delivery else _unknown_id(one.event, deliveries)
        if delivery_id != one.event.delivery_id:
            one.event.delivery_id = delivery_id
            one.event.save(update_fields=["delivery_id"])
    return matched


def _match_by_delivery_id(
    event: DeliveryEvent,
    deliveries: Mapping[int, Delivery],
    subscribers: Mapping[str, Subscriber],
) -> MatchedEvent:
    delivery = deliveries.get(event.delivery_id or 0)
    if delivery is None or _is_about_another_mail(event, delivery):
        return MatchedEvent(event, None, subscribers.get(event.recipient))
    return MatchedEvent(event, delivery, delivery.subscriber)


def _is_about_another_mail(event: DeliveryEvent, delivery: Delivery) -> bool:
    """Whether the id is another mail's: to another address, or earlier, before a restored backup.

    False where the addresses cannot be compared: an erased subscriber, an event without one.
    """
    if event.occurred_at < delivery.created_at - _CLOCKS_DIFFER:
        return True
    if delivery.subscriber is None or not event.address_hash:
        return False
    return address_hash(delivery.subscriber.email) != event.address_hash


def _unknown_id(event: DeliveryEvent, deliveries: Mapping[int, Delivery]) -> int | None:
    """The id of a delivery that is no longer in the ledger; None if it is another address's."""
    return None if event.delivery_id in deliveries else event.delivery_id


def _match_by_provider_id(matched: Sequence[MatchedEvent]) -> None:
    """For providers that return no metadata: search among the deliveries of the subscriber.

    Served by delivery_once, which begins with the subscriber; no index holds the provider's ids.
    """
    unmatched = {
        (one.subscriber.pk, one.event.message_id): one
        for one in matched
        if one.subscriber and not one.delivery and one.event.message_id
    }
    if not unmatched:
        return
    subscribers, ids = zip(*unmatched, strict=True)
    found = Delivery.objects.filter(subscriber__in=subscribers, provider_id__in=ids)
    deliveries = {(row.subscriber_id or 0, row.provider_id): row for row in _by_id(found).values()}
    for one in matched:
        if one.subscriber and not one.delivery:
            one.delivery = deliveries.get((one.subscriber.pk, one.event.message_id))


def _by_id(deliveries: QuerySet[Delivery]) -> dict[int, Delivery]:
    return {row.pk: row for row in deliveries.select_related("subscriber").defer("error")}
