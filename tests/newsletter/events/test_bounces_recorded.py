"""What recorded events of each provider do to an address: suppressed at once, or not."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from newsletter.events.process import process_events
from newsletter.models import DeliveryEvent
from subscribers.models import Subscriber, Suppression
from tests.factories import make_mail, make_subscriber
from tests.newsletter.events.conftest import NOW, select
from tests.newsletter.events.payloads import post

pytestmark = [pytest.mark.django_db, pytest.mark.shared]

KEYS = {
    "sparkpost": {"SPARKPOST_API_KEY": "key"},
    "mailtrap": {"MAILTRAP_API_TOKEN": "key"},
    "brevo": {"BREVO_API_KEY": "key"},
    "resend": {"RESEND_API_KEY": "key"},
    "mailjet": {"MAILJET_API_KEY": "key", "MAILJET_SECRET_KEY": "key"},
    "sendgrid": {"SENDGRID_API_KEY": "key"},
    "postmark": {"POSTMARK_SERVER_TOKEN": "key"},
}


def payload(shared: Path, provider: str, name: str) -> Any:
    [file] = (shared / "data" / "recorded" / "esp_webhooks" / provider).glob(f"*.{name}.json")
    return json.loads(file.read_text())["json"]


@pytest.mark.parametrize(
    "case",
    [
        ("resend", "test_suppressed_event", "blocked@example.org", True),
        ("resend", "test_hard_bounced_event", "bounced@resend.dev", True),
        ("brevo", "test_blocked", "recipient@example.com", True),
        ("brevo", "test_hard_bounce", "not-a-user@example.com", True),
        ("brevo", "test_invalid_email", "recipient@example.com", True),
        ("brevo", "test_soft_bounce_event", "recipient@no-mx.example.com", False),
        ("sparkpost", "test_generation_rejection_event", "suppressed@example.com", True),
        ("sparkpost", "test_bounce_event", "bounce@example.com", True),
        ("mailtrap", "test_bounce_event", "invalid@example.com", True),
        ("mailtrap", "test_reject_event", "receiver@example.com", False),
        ("mailtrap", "test_suspension_event", "receiver@example.com", False),
        ("mailtrap", "test_soft_bounce_event", "receiver@example.com", False),
        ("mailjet", "test_bounced_greylist_event", "protected@example.com", False),
        ("mailjet", "test_blocked_event", "bad@example.com", True),
        ("sendgrid", "test_bounce_event", "noreply@example.com", True),
        ("sendgrid", "test_dropped_bounced", "example@example.com", True),
        ("postmark", "test_bounce_event", "bounce@example.com", True),
        ("postmark", "test_subscription_change_bounce", "john@example.com", True),
    ],
)
@pytest.mark.filterwarnings("ignore:django-anymail has dropped official support")
def test_a_recorded_event_ends_an_address_only_where_it_is_certain(
    client: Client, settings: Settings, shared: Path, case: tuple[str, str, str, bool]
) -> None:
    provider, name, address, ends = case
    make_mail(make_subscriber(address, state="pending"), state="sent")
    select(settings, provider, **KEYS[provider])
    assert post(client, provider, payload(shared, provider, name)).status_code == 200
    DeliveryEvent.objects.update(due_at=NOW, occurred_at=NOW - timedelta(days=1))
    assert process_events(NOW) == 1
    assert Subscriber.objects.filter(email=address, state="suppressed").exists() is ends
    assert Suppression.objects.count() == int(ends)
