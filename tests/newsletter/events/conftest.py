"""A provider that may report, and one mail that it carried."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from pytest_django import Settings

from mail.providers import backend_of
from newsletter import tasks
from newsletter.events import receive
from newsletter.models import Delivery, DeliveryEvent
from tests.factories import make_delivery, make_edition, make_subscriber
from tests.newsletter.events.payloads import ADA, SECRET

NOW = datetime(2025, 3, 14, 12, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _postmark(settings: Settings) -> None:
    select(settings, "postmark", POSTMARK_SERVER_TOKEN="token")


def select(settings: Settings, provider: str, **keys: str) -> None:
    settings.MAIL_PROVIDER = provider
    settings.EMAIL_BACKEND = backend_of(provider)
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET, **keys}


@pytest.fixture(autouse=True)
def rung() -> Iterator[list[str]]:
    """The bells that were rung, instead of ringing them."""
    bells: list[str] = []
    receive.connect(lambda: bells.append("process"))
    yield bells
    receive.connect(tasks.enqueue_events)


@pytest.fixture
def delivery() -> Delivery:
    return make_delivery(make_edition(), make_subscriber(ADA), state="sent", attempts=1)


def report() -> DeliveryEvent:
    """The only report there is."""
    return DeliveryEvent.objects.get()
