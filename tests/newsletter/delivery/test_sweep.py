"""Unfinished deliveries without a task are found; those that a worker holds are not."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from newsletter.delivery import sweep
from newsletter.delivery.types import Batch
from newsletter.models import Delivery, Edition
from tests.factories import make_delivery, make_edition, make_subscriber

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 3, 14, 8, tzinfo=UTC)


@pytest.fixture
def edition() -> Edition:
    made = make_edition()
    for _ in range(5):
        make_delivery(made, make_subscriber())
    return made


def stalled(seconds_still: float = 0, size: int = 500) -> list[Batch]:
    now = timezone.now()
    return sweep.stalled(now, now + timedelta(seconds=1 - seconds_still), size)


def ids() -> list[int]:
    return list(Delivery.objects.order_by("pk").values_list("pk", flat=True))


def test_an_edition_without_changes_is_found_as_a_batch(edition: Edition) -> None:
    assert stalled() == [Batch(edition.pk, ids()[0], ids()[-1])]


def test_many_deliveries_are_divided_into_batches(edition: Edition) -> None:
    a, b, c, d, e = ids()
    assert stalled(size=2) == [
        Batch(edition.pk, a, b),
        Batch(edition.pk, c, d),
        Batch(edition.pk, e, e),
    ]


def test_an_edition_with_a_recent_change_is_not_found(edition: Edition) -> None:
    assert stalled(seconds_still=60) == []


def test_rows_that_a_worker_holds_are_not_found(edition: Edition) -> None:
    Delivery.objects.update(lease_until=timezone.now() + timedelta(minutes=1))
    assert stalled() == []


@pytest.mark.parametrize("field", ["paused_at", "cancelled_at"])
def test_a_paused_or_cancelled_edition_is_not_found(edition: Edition, field: str) -> None:
    Edition.objects.update(**{field: timezone.now()})
    assert stalled() == []


def test_finished_rows_are_not_found(edition: Edition) -> None:
    Delivery.objects.update(state="sent")
    assert stalled() == []


def test_a_deferred_delivery_is_found_when_it_is_due(edition: Edition) -> None:
    now = timezone.now()
    Delivery.objects.update(state="deferred", next_attempt_at=now + timedelta(minutes=5))
    assert sweep.due_retries(now, 500) == []
    assert len(sweep.due_retries(now + timedelta(minutes=5), 500)) == 1


@pytest.mark.parametrize("field", ["paused_at", "cancelled_at"])
def test_retries_of_a_paused_or_cancelled_edition_are_not_due(edition: Edition, field: str) -> None:
    now = timezone.now()
    Delivery.objects.update(state="deferred", next_attempt_at=now)
    Edition.objects.update(**{field: now})
    assert sweep.due_retries(now, 500) == []


# ── expired leases ───────────────────────────────────────────────────────────


def make_sending(lease_until: datetime) -> Delivery:
    return make_delivery(
        make_edition(), make_subscriber(), state="sending", lease_until=lease_until
    )


def test_a_row_whose_worker_was_killed_becomes_uncertain() -> None:
    delivery = make_sending(NOW - timedelta(seconds=1))
    assert sweep.expire_leases(NOW) == 1
    delivery.refresh_from_db()
    assert delivery.state == "uncertain"
    assert "may have arrived" in delivery.reason


def test_a_row_whose_lease_has_not_expired_stays() -> None:
    make_sending(NOW + timedelta(seconds=1))
    assert sweep.expire_leases(NOW) == 0


def test_the_policy_resend_queues_it_again(settings: Settings) -> None:
    settings.UNCERTAIN_POLICY = "resend"
    delivery = make_sending(NOW - timedelta(seconds=1))
    sweep.expire_leases(NOW)
    delivery.refresh_from_db()
    assert delivery.state == "queued"
