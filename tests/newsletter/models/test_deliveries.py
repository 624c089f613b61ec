"""Deliveries: one for each subscriber and edition, with the content of its digest."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from newsletter.models import Delivery, DigestContent, StoredPick
from tests.factories import NOON, make_delivery, make_edition, make_subscriber

pytestmark = pytest.mark.django_db


def test_a_subscriber_gets_an_edition_once() -> None:
    edition, subscriber = make_edition(), make_subscriber()
    make_delivery(edition, subscriber)
    with pytest.raises(IntegrityError, match="subscriber_id, edition_id"):
        make_delivery(edition, subscriber)


def test_before_the_first_attempt_a_delivery_has_no_papers() -> None:
    delivery = make_delivery(make_edition(), make_subscriber())
    assert delivery.content_or_none is None
    assert list(delivery.picks) == []


def test_the_papers_of_a_digest_come_with_their_positions_and_reasons() -> None:
    delivery = make_delivery(make_edition(), make_subscriber())
    DigestContent.objects.create(
        delivery=delivery,
        edition=delivery.edition,
        positions=[1, 4],
        papers=[70, 12],
        reasons=["Trending", "You follow robotics"],
        dated_at=NOON,
        renderer="1",
        key_id="k1",
    )
    assert list(Delivery.objects.get().picks) == [
        StoredPick(1, 70, "Trending"),
        StoredPick(4, 12, "You follow robotics"),
    ]


def test_a_delivery_stays_without_its_subscriber() -> None:
    subscriber = make_subscriber()
    delivery = make_delivery(make_edition(), subscriber, state="sent")
    subscriber.delete()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.subscriber) == ("sent", None)
