"""Editions with waiting deliveries, sent over a server of this machine."""

from __future__ import annotations

import socket
from collections import Counter
from datetime import UTC, datetime, timedelta

from django.utils import timezone
from pytest_django import Settings

from fakes.smtp_sink_rules import Sink
from mail.factory import open_transport
from newsletter.delivery.deliver import deliver
from newsletter.editions.compose import compose
from newsletter.models import Delivery, Edition
from tests.factories import (
    DAY,
    make_batch,
    make_delivery,
    make_paper,
    make_signal,
    make_subscriber,
)

_READ_AT = datetime(2025, 3, 14, 20, tzinfo=UTC)


def make_sendable(count: int, cadence: str = "weekly") -> Edition:
    """A frozen edition of three papers with so many queued deliveries."""
    for number in range(3):
        make_signal(make_paper(), 5.0 * number + 1, read_at=_READ_AT)
    made = compose(cadence, DAY, _READ_AT + timedelta(hours=12))
    for _ in range(count):
        make_delivery(made, make_subscriber())
    return made


def point_at(settings: Settings, port: int) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.MAIL_PROVIDER, settings.EMAIL_TIMEOUT = "smtp", 3
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port


def send(edition: Edition, sink: Sink | None = None, settings: Settings | None = None) -> None:
    """Send what is due, in a new process as it were: over a transport of its own."""
    if sink and settings:
        point_at(settings, sink.port)
    with open_transport() as transport:
        deliver(make_batch(edition), timezone.now() + timedelta(seconds=60), transport)


def states() -> Counter[str]:
    return Counter(Delivery.objects.values_list("state", flat=True))


def make_all_due() -> None:
    """As if every pause were over."""
    Delivery.objects.filter(state="deferred").update(next_attempt_at=timezone.now())


def closed_port() -> int:
    """A port at which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
