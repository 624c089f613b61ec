"""Unfinished deliveries without a task are found; those that a worker holds are not."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from newsletter import clock, tasks
from newsletter.delivery import sweep
from newsletter.delivery.types import Batch
from newsletter.models import Delivery, Edition
from subscribers.models import Subscriber
from subscribers.schedule import next_slot_after_change
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


# ── slots that a clock which was ahead has moved ─────────────────────────────

DAY = timedelta(days=1)


def slot_of(reader: Subscriber) -> datetime | None:
    reader.refresh_from_db()
    return reader.next_send_at


@pytest.mark.parametrize(
    ("cadence", "days", "is_far"),
    [
        ("daily", 1.5, False),
        ("daily", 2.1, True),
        ("weekly", 7, False),
        ("weekly", 10.5, False),
        ("weekly", 12, True),
        ("monthly", 50, False),
        ("monthly", 52, True),
        ("daily", 400, True),
        ("weekly", 400, True),
        ("monthly", 400, True),
    ],
)
def test_a_slot_further_away_than_its_cadence_allows_is_set_anew(
    cadence: str, days: float, is_far: bool
) -> None:
    far = NOW + days * DAY
    reader = make_subscriber(cadence=cadence, weekday=4, hour=8, next_send_at=far)
    assert sweep.reset_far_slots(NOW) == int(is_far)
    expected = {
        "daily": datetime(2025, 3, 15, 8, tzinfo=UTC),
        "weekly": datetime(2025, 3, 21, 8, tzinfo=UTC),
        "monthly": datetime(2025, 4, 4, 8, tzinfo=UTC),
    }
    assert slot_of(reader) == (expected[cadence] if is_far else far)


def test_a_last_digest_in_the_future_becomes_one_of_now() -> None:
    slot = NOW + DAY
    reader = make_subscriber(next_send_at=slot, last_digest_at=NOW + 400 * DAY)
    other = make_subscriber(next_send_at=slot, last_digest_at=NOW - DAY)
    assert sweep.reset_far_slots(NOW) == 0
    assert (slot_of(reader), reader.last_digest_at) == (slot, NOW)
    other.refresh_from_db()
    assert other.last_digest_at == NOW - DAY


@pytest.mark.parametrize(("days", "is_far"), [(60, False), (80, True)])
def test_a_slot_after_a_pause_is_not_too_far(days: int, is_far: bool) -> None:
    far, until = NOW + days * DAY, (NOW + 59 * DAY).date()
    reader = make_subscriber(
        cadence="weekly", weekday=4, hour=8, next_send_at=far, paused_until=until
    )
    assert sweep.reset_far_slots(NOW) == int(is_far)
    found = slot_of(reader)
    assert found
    if is_far:  # still none during the pause
        assert until <= found.date() < until + timedelta(days=7)
    else:
        assert found == far


def test_all_far_slots_are_set_anew_in_one_run(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("newsletter.delivery.sweep._CHUNK", 2)
    for _ in range(5):
        make_subscriber(next_send_at=NOW + 400 * DAY, timezone="Atlantis/Capital")
    make_subscriber(state="pending")
    assert sweep.reset_far_slots(NOW) == 5
    assert sweep.reset_far_slots(NOW) == 0
    assert "of 5 subscribers were too far away" in caplog.text


@pytest.mark.parametrize("cadence", ["daily", "weekly", "monthly"])
def test_no_timetable_reaches_further_than_the_sweep_allows(cadence: str) -> None:
    """Each day of four years, also right after a digest and a change of the timetable."""
    furthest = timedelta(0)
    for day in range(4 * 366):
        now = NOW + day * DAY
        for weekday in range(7):
            slot = next_slot_after_change(
                cadence=cadence,
                weekday=weekday,
                hour=8,
                timezone="Europe/Berlin",
                now=now,
                last_digest_at=now,
            )
            furthest = max(furthest, slot - now)
    assert furthest <= sweep.FURTHEST[cadence]
    assert furthest > 0.4 * sweep.FURTHEST[cadence]


def test_the_dashboard_shows_how_many_slots_were_set_anew(admin_client: Client) -> None:
    now = timezone.now()
    clock.believe(now)
    reader = make_subscriber(cadence="daily", next_send_at=now + 400 * DAY)
    tasks.reset_far_slots()
    assert (slot_of(reader) or now) < now + 2 * DAY
    page = admin_client.get("/admin/").content.decode()
    assert "The next digests of 1 subscribers were further away" in page


def test_a_clock_that_is_behind_sets_no_slot() -> None:
    now = timezone.now()
    reader = make_subscriber(cadence="daily", next_send_at=now + DAY)
    with time_machine.travel(now - 400 * DAY):
        tasks.reset_far_slots()
    assert slot_of(reader) == now + DAY


# ── what an operator has queued again ────────────────────────────────────────


def test_deliveries_that_are_queued_again_are_found_at_once(edition: Edition) -> None:
    first, _, third, *_ = ids()
    Delivery.objects.filter(pk__in=[first, third]).update(retried_at=NOW)
    assert sweep.queued_again(NOW, 500) == [Batch(edition.pk, first, third)]
    assert sweep.queued_again(NOW, 1) == [
        Batch(edition.pk, first, first),
        Batch(edition.pk, third, third),
    ]


@pytest.mark.parametrize("field", ["paused_at", "cancelled_at"])
def test_those_of_a_halted_edition_wait(edition: Edition, field: str) -> None:
    Delivery.objects.update(retried_at=NOW)
    Edition.objects.update(**{field: NOW})
    assert sweep.queued_again(NOW, 500) == []


def test_those_that_a_worker_holds_are_not_enqueued(edition: Edition) -> None:
    Delivery.objects.update(retried_at=NOW, lease_until=NOW + timedelta(minutes=1))
    assert sweep.queued_again(NOW, 500) == []


# ── waits and leases of a clock that was ahead ───────────────────────────────


def test_a_delivery_that_waits_for_more_than_three_days_is_due(edition: Edition) -> None:
    a, b, *_ = ids()
    Delivery.objects.update(state="deferred", next_attempt_at=NOW + DAY)
    Delivery.objects.filter(pk=a).update(next_attempt_at=NOW + 400 * DAY)
    assert sweep.reset_far_waits(NOW) == 1
    assert Delivery.objects.get(pk=a).next_attempt_at == NOW
    assert Delivery.objects.get(pk=b).next_attempt_at == NOW + DAY


@pytest.mark.parametrize("state", ["queued", "deferred", "sending"])
def test_a_lease_of_a_clock_that_was_ahead_ends(edition: Edition, state: str) -> None:
    a, b, *_ = ids()
    lease = NOW + timedelta(minutes=5)
    Delivery.objects.filter(pk=a).update(state=state, lease_until=NOW + 400 * DAY)
    Delivery.objects.filter(pk=b).update(state=state, lease_until=lease)
    assert sweep.reset_far_waits(NOW) == 1
    assert Delivery.objects.get(pk=a).lease_until == NOW
    assert Delivery.objects.get(pk=b).lease_until == lease
