"""Events are processed: each once, with what follows for the address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from newsletter.delivery.progress import progress_of
from newsletter.events.process import process_events
from newsletter.models import Delivery, DeliveryEvent
from subscribers.models import ConsentEntry, Subscriber, Suppression
from subscribers.privacy import erase
from subscribers.suppress import is_suppressed
from tests.factories import make_delivery, make_edition, make_mail, make_subscriber
from tests.newsletter.events.conftest import NOW, ada, post_and_process, reloaded
from tests.newsletter.events.payloads import (
    ADA,
    post,
    postmark,
    postmark_bounce,
    postmark_complaint,
)

pytestmark = pytest.mark.django_db
LEASE = timedelta(minutes=5)
LATER = "2025-03-14T12:07:00Z"


# ── addresses ────────────────────────────────────────────────────────────────


def test_a_hard_bounce_suppresses_the_subscriber(client: Client, delivery: Delivery) -> None:
    post_and_process(client, postmark_bounce(delivery.pk))
    assert ada().state == "suppressed"
    suppression = Suppression.objects.get()
    assert suppression.reason == "hard_bounce"
    assert suppression.detail.startswith("Postmark: smtp;550 5.1.1 <…> user unknown")
    assert ConsentEntry.objects.get().step == "suppressed"


def test_a_soft_bounce_does_not_suppress(client: Client, delivery: Delivery) -> None:
    soft = {"Details": "smtp;452 4.2.2 mailbox full"}
    post_and_process(client, postmark_bounce(delivery.pk, "SoftBounce", **soft))
    assert ada().state == "active"
    assert reloaded(delivery).state == "failed"
    assert reloaded(delivery).reason == "bounced: the mailbox did not take it"


def test_a_complaint_suppresses_and_is_counted(client: Client, delivery: Delivery) -> None:
    post_and_process(client, postmark_complaint(delivery.pk))
    assert Suppression.objects.get().reason == "complaint"
    assert progress_of(delivery.edition_id).complaints == 1
    assert reloaded(delivery).state == "sent"


def test_an_unsubscription_at_the_provider_unsubscribes(client: Client, delivery: Delivery) -> None:
    left = {"SuppressSending": True, "SuppressionReason": "ManualSuppression"}
    post_and_process(client, postmark(delivery.pk, "SubscriptionChange", **left))
    assert ada().state == "unsubscribed"
    assert ConsentEntry.objects.get().step == "unsubscribed"
    assert not Suppression.objects.exists()
    assert not ada().mails.exists()  # the provider takes no goodbye for this address


def test_a_bounced_confirmation_suppresses_its_address(client: Client) -> None:
    make_mail(make_subscriber(ADA, state="pending"), state="sent")
    post_and_process(client, postmark_bounce(None))
    assert ada().state == "suppressed"


def test_an_unknown_address_is_not_suppressed(client: Client) -> None:
    post_and_process(client, postmark_bounce(None), postmark_bounce(4711, ID=5))
    assert not Suppression.objects.exists()
    assert set(DeliveryEvent.objects.values_list("due_at", flat=True)) == {None}


def test_the_address_of_an_erased_subscriber_is_suppressed(
    client: Client, delivery: Delivery
) -> None:
    erase(ada())
    post_and_process(client, postmark_complaint(delivery.pk))
    assert Suppression.objects.get().reason == "complaint"
    assert progress_of(delivery.edition_id).complaints == 1


def test_an_event_that_waits_while_its_subscriber_is_erased_still_suppresses(
    client: Client, delivery: Delivery
) -> None:
    post(client, "postmark", postmark_complaint(delivery.pk))
    erase(ada())
    assert DeliveryEvent.objects.get().recipient == ""
    post_and_process(client)
    assert Suppression.objects.get().reason == "complaint"
    assert is_suppressed(ADA)


def test_an_event_from_before_the_last_confirmation_changes_no_address(
    client: Client, delivery: Delivery
) -> None:
    Subscriber.objects.update(confirmed_at=NOW)
    post_and_process(client, postmark_complaint(delivery.pk))
    assert ada().state == "active"


def test_a_processed_event_holds_no_address(client: Client, delivery: Delivery) -> None:
    post(client, "postmark", postmark_bounce(delivery.pk))
    assert DeliveryEvent.objects.get().recipient == ADA
    post_and_process(client)
    event = DeliveryEvent.objects.get()
    assert (event.recipient, event.due_at) == ("", None)
    assert event.address_hash
    assert event.edition_id == delivery.edition_id


def test_an_event_for_another_address_suppresses_that_address(
    client: Client, delivery: Delivery
) -> None:
    bob = make_subscriber("bob@example.com")
    post_and_process(client, postmark_bounce(delivery.pk, Email=bob.email))
    bob.refresh_from_db()
    assert (bob.state, ada().state, reloaded(delivery).state) == ("suppressed", "active", "sent")


def test_a_complaint_counts_for_the_edition_of_its_delivery(
    client: Client, delivery: Delivery
) -> None:
    Delivery.objects.update(provider_id="b7bc2f4a-e38e-4336-af7d-e6c392c2f817")
    other = make_delivery(make_edition("daily"), ada(), state="sent", provider_id="other")
    post_and_process(client, postmark_complaint(None))
    assert progress_of(delivery.edition_id).complaints == 1
    assert progress_of(other.edition_id).complaints == 0


# ── once, and only once ──────────────────────────────────────────────────────


def test_a_complaint_that_is_posted_again_counts_once(client: Client, delivery: Delivery) -> None:
    for _ in range(2):
        post_and_process(client, postmark_complaint(delivery.pk))
    suppressed = {"SuppressSending": True, "SuppressionReason": "SpamComplaint"}
    post_and_process(client, postmark(delivery.pk, "SubscriptionChange", **suppressed))
    post_and_process(client, postmark_complaint(delivery.pk, ID=3, BouncedAt=LATER))
    assert progress_of(delivery.edition_id).complaints == 1
    assert ConsentEntry.objects.count() == 1


def test_two_events_of_one_complaint_in_one_batch_count_once(
    client: Client, delivery: Delivery
) -> None:
    post_and_process(client, postmark_complaint(delivery.pk), postmark_complaint(delivery.pk, ID=3))
    assert progress_of(delivery.edition_id).complaints == 1


def test_a_batch_that_fails_halfway_is_processed_again_as_a_whole(
    client: Client, delivery: Delivery
) -> None:
    with connection.execute_wrapper(_fail_to_mark), pytest.raises(DatabaseError):
        post_and_process(client, postmark_complaint(delivery.pk))
    assert ada().state == "active"
    assert progress_of(delivery.edition_id).complaints == 0
    post_and_process(client)
    assert ada().state == "suppressed"
    assert progress_of(delivery.edition_id).complaints == 1


def _fail_to_mark(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
) -> Any:
    """Break the last statement of a batch, which marks its events as processed."""
    if "SET due_at = NULL" in sql:
        raise DatabaseError("the connection is lost")
    return execute(sql, params, many, context)


def test_an_event_that_is_not_due_is_not_processed(client: Client, delivery: Delivery) -> None:
    post(client, "postmark", postmark_bounce(delivery.pk))
    DeliveryEvent.objects.update(due_at=NOW + timedelta(seconds=1))
    assert process_events(NOW) == 0
    assert process_events(NOW + timedelta(seconds=1)) == 1


@pytest.mark.parametrize("events", [1, 3, 30])
def test_a_batch_takes_the_same_queries_however_many_events(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, events: int
) -> None:
    edition = make_edition()
    for number in range(events):
        email = f"reader{number}@example.org"
        row = make_delivery(edition, make_subscriber(email), state="sent")
        post(client, "postmark", postmark(row.pk, Recipient=email))
    DeliveryEvent.objects.update(due_at=NOW)
    # The lock, the events, their deliveries and subscribers, all events of these deliveries, the
    # mark; and a savepoint on each side, since the test has a transaction already.
    with django_assert_num_queries(8):
        assert process_events(NOW) == events


def test_the_plan_finds_due_events_by_their_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO newsletter_deliveryevent (fingerprint, provider, kind, message_id,
                 recipient, address_hash, is_hard, reject_reason, detail, occurred_at, received_at)
               SELECT n, 'Postmark', 'delivered', '', '', '', false, '', '', now(), now()
                 FROM generate_series(1, 2000) AS n"""
        )
        cursor.execute("ANALYZE newsletter_deliveryevent")
    due = DeliveryEvent.objects.filter(due_at__lte=NOW).order_by("due_at", "id")[:500]
    assert "event_due" in due.explain()
