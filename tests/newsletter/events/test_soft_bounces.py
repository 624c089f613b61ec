"""An address ends after several editions in a row without a delivery, counted from the ledger."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from newsletter import tasks
from newsletter.events.soft_bounces import (
    PastDelivery,
    failures_in_a_row,
    suppress_soft_bounces,
)
from newsletter.failures import Reason
from newsletter.models import Edition
from subscribers.models import Subscriber, Suppression
from tests.factories import DAY, make_delivery, make_edition, make_event, make_subscriber

FULL = {"state": "failed", "reason": Reason.REFUSED, "error": "552 5.2.2 <ada@example.com> full"}
SENT = {"state": "sent"}
OURS = {"state": "failed", "reason": Reason.GAVE_UP_ON_RELAY, "error": "TimeoutError: timed out"}
BLOCKED = {"state": "failed", "reason": Reason.REFUSED, "error": "550 5.7.1 listed at spamhaus"}


@pytest.fixture
def ada() -> Subscriber:
    return make_subscriber("ada@example.com")


def deliver(reader: Subscriber, *outcomes: dict[str, Any], first: date = DAY) -> None:
    """One daily edition for each outcome, the oldest first."""
    now = timezone.now()
    for number, values in enumerate(outcomes):
        edition, _ = Edition.objects.get_or_create(
            cadence="daily", day=first + timedelta(days=number), defaults={"state": "frozen"}
        )
        sent_at = now - timedelta(days=10) if values["state"] == "sent" else None
        make_delivery(edition, reader, created_at=now, sent_at=sent_at, **values)


def run() -> int:
    return suppress_soft_bounces(timezone.now())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("outcomes", "ends"),
    [
        ([FULL] * 5, True),
        ([FULL] * 4, False),
        ([SENT, *[FULL] * 5], True),
        ([FULL, FULL, FULL, SENT, FULL, FULL], False),
        ([*[FULL] * 5, SENT], False),
        ([FULL, FULL, OURS, FULL, FULL, OURS, FULL], True),
        ([FULL, FULL, {"state": "skipped", "reason": "no new papers"}, FULL, FULL, FULL], True),
        ([FULL, FULL, {"state": "uncertain"}, FULL, FULL, FULL], True),
        ([OURS] * 20, False),
        ([BLOCKED] * 20, False),
        ([FULL, FULL, FULL, FULL, BLOCKED], False),
        ([{"state": "failed", "reason": Reason.REJECTED_BY_PROVIDER}] * 5, True),
        ([{"state": "failed", "reason": Reason.BOUNCED, "error": "452 4.2.2 full"}] * 5, True),
        ([{"state": "failed", "reason": Reason.GAVE_UP_ON_RECIPIENT}] * 5, True),
        ([{"state": "failed", "reason": "failed after 6 attempts", "error": "450 no"}] * 5, True),
    ],
)
def test_five_failures_in_a_row_end_an_address(
    ada: Subscriber, outcomes: list[dict[str, Any]], ends: bool
) -> None:
    deliver(ada, *outcomes)
    assert run() == int(ends)
    ada.refresh_from_db()
    assert (ada.state == "suppressed") is ends


@pytest.mark.django_db
def test_the_suppression_says_why_without_the_address(ada: Subscriber) -> None:
    deliver(ada, *[FULL] * 5)
    run()
    row = Suppression.objects.get()
    assert row.reason == "soft_bounces"
    assert row.detail == (
        "5 editions in a row were not delivered; the last answer: 552 5.2.2 <…> full"
    )


@pytest.mark.django_db
def test_a_second_run_finds_nothing_more(ada: Subscriber) -> None:
    deliver(ada, *[FULL] * 5)
    assert (run(), run()) == (1, 0)


@pytest.mark.django_db
def test_a_confirmation_in_between_starts_the_count_again(ada: Subscriber) -> None:
    deliver(ada, *[FULL] * 5)
    Subscriber.objects.update(confirmed_at=timezone.now())
    assert run() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(("editions", "ends"), [(3, True), (4, False), (0, False)])
def test_the_number_of_editions_is_a_setting(
    settings: Settings, ada: Subscriber, editions: int, ends: bool
) -> None:
    settings.SOFT_BOUNCE_EDITIONS = editions
    deliver(ada, *[FULL] * 3)
    assert run() == int(ends)


@pytest.mark.django_db
def test_mails_that_a_provider_only_delays_count_once_it_has_given_up(ada: Subscriber) -> None:
    deliver(ada, *[SENT] * 5)
    for row in ada.deliveries.all():
        make_event(row, kind="queued")
        make_event(row, kind="deferred", received_at=timezone.now())
    assert run() == 1


@pytest.mark.django_db
def test_a_delayed_mail_that_arrived_is_a_delivery(ada: Subscriber) -> None:
    deliver(ada, *[SENT] * 5)
    for row in ada.deliveries.all():
        make_event(row, kind="deferred", received_at=timezone.now())
    make_event(ada.deliveries.order_by("edition_id")[2], kind="delivered")
    assert run() == 0


@pytest.mark.django_db
def test_a_mail_that_is_still_tried_neither_counts_nor_ends_the_count(ada: Subscriber) -> None:
    deliver(ada, *[FULL] * 4, SENT)
    newest = ada.deliveries.order_by("edition_id").last()
    assert newest
    make_event(newest, kind="deferred", received_at=timezone.now())
    type(newest).objects.filter(pk=newest.pk).update(sent_at=timezone.now())
    assert run() == 0
    deliver(ada, FULL, first=DAY + timedelta(days=9))
    assert run() == 1


@pytest.mark.django_db
def test_editions_that_mostly_failed_count_for_no_reader(ada: Subscriber) -> None:
    others = [make_subscriber() for _ in range(19)]
    for reader in (ada, *others):
        deliver(reader, *[FULL] * 5)
    assert run() == 0
    fine = [make_subscriber() for _ in range(30)]
    for reader in fine:
        deliver(reader, *[SENT] * 5)
    assert run() == 20


@pytest.mark.django_db
def test_its_queries_do_not_grow_with_the_readers(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(8):
        deliver(make_subscriber(), FULL, SENT)
    with django_assert_num_queries(2):
        assert run() == 0


@pytest.mark.django_db
def test_more_readers_than_a_chunk_are_ended_in_one_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsletter.events.soft_bounces.CHUNK", 2)
    for _ in range(5):
        deliver(make_subscriber(), *[FULL] * 5)
    assert run() == 5


@pytest.mark.django_db
def test_the_task_ends_addresses(ada: Subscriber) -> None:
    deliver(ada, *[FULL] * 5)
    tasks.suppress_soft_bounces()
    assert Suppression.objects.count() == 1


@pytest.mark.django_db
def test_failed_deliveries_are_found_by_their_index() -> None:
    edition = make_edition()
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO newsletter_delivery (edition_id, subscriber_id, state, reason, attempts,
                 next_attempt_at, provider_id, error, created_at)
               SELECT %s, n, CASE WHEN n %% 100 = 0 THEN 'failed' ELSE 'sent' END, '', 1,
                      now(), '', '', now() FROM generate_series(1, 20000) AS n""",
            [edition.pk],
        )
        cursor.execute("ANALYZE newsletter_delivery")
        cursor.execute(
            """EXPLAIN SELECT subscriber_id FROM newsletter_delivery
                WHERE state = 'failed' AND edition_id = ANY(%s::bigint[])""",
            [f"{{{edition.pk}}}"],
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Seq Scan" not in plan


# ── in a row ─────────────────────────────────────────────────────────────────


def test_failures_are_counted_from_the_newest_to_the_last_delivery() -> None:
    full = PastDelivery("failed", Reason.BOUNCED, "552 full")
    unclear = PastDelivery("failed", Reason.BOUNCED, "")
    delivered = PastDelivery("delivered", "", "")
    answers = failures_in_a_row([unclear, full, delivered, full])
    assert answers == ["bounced: the mailbox did not take it", "552 full"]


def test_no_delivery_is_no_failure() -> None:
    assert failures_in_a_row([]) == []
