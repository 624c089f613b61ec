"""Bounces and complaints pause an edition, as long as more of it is to be sent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from newsletter.events.process import process_events
from newsletter.models import Delivery, DeliveryEvent, Edition
from tests.factories import make_delivery, make_edition, make_subscriber
from tests.newsletter.events.conftest import NOW
from tests.newsletter.events.payloads import post, postmark_bounce, postmark_complaint

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Edition:
    """200 deliveries were sent, one waits."""
    made = make_edition()
    for _ in range(200):
        make_delivery(made, make_subscriber(), state="sent", attempts=1)
    make_delivery(made, make_subscriber())
    return made


def sent(edition: Edition, count: int) -> list[Delivery]:
    rows = Delivery.objects.filter(edition=edition, state="sent").select_related("subscriber")
    return list(rows.order_by("pk")[:count])


def complain(client: Client, delivery: Delivery) -> None:
    assert delivery.subscriber
    email = delivery.subscriber.email
    post(client, "postmark", postmark_complaint(delivery.pk, ID=delivery.pk, Email=email))


def bounce(client: Client, delivery: Delivery) -> None:
    assert delivery.subscriber
    email = delivery.subscriber.email
    post(client, "postmark", postmark_bounce(delivery.pk, ID=delivery.pk, Email=email))


def processed(edition: Edition) -> Edition:
    DeliveryEvent.objects.exclude(due_at=None).update(due_at=NOW)
    process_events(NOW)
    edition.refresh_from_db()
    return edition


def test_three_complaints_of_200_pause_an_edition_and_two_do_not(
    client: Client, edition: Edition
) -> None:
    first, second, third = sent(edition, 3)
    complain(client, first)
    complain(client, second)
    assert processed(edition).paused_at is None
    complain(client, third)
    assert processed(edition).paused_at == NOW
    assert edition.pause_reason.startswith("1.50% of 200 mails were reported as spam")


def test_late_bounces_pause_an_edition_as_refusals_do(client: Client, edition: Edition) -> None:
    for delivery in sent(edition, 10):
        bounce(client, delivery)
    assert processed(edition).paused_at is None
    bounce(client, sent(edition, 1)[0])
    assert processed(edition).paused_at == NOW
    assert edition.pause_reason.startswith("5.5% of 200 mails were refused for good")


def test_complaints_about_a_finished_edition_pause_nothing(
    client: Client, edition: Edition
) -> None:
    Delivery.objects.filter(edition=edition, state="queued").update(state="sent")
    newer = make_edition(day=edition.day + timedelta(days=1))
    for delivery in sent(edition, 5):
        complain(client, delivery)
    assert processed(edition).paused_at is None
    assert edition.complaints == 5
    newer.refresh_from_db()
    assert newer.paused_at is None
