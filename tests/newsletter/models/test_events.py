"""Events: each report of a provider is stored once, and outlives its delivery."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from newsletter.models import DeliveryEvent
from tests.factories import make_delivery, make_edition, make_event, make_subscriber

pytestmark = pytest.mark.django_db


def test_the_same_report_is_stored_once() -> None:
    make_event(fingerprint="a" * 32)
    make_event(fingerprint="b" * 32)
    with pytest.raises(IntegrityError, match="fingerprint"):
        make_event(fingerprint="a" * 32)


def test_an_event_stays_without_its_delivery() -> None:
    delivery = make_delivery(make_edition(), make_subscriber())
    event = make_event(delivery=delivery)
    number = delivery.pk
    delivery.delete()
    assert DeliveryEvent.objects.get() == event
    assert DeliveryEvent.objects.get().delivery_id == number


def test_an_event_says_what_happened_and_who_reported_it() -> None:
    event = DeliveryEvent(kind=DeliveryEvent.Kind.COMPLAINED, provider="postmark")
    assert str(event) == "reported as spam, by postmark"
