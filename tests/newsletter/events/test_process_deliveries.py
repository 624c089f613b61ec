"""Events change deliveries: uncertain, sent, failed and waiting rows."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from newsletter.delivery import ledger
from newsletter.delivery.progress import progress_of
from newsletter.delivery.types import Batch, Result
from newsletter.models import Delivery, DeliveryEvent
from tests.factories import make_burst
from tests.newsletter.events.conftest import NOW, ada, post_and_process, reloaded, select
from tests.newsletter.events.payloads import brevo, postmark, postmark_bounce

pytestmark = pytest.mark.django_db
LEASE = timedelta(minutes=5)
LATER = "2025-03-14T12:07:00Z"
EARLIER = "2025-03-14T12:01:00Z"


def update(delivery: Delivery, **values: Any) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(**values)


def test_an_uncertain_delivery_that_arrived_becomes_sent(
    client: Client, delivery: Delivery
) -> None:
    update(delivery, state="uncertain", reason="the worker died", fence=uuid.uuid4())
    post_and_process(client, postmark(delivery.pk))
    row = reloaded(delivery)
    assert (row.state, row.reason, row.fence) == ("sent", "", None)
    assert row.provider_id == "b7bc2f4a-e38e-4336-af7d-e6c392c2f817"
    assert row.sent_at == DeliveryEvent.objects.get().occurred_at
    assert progress_of(delivery.edition_id).uncertain == 0


def test_an_uncertain_delivery_that_bounced_becomes_failed(
    client: Client, delivery: Delivery
) -> None:
    update(delivery, state="uncertain")
    post_and_process(client, postmark_bounce(delivery.pk))
    row = reloaded(delivery)
    assert (row.state, row.reason) == ("failed", "bounced: there is no such mailbox")
    assert "5.1.1" in row.error


def test_an_uncertain_delivery_that_was_accepted_becomes_sent(
    client: Client, delivery: Delivery, settings: Settings
) -> None:
    select(settings, "brevo", BREVO_API_KEY="key")
    update(delivery, state="uncertain")
    post_and_process(client, brevo(delivery.pk, "request"), provider="brevo")
    assert reloaded(delivery).state == "sent"


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("blocked", "rejected by the mail provider"),
        ("error", "the mail provider could not send it"),
    ],
)
def test_a_mail_that_the_provider_rejects_becomes_failed(
    client: Client, delivery: Delivery, settings: Settings, kind: str, reason: str
) -> None:
    select(settings, "brevo", BREVO_API_KEY="key")
    post_and_process(client, brevo(delivery.pk, kind), provider="brevo")
    assert (reloaded(delivery).state, reloaded(delivery).reason) == ("failed", reason)
    assert ada().state == "active"


@pytest.mark.parametrize("state", ["uncertain", "sent"])
def test_a_delay_changes_no_state(client: Client, delivery: Delivery, state: str) -> None:
    update(delivery, state=state)
    post_and_process(client, postmark_bounce(delivery.pk, "Transient"))
    assert reloaded(delivery).state == state
    assert DeliveryEvent.objects.get().kind == "deferred"


def test_a_bounce_after_the_delivery_becomes_a_failure(client: Client, delivery: Delivery) -> None:
    post_and_process(client, postmark(delivery.pk))
    post_and_process(client, postmark_bounce(delivery.pk, BouncedAt=LATER))
    assert reloaded(delivery).state == "failed"
    assert progress_of(delivery.edition_id).failed == 1


def test_the_last_event_decides_in_whatever_order_they_arrive(
    client: Client, delivery: Delivery
) -> None:
    post_and_process(client, postmark_bounce(delivery.pk, BouncedAt=LATER))
    post_and_process(client, postmark(delivery.pk))
    assert reloaded(delivery).state == "failed"


def test_a_delivery_after_a_soft_bounce_becomes_sent(client: Client, delivery: Delivery) -> None:
    soft = postmark_bounce(delivery.pk, "SoftBounce", BouncedAt=EARLIER, Details="452 4.2.2 full")
    post_and_process(client, soft)
    assert reloaded(delivery).state == "failed"
    post_and_process(client, postmark(delivery.pk))
    assert (reloaded(delivery).state, reloaded(delivery).reason) == ("sent", "")


def test_a_waiting_row_whose_mail_arrived_is_not_sent_again(
    client: Client, delivery: Delivery
) -> None:
    update(delivery, state="queued")  # after its lease expired, by UNCERTAIN_POLICY=resend
    fence = uuid.uuid4()
    claimed = ledger.claim(batch_of(delivery), NOW, 5, LEASE, fence)
    assert [one.id for one in claimed] == [delivery.pk]
    post_and_process(client, postmark(delivery.pk))
    assert reloaded(delivery).state == "sent"
    burst = make_burst(claimed)
    assert ledger.mark_sending(delivery.edition_id, fence, burst, NOW + LEASE) == set()
    assert ledger.claim(batch_of(delivery), NOW, 5, LEASE, uuid.uuid4()) == []


def batch_of(delivery: Delivery) -> Batch:
    return Batch(delivery.edition_id, delivery.pk, delivery.pk)


@pytest.mark.parametrize(("state", "attempts"), [("queued", 0), ("skipped", 0), ("deferred", 0)])
def test_a_mail_that_was_never_sent_keeps_its_state(
    client: Client, delivery: Delivery, state: str, attempts: int
) -> None:
    update(delivery, state=state, attempts=attempts)
    post_and_process(client, postmark(delivery.pk))
    assert reloaded(delivery).state == state


def test_an_event_of_a_mail_that_is_being_sent_waits(
    client: Client, delivery: Delivery, settings: Settings
) -> None:
    fence = uuid.uuid4()
    update(delivery, state="sending", fence=fence)
    post_and_process(client, postmark_bounce(delivery.pk))
    assert reloaded(delivery).state == "sending"
    assert ada().state == "active"
    assert DeliveryEvent.objects.get().due_at == NOW + timedelta(seconds=settings.TICK_SECONDS)

    sent = Result(delivery.pk, "sent", "", "", "their id", NOW)
    ledger.record_outcomes(delivery.edition_id, fence, [sent], NOW)
    post_and_process(client)
    assert (reloaded(delivery).state, reloaded(delivery).provider_id) == ("failed", "their id")
    assert ada().state == "suppressed"


def test_a_late_outcome_does_not_change_the_row(client: Client, delivery: Delivery) -> None:
    fence = uuid.uuid4()
    update(delivery, state="uncertain", fence=fence)
    post_and_process(client, postmark(delivery.pk))
    lost = Result(delivery.pk, "failed", "refused", "550", "", NOW)
    ledger.record_outcomes(delivery.edition_id, fence, [lost], NOW)
    assert reloaded(delivery).state == "sent"
