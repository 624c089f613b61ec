"""Reports are acted upon: each once, in any order, whatever state the mail is in."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from newsletter.delivery import ledger
from newsletter.delivery.ledger import Range, Result
from newsletter.delivery.progress import progress_of
from newsletter.events import process as hearing
from newsletter.events.process import process_events
from newsletter.models import Delivery, DeliveryEvent
from subscribers.models import ConsentEntry, Subscriber, Suppression
from subscribers.privacy import erase
from tests.factories import (
    make_delivery,
    make_edition,
    make_imprint,
    make_mail,
    make_subscriber,
)
from tests.newsletter.events.conftest import NOW, select
from tests.newsletter.events.payloads import (
    ADA,
    brevo,
    post,
    postmark,
    postmark_bounce,
    postmark_complaint,
)

pytestmark = pytest.mark.django_db
LATER = "2025-03-14T12:07:00Z"
EARLIER = "2025-03-14T12:01:00Z"


def reported(client: Client, *payloads: dict[str, Any], provider: str = "postmark") -> None:
    """Post these, and act upon all that is due."""
    for payload in payloads:
        assert post(client, provider, payload).status_code == 200
    DeliveryEvent.objects.exclude(due_at=None).update(due_at=NOW)
    while process_events(NOW) == hearing.BATCH:
        pass


def fresh(delivery: Delivery) -> Delivery:
    return Delivery.objects.get(pk=delivery.pk)


def put(delivery: Delivery, **values: Any) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(**values)


def reader() -> Subscriber:
    return Subscriber.objects.get(email=ADA)


# ── addresses ────────────────────────────────────────────────────────────────


def test_a_hard_bounce_suppresses_the_reader(client: Client, delivery: Delivery) -> None:
    reported(client, postmark_bounce(delivery.pk))
    assert reader().state == "suppressed"
    suppression = Suppression.objects.get()
    assert suppression.reason == "hard_bounce"
    assert suppression.detail.startswith("Postmark: smtp;550 5.1.1 <…> user unknown")
    assert ConsentEntry.objects.get().step == "suppressed"


def test_a_soft_bounce_leaves_the_reader_alone(client: Client, delivery: Delivery) -> None:
    soft = {"Details": "smtp;452 4.2.2 mailbox full"}
    reported(client, postmark_bounce(delivery.pk, "SoftBounce", **soft))
    assert reader().state == "active"
    assert fresh(delivery).state == "failed"
    assert fresh(delivery).reason == "bounced: the mailbox did not take it"


def test_a_complaint_suppresses_and_is_counted(client: Client, delivery: Delivery) -> None:
    reported(client, postmark_complaint(delivery.pk))
    assert Suppression.objects.get().reason == "complaint"
    assert progress_of(delivery.edition_id).complaints == 1
    assert fresh(delivery).state == "sent"


def test_unsubscribing_at_the_provider_unsubscribes_here(
    client: Client, delivery: Delivery
) -> None:
    left = {"SuppressSending": True, "SuppressionReason": "ManualSuppression"}
    reported(client, postmark(delivery.pk, "SubscriptionChange", **left))
    assert reader().state == "unsubscribed"
    assert ConsentEntry.objects.get().step == "unsubscribed"
    assert not Suppression.objects.exists()


def test_a_bounced_confirmation_suppresses_its_address_too(client: Client) -> None:
    make_mail(make_subscriber(ADA, state="pending"), state="sent")
    reported(client, postmark_bounce(None))
    assert reader().state == "suppressed"


def test_an_address_that_nobody_here_has_is_none_of_our_business(client: Client) -> None:
    reported(client, postmark_bounce(None), postmark_bounce(4711, ID=5))
    assert not Suppression.objects.exists()
    assert set(DeliveryEvent.objects.values_list("due_at", flat=True)) == {None}


def test_the_address_of_an_erased_reader_is_suppressed(client: Client, delivery: Delivery) -> None:
    erase(reader())
    reported(client, postmark_complaint(delivery.pk))
    assert Suppression.objects.get().reason == "complaint"
    assert progress_of(delivery.edition_id).complaints == 1


def test_a_report_from_before_the_reader_came_back_is_stale(
    client: Client, delivery: Delivery
) -> None:
    Subscriber.objects.update(confirmed_at=NOW)
    reported(client, postmark_complaint(delivery.pk))
    assert reader().state == "active"


def test_the_address_is_forgotten_once_the_report_was_acted_upon(
    client: Client, delivery: Delivery
) -> None:
    post(client, "postmark", postmark_bounce(delivery.pk))
    assert DeliveryEvent.objects.get().recipient == ADA
    reported(client)
    report = DeliveryEvent.objects.get()
    assert (report.recipient, report.due_at) == ("", None)
    assert report.address_hash
    assert report.edition_id == delivery.edition_id


# ── the ledger ───────────────────────────────────────────────────────────────


def test_an_uncertain_mail_that_was_delivered_is_sent(client: Client, delivery: Delivery) -> None:
    put(delivery, state="uncertain", reason="the worker died", fence=uuid.uuid4())
    reported(client, postmark(delivery.pk))
    row = fresh(delivery)
    assert (row.state, row.reason, row.fence) == ("sent", "", None)
    assert row.provider_id == "b7bc2f4a-e38e-4336-af7d-e6c392c2f817"
    assert row.sent_at == DeliveryEvent.objects.get().occurred_at
    assert progress_of(delivery.edition_id).uncertain == 0


def test_an_uncertain_mail_that_bounced_has_failed(client: Client, delivery: Delivery) -> None:
    put(delivery, state="uncertain")
    reported(client, postmark_bounce(delivery.pk))
    row = fresh(delivery)
    assert (row.state, row.reason) == ("failed", "bounced: there is no such mailbox")
    assert "5.1.1" in row.error


def test_an_uncertain_mail_that_the_provider_accepted_is_sent(
    client: Client, delivery: Delivery, settings: Settings
) -> None:
    select(settings, "brevo", BREVO_API_KEY="key")
    put(delivery, state="uncertain")
    reported(client, brevo(delivery.pk, "request"), provider="brevo")
    assert fresh(delivery).state == "sent"


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("blocked", "rejected by the mail provider"),
        ("error", "the mail provider could not send it"),
    ],
)
def test_a_mail_that_the_provider_did_not_send_has_failed(
    client: Client, delivery: Delivery, settings: Settings, kind: str, reason: str
) -> None:
    select(settings, "brevo", BREVO_API_KEY="key")
    reported(client, brevo(delivery.pk, kind), provider="brevo")
    assert (fresh(delivery).state, fresh(delivery).reason) == ("failed", reason)
    assert reader().state == "active"


@pytest.mark.parametrize("state", ["uncertain", "sent"])
def test_a_delay_is_only_noted(client: Client, delivery: Delivery, state: str) -> None:
    put(delivery, state=state)
    reported(client, postmark_bounce(delivery.pk, "Transient"))
    assert fresh(delivery).state == state
    assert DeliveryEvent.objects.get().kind == "deferred"


def test_a_late_bounce_counts_as_a_failure(client: Client, delivery: Delivery) -> None:
    reported(client, postmark(delivery.pk))
    reported(client, postmark_bounce(delivery.pk, BouncedAt=LATER))
    assert fresh(delivery).state == "failed"
    assert progress_of(delivery.edition_id).failed == 1


def test_what_happened_last_counts_in_whatever_order_it_is_told(
    client: Client, delivery: Delivery
) -> None:
    reported(client, postmark_bounce(delivery.pk, BouncedAt=LATER))
    reported(client, postmark(delivery.pk))
    assert fresh(delivery).state == "failed"


def test_a_mail_that_was_taken_at_last_is_sent(client: Client, delivery: Delivery) -> None:
    soft = postmark_bounce(delivery.pk, "SoftBounce", BouncedAt=EARLIER, Details="452 4.2.2 full")
    reported(client, soft)
    assert fresh(delivery).state == "failed"
    reported(client, postmark(delivery.pk))
    assert (fresh(delivery).state, fresh(delivery).reason) == ("sent", "")


def test_a_mail_that_waits_though_it_was_delivered_is_not_sent_again(
    client: Client, delivery: Delivery
) -> None:
    put(delivery, state="queued")  # swept up, by UNCERTAIN_POLICY=resend
    fence, claimed = ledger.claim(batch_of(delivery), NOW, 5, timedelta(minutes=5))
    assert [mail.id for mail in claimed] == [delivery.pk]
    reported(client, postmark(delivery.pk))
    assert fresh(delivery).state == "sent"
    until = NOW + timedelta(minutes=5)
    edition = delivery.edition_id
    assert not ledger.changed(
        ledger.mark_sending(edition, fence, {delivery.pk: "[]"}, make_imprint(), until)
    )
    assert ledger.claim(batch_of(delivery), NOW, 5, timedelta(minutes=5))[1] == []


def batch_of(delivery: Delivery) -> Range:
    return Range(delivery.edition_id, delivery.pk, delivery.pk)


@pytest.mark.parametrize(("state", "attempts"), [("queued", 0), ("skipped", 0), ("deferred", 0)])
def test_a_mail_that_never_left_is_not_touched(
    client: Client, delivery: Delivery, state: str, attempts: int
) -> None:
    put(delivery, state=state, attempts=attempts)
    reported(client, postmark(delivery.pk))
    assert fresh(delivery).state == state


def test_a_report_that_overtakes_its_worker_waits_for_it(
    client: Client, delivery: Delivery, settings: Settings
) -> None:
    fence = uuid.uuid4()
    put(delivery, state="sending", fence=fence)
    reported(client, postmark_bounce(delivery.pk))
    assert fresh(delivery).state == "sending"
    assert reader().state == "active"
    assert DeliveryEvent.objects.get().due_at == NOW + timedelta(seconds=settings.TICK_SECONDS)

    sent = Result(delivery.pk, "sent", "", "", "their id", NOW)
    ledger.changed(*ledger.record_outcomes(delivery.edition_id, fence, [sent], NOW))
    reported(client)
    assert (fresh(delivery).state, fresh(delivery).provider_id) == ("failed", "their id")
    assert reader().state == "suppressed"


def test_a_worker_that_wakes_up_late_changes_nothing(client: Client, delivery: Delivery) -> None:
    fence = uuid.uuid4()
    put(delivery, state="uncertain", fence=fence)
    reported(client, postmark(delivery.pk))
    lost = Result(delivery.pk, "failed", "refused", "550", "", NOW)
    ledger.changed(*ledger.record_outcomes(delivery.edition_id, fence, [lost], NOW))
    assert fresh(delivery).state == "sent"


# ── whose mail it is ─────────────────────────────────────────────────────────


def test_a_report_on_another_address_is_about_another_mail(
    client: Client, delivery: Delivery
) -> None:
    other = make_subscriber("bob@example.com")
    reported(client, postmark_bounce(delivery.pk, Email="bob@example.com"))
    assert fresh(delivery).state == "sent"
    assert reader().state == "active"
    other.refresh_from_db()
    assert other.state == "suppressed"
    assert DeliveryEvent.objects.get().delivery_id is None


def test_a_report_without_a_number_is_found_by_the_providers_id(
    client: Client, delivery: Delivery
) -> None:
    put(delivery, provider_id="b7bc2f4a-e38e-4336-af7d-e6c392c2f817")
    other = make_delivery(make_edition("daily"), reader(), state="sent", provider_id="other")
    reported(client, postmark_complaint(None))
    assert DeliveryEvent.objects.get().delivery_id == delivery.pk
    assert progress_of(delivery.edition_id).complaints == 1
    assert progress_of(other.edition_id).complaints == 0


# ── once, and only once ──────────────────────────────────────────────────────


def test_nothing_counts_twice(client: Client, delivery: Delivery) -> None:
    for _ in range(2):
        reported(client, postmark_complaint(delivery.pk))
    suppressed = {"SuppressSending": True, "SuppressionReason": "SpamComplaint"}
    reported(client, postmark(delivery.pk, "SubscriptionChange", **suppressed))
    reported(client, postmark_complaint(delivery.pk, ID=3, BouncedAt=LATER))
    assert progress_of(delivery.edition_id).complaints == 1
    assert ConsentEntry.objects.count() == 1


def test_two_reports_of_one_complaint_in_one_batch_count_once(
    client: Client, delivery: Delivery
) -> None:
    reported(client, postmark_complaint(delivery.pk), postmark_complaint(delivery.pk, ID=3))
    assert progress_of(delivery.edition_id).complaints == 1


def test_what_is_cut_off_in_the_middle_is_done_again_as_a_whole(
    client: Client, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(hearing, "_mark_done", _die)
        with pytest.raises(RuntimeError):
            reported(client, postmark_complaint(delivery.pk))
    assert reader().state == "active"
    assert progress_of(delivery.edition_id).complaints == 0
    reported(client)
    assert reader().state == "suppressed"
    assert progress_of(delivery.edition_id).complaints == 1


def _die(_ready: object) -> None:
    raise RuntimeError("killed")


def test_a_report_that_is_not_due_yet_is_left_for_later(client: Client, delivery: Delivery) -> None:
    post(client, "postmark", postmark_bounce(delivery.pk))
    DeliveryEvent.objects.update(due_at=NOW + timedelta(seconds=1))
    assert process_events(NOW) == 0
    assert process_events(NOW + timedelta(seconds=1)) == 1


def test_a_batch_of_good_news_costs_as_much_as_a_single_one(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    edition = make_edition()
    for number in range(30):
        email = f"reader{number}@example.org"
        row = make_delivery(edition, make_subscriber(email), state="sent")
        post(client, "postmark", postmark(row.pk, Recipient=email))
    DeliveryEvent.objects.update(due_at=NOW)
    # The lock, the reports, their rows and readers, what else is told of them, the mark; and
    # a savepoint on each side, since the test has a transaction already.
    with django_assert_num_queries(8):
        assert process_events(NOW) == 30


def test_the_plan_finds_what_is_due_without_reading_what_is_done() -> None:
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
