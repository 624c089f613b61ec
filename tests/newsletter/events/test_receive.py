"""A provider posts an event; one row is stored, and nothing else happens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from anymail.signals import AnymailTrackingEvent
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from mail.outcome import Outcome, private
from newsletter.editions.rendering.message_ids import message_id
from newsletter.events import receive
from newsletter.models import Delivery, DeliveryEvent
from subscribers.addresses import address_hash
from subscribers.models import Subscriber
from tests.newsletter.events import payloads
from tests.newsletter.events.conftest import select, stored_event
from tests.newsletter.events.payloads import ADA, brevo, post, postmark, postmark_bounce, resend

pytestmark = pytest.mark.django_db
FIVE_PAST = datetime(2025, 3, 14, 12, 5, tzinfo=UTC)


def test_an_event_of_postmark_becomes_a_row(client: Client, delivery: Delivery) -> None:
    assert post(client, "postmark", postmark_bounce(delivery.pk)).status_code == 200
    row = stored_event()
    assert (row.provider, row.kind, row.is_hard) == ("Postmark", "bounced", True)
    assert row.delivery_id == delivery.pk
    assert row.message_id == "b7bc2f4a-e38e-4336-af7d-e6c392c2f817"
    assert row.occurred_at == FIVE_PAST
    assert row.address_hash == address_hash(ADA)
    assert row.due_at == row.received_at
    assert timezone.now() - row.received_at < timedelta(minutes=1)


def test_an_event_of_resend_becomes_a_row(
    client: Client, delivery: Delivery, settings: Settings
) -> None:
    select(settings, "resend", RESEND_API_KEY="key")
    bounce = {"message": "The server sent a hard bounce message.", "type": "Permanent"}
    payload = resend(delivery.pk, "email.bounced", bounce=bounce)
    assert post(client, "resend", payload, HTTP_SVIX_ID="msg_1").status_code == 200
    row = stored_event()
    assert (row.provider, row.kind, row.is_hard) == ("Resend", "bounced", True)
    assert (row.delivery_id, row.occurred_at) == (delivery.pk, FIVE_PAST)


def test_an_event_of_brevo_becomes_a_row(
    client: Client, delivery: Delivery, settings: Settings
) -> None:
    select(settings, "brevo", BREVO_API_KEY="key")
    payload = brevo(delivery.pk, "soft_bounce", reason="452 4.2.2 mailbox full")
    assert post(client, "brevo", payload).status_code == 200
    row = stored_event()
    assert (row.provider, row.kind, row.is_hard) == ("Brevo", "bounced", False)
    assert (row.delivery_id, row.detail) == (delivery.pk, "452 4.2.2 mailbox full")
    assert row.occurred_at == FIVE_PAST


def test_each_recipient_of_an_event_of_amazon_is_a_row(
    client: Client, delivery: Delivery, settings: Settings
) -> None:
    params = {"region_name": "eu-west-1", "aws_access_key_id": "x", "aws_secret_access_key": "x"}
    select(settings, "amazon_ses", AMAZON_SES_CLIENT_PARAMS=params)  # type: ignore[arg-type]
    recipients = [
        {"emailAddress": one, "diagnosticCode": "smtp; 550 5.1.1 unknown"}
        for one in (ADA, "bob@example.com")
    ]
    bounce = {
        "bounceType": "Permanent",
        "bounceSubType": "General",
        "bouncedRecipients": recipients,
    }
    payload = payloads.amazon(delivery.pk, "Bounce", bounce)
    sns = {
        "HTTP_X_AMZ_SNS_MESSAGE_TYPE": "Notification",
        "HTTP_X_AMZ_SNS_MESSAGE_ID": payload["MessageId"],
    }
    for _ in range(2):
        assert post(client, "amazon_ses", payload, **sns).status_code == 200
    assert sorted(DeliveryEvent.objects.values_list("recipient", "is_hard")) == [
        (ADA, True),
        ("bob@example.com", True),
    ]


def test_the_request_runs_one_insert_and_nothing_else(
    client: Client, delivery: Delivery, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1) as context:
        post(client, "postmark", postmark_bounce(delivery.pk))
    assert "ON CONFLICT DO NOTHING" in context.captured_queries[0]["sql"]
    delivery.refresh_from_db()
    assert delivery.state == "sent"
    assert Subscriber.objects.get().state == "active"


def test_an_event_that_is_posted_again_is_one_row(client: Client, delivery: Delivery) -> None:
    for _ in range(3):
        assert post(client, "postmark", postmark(delivery.pk)).status_code == 200
        assert post(client, "postmark", postmark_bounce(delivery.pk)).status_code == 200
    assert DeliveryEvent.objects.count() == 2


def test_two_events_that_differ_in_time_only_are_two_rows(
    client: Client, delivery: Delivery
) -> None:
    post(client, "postmark", postmark(delivery.pk))
    post(client, "postmark", postmark(delivery.pk, DeliveredAt="2025-03-14T12:06:00Z"))
    assert DeliveryEvent.objects.count() == 2


@pytest.mark.parametrize("record", ["Open", "Click", "Whatever"])
def test_opens_clicks_and_unknown_events_are_not_stored(
    client: Client, delivery: Delivery, record: str
) -> None:
    assert post(client, "postmark", postmark(delivery.pk, record)).status_code == 200
    assert not DeliveryEvent.objects.exists()


def test_urgent_events_are_enqueued_at_once(
    client: Client, delivery: Delivery, enqueued: list[str]
) -> None:
    post(client, "postmark", postmark(delivery.pk))
    assert enqueued == []
    post(client, "postmark", postmark_bounce(delivery.pk))
    assert enqueued == ["process_events"]


def test_the_server_s_reply_is_stored_without_the_address(
    client: Client, delivery: Delivery
) -> None:
    post(client, "postmark", postmark_bounce(delivery.pk))
    assert stored_event().detail == "smtp;550 5.1.1 <…> user unknown · It came back."


def test_an_id_that_holds_the_address_is_stored_as_the_ledger_stores_it() -> None:
    row = receive.event_row(event(message_id=f"id-{ADA}"), "Postmark", FIVE_PAST)
    sent = private(Outcome("accepted", provider_id=f"id-{ADA}"), ADA, ours="")
    assert row.message_id == sent.provider_id == "id-…"


def test_without_metadata_the_message_id_names_the_delivery(delivery: Delivery) -> None:
    ours = message_id(delivery.pk, "0123abcd")
    assert receive.event_row(event(message_id=ours), "Mailgun", FIVE_PAST).delivery_id == (
        delivery.pk
    )


# ── invalid values are corrected: an error would lose the rest of the request ─


def event(**values: Any) -> AnymailTrackingEvent:
    return AnymailTrackingEvent(**{"event_type": "bounced", "recipient": ADA, **values})


@pytest.mark.parametrize(
    "values",
    [
        {"recipient": None},
        {"recipient": "no address", "reject_reason": "x" * 100},
        {"recipient": "a" * 400 + "@example.com"},
        {"message_id": "x" * 1000, "mta_response": "y" * 1000},
        {"mta_response": "550 \x00 gone", "message_id": "\x00"},
        {"metadata": None},
        {"metadata": ["delivery"]},
        {"metadata": {"delivery": "four"}},
        {"metadata": {"delivery": "9" * 40}},
        {"metadata": {"delivery": "²"}},
        {"esp_event": "text"},
        {"esp_event": {"Type": None}},
        {"timestamp": datetime(2025, 3, 14)},  # noqa: DTZ001 (that it has no zone is the point)
        {"event_id": 7},
        {"description": "\ud800"},
    ],
)
def test_an_event_with_invalid_values_is_stored(values: dict[str, Any]) -> None:
    receive.received.send(sender=None, events=[event(**values)], esp_name="Postmark")
    assert stored_event().kind == "bounced"
    assert stored_event().delivery_id is None


def test_a_time_in_the_future_becomes_the_present() -> None:
    ahead = event(timestamp=FIVE_PAST + timedelta(hours=1))
    assert receive.event_row(ahead, "Postmark", FIVE_PAST).occurred_at == FIVE_PAST
    assert receive.event_row(event(), "Postmark", FIVE_PAST).occurred_at == FIVE_PAST


def test_an_address_is_hashed_in_its_normal_form() -> None:
    row = receive.event_row(event(recipient=" Ada@Bücher.Example"), "Brevo", FIVE_PAST)
    assert row.address_hash == address_hash("ada@xn--bcher-kva.example")
