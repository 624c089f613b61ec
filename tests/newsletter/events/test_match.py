"""Which delivery and which subscriber an event is about."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from newsletter.events.match import MatchedEvent, match
from newsletter.models import Delivery, DeliveryEvent
from subscribers.addresses import address_hash
from tests.factories import make_delivery, make_edition, make_event, make_subscriber
from tests.newsletter.events.conftest import ada
from tests.newsletter.events.payloads import ADA

pytestmark = pytest.mark.django_db
BOB = "bob@example.com"
PROVIDER_ID = "b7bc2f4a-e38e-4336-af7d-e6c392c2f817"


def event_for(email: str, delivery_id: int | None = None, **values: Any) -> DeliveryEvent:
    """An event as it is stored at first: with the address, without the edition."""
    hashed = address_hash(email) if email else ""
    return make_event(delivery_id=delivery_id, recipient=email, address_hash=hashed, **values)


def matched(event: DeliveryEvent) -> MatchedEvent:
    (one,) = match([event])
    return one


def stored_delivery_id(event: DeliveryEvent) -> int | None:
    return DeliveryEvent.objects.get(pk=event.pk).delivery_id


def test_the_delivery_id_names_delivery_and_subscriber(delivery: Delivery) -> None:
    event = event_for(ADA, delivery.pk)
    assert matched(event) == MatchedEvent(event, delivery, ada())
    assert stored_delivery_id(event) == delivery.pk


def test_an_event_for_another_address_is_not_of_this_delivery(delivery: Delivery) -> None:
    bob = make_subscriber(BOB)
    event = event_for(BOB, delivery.pk)
    assert matched(event) == MatchedEvent(event, None, bob)
    assert stored_delivery_id(event) is None


def test_an_event_from_before_the_delivery_existed_is_of_another_mail(delivery: Delivery) -> None:
    """Its id was given before a backup was restored, to another mail to the same address."""
    earlier = delivery.created_at - timedelta(hours=1, seconds=1)
    event = event_for(ADA, delivery.pk, occurred_at=earlier)
    assert matched(event) == MatchedEvent(event, None, ada())
    assert stored_delivery_id(event) is None


def test_a_provider_s_clock_may_be_an_hour_slow(delivery: Delivery) -> None:
    slow = delivery.created_at - timedelta(hours=1)
    event = event_for(ADA, delivery.pk, occurred_at=slow)
    assert matched(event).delivery == delivery


def test_an_event_for_an_unknown_address_matches_nothing(delivery: Delivery) -> None:
    event = event_for(BOB, delivery.pk)
    assert matched(event) == MatchedEvent(event, None, None)
    assert stored_delivery_id(event) is None


def test_an_event_without_an_address_is_matched_by_its_id(delivery: Delivery) -> None:
    event = event_for("", delivery.pk)
    assert matched(event) == MatchedEvent(event, delivery, ada())


def test_the_delivery_of_an_erased_subscriber_is_matched_by_its_id(delivery: Delivery) -> None:
    ada().delete()
    event = event_for(ADA, delivery.pk)
    one = matched(event)
    assert (one.delivery, one.subscriber) == (delivery, None)


def test_the_id_of_an_archived_delivery_stays_in_the_event() -> None:
    subscriber = make_subscriber(ADA)
    event = event_for(ADA, 4711)
    assert matched(event) == MatchedEvent(event, None, subscriber)
    assert stored_delivery_id(event) == 4711


def test_without_an_id_the_provider_s_id_finds_the_delivery(delivery: Delivery) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(provider_id=PROVIDER_ID)
    make_delivery(make_edition("daily"), ada(), state="sent", provider_id="other")
    make_delivery(delivery.edition, make_subscriber(BOB), state="sent", provider_id=PROVIDER_ID)
    event = event_for(ADA, message_id=PROVIDER_ID)
    assert matched(event) == MatchedEvent(event, delivery, ada())
    assert stored_delivery_id(event) == delivery.pk


def test_an_unknown_provider_id_finds_only_the_subscriber(delivery: Delivery) -> None:
    event = event_for(ADA, message_id=PROVIDER_ID)
    assert matched(event) == MatchedEvent(event, None, ada())


@pytest.mark.parametrize("events", [1, 3])
def test_matching_takes_three_queries_however_many_events(
    django_assert_num_queries: DjangoAssertNumQueries, events: int
) -> None:
    edition, provider_id = make_edition(), "id of the provider"
    with_id, without_id = [], []
    for number in range(events):
        reader = make_subscriber(f"reader{number}@example.org")
        delivery = make_delivery(edition, reader, state="sent")
        with_id.append(event_for(reader.email, delivery.pk))
        without_id.append(event_for(reader.email, message_id=provider_id))
    with django_assert_num_queries(3):
        found = match([*with_id, *without_id])
    assert [one.delivery is not None for one in found] == [True] * events + [False] * events
