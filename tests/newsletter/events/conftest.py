"""A provider whose events are expected, and a delivery that it sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from mail.providers import backend_of
from newsletter import tasks
from newsletter.events import receive
from newsletter.events.process import BATCH, process_events
from newsletter.models import Delivery, DeliveryEvent
from subscribers.models import Subscriber
from tests.factories import make_delivery, make_edition, make_subscriber
from tests.newsletter.events.payloads import ADA, SECRET, post

NOW = datetime(2025, 3, 14, 12, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _postmark(settings: Settings) -> None:
    select(settings, "postmark", POSTMARK_SERVER_TOKEN="token")


def select(settings: Settings, provider: str, **keys: str) -> None:
    settings.MAIL_PROVIDER = provider
    settings.EMAIL_BACKEND = backend_of(provider)
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET, **keys}


@pytest.fixture(autouse=True)
def enqueued() -> Iterator[list[str]]:
    """The names of the tasks that would have been enqueued."""
    names: list[str] = []
    receive.connect(lambda: names.append("process_events"))
    yield names
    receive.connect(tasks.enqueue_events)


@pytest.fixture
def delivery() -> Delivery:
    return make_delivery(make_edition(), make_subscriber(ADA), state="sent", attempts=1)


def post_and_process(client: Client, *payloads: dict[str, Any], provider: str = "postmark") -> None:
    """Post these events, and process all that are due."""
    for payload in payloads:
        assert post(client, provider, payload).status_code == 200
    DeliveryEvent.objects.exclude(due_at=None).update(due_at=NOW)
    while process_events(NOW) == BATCH:
        pass


def reloaded(delivery: Delivery) -> Delivery:
    return Delivery.objects.get(pk=delivery.pk)


def ada() -> Subscriber:
    return Subscriber.objects.get(email=ADA)


def stored_event() -> DeliveryEvent:
    """The only event in the table."""
    return DeliveryEvent.objects.get()
