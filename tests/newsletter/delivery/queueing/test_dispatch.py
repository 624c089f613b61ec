"""Each due subscriber gets one ledger row, also after an outage or beside another dispatch."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from newsletter import clock
from newsletter.delivery import pause
from newsletter.delivery.queueing.dispatch import dispatch_due
from newsletter.delivery.types import Batch
from newsletter.models import Delivery, Edition
from subscribers.models import Subscriber
from tests.factories import make_edition, make_paper, make_subscriber
from web.time_zones import usable_zone

pytestmark = pytest.mark.django_db

FRIDAY = datetime(2025, 3, 14, 8, 0, 30, tzinfo=UTC)
THURSDAY = date(2025, 3, 13)


def dispatch(now: datetime) -> int:
    """Dispatch all cadences; returns how many rows are new."""
    before = Delivery.objects.count()
    for cadence in Subscriber.Cadence.values:
        for _ in dispatch_due(cadence, now):
            pass
    return Delivery.objects.count() - before


def make_due(**values: Any) -> Subscriber:
    defaults = {"weekday": 4, "hour": 8, "next_send_at": datetime(2025, 3, 14, 8, tzinfo=UTC)}
    return make_subscriber(**{**defaults, **values})


def make_editions(day: date = THURSDAY) -> list[Edition]:
    return [make_edition(cadence, day) for cadence in ("daily", "weekly", "monthly")]


def next_slot(subscriber: Subscriber) -> datetime | None:
    subscriber.refresh_from_db()
    return subscriber.next_send_at


def test_a_due_subscriber_gets_the_newest_closed_edition() -> None:
    make_editions()
    reader = make_due()
    assert dispatch(FRIDAY) == 1
    delivery = Delivery.objects.get()
    assert (delivery.subscriber, delivery.state) == (reader, "queued")
    assert (delivery.edition.cadence, delivery.edition.day) == ("weekly", THURSDAY)


def test_the_next_slot_of_a_subscriber_is_stored() -> None:
    make_editions()
    reader = make_due()
    dispatch(FRIDAY)
    assert next_slot(reader) == datetime(2025, 3, 21, 8, tzinfo=UTC)


def test_a_missing_edition_is_composed_first() -> None:
    make_paper()
    make_due()
    dispatch(FRIDAY)
    assert Delivery.objects.get().edition.state == "frozen"


def test_each_cadence_gets_its_own_edition() -> None:
    make_editions()
    readers = {cadence: make_due(cadence=cadence) for cadence in ("daily", "weekly", "monthly")}
    dispatch(FRIDAY)
    for cadence, reader in readers.items():
        assert reader.deliveries.get().edition.cadence == cadence


def test_a_subscriber_who_is_not_due_gets_nothing() -> None:
    make_editions()
    make_due(next_send_at=FRIDAY + timedelta(seconds=1))
    assert dispatch(FRIDAY) == 0


@pytest.mark.parametrize("state", ["pending", "unsubscribed", "suppressed"])
def test_a_subscriber_who_is_not_active_gets_nothing(state: str) -> None:
    make_editions()
    make_due(state=state, next_send_at=None)
    assert dispatch(FRIDAY) == 0


def test_a_second_run_queues_nothing_more() -> None:
    make_editions()
    make_due()
    dispatch(FRIDAY)
    assert dispatch(FRIDAY) == 0
    assert Delivery.objects.count() == 1


def test_after_an_outage_of_three_weeks_one_digest_is_due() -> None:
    late = FRIDAY + timedelta(days=21)
    make_editions(late.date() - timedelta(days=1))
    reader = make_due()
    assert dispatch(late) == 1
    assert dispatch(late + timedelta(minutes=1)) == 0
    assert next_slot(reader) == datetime(2025, 4, 11, 8, tzinfo=UTC)


def test_a_sent_edition_is_not_queued_again() -> None:
    weekly = make_editions()[1]
    reader = make_due()
    Delivery.objects.create(
        edition=weekly, subscriber=reader, state="sent", next_attempt_at=FRIDAY, created_at=FRIDAY
    )
    assert dispatch(FRIDAY) == 0
    assert next_slot(reader) == datetime(2025, 3, 21, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("sent_on", "slot"),
    [
        # Summer time in Berlin is from 30 March to 26 October 2025.
        (datetime(2025, 3, 28, 7, tzinfo=UTC), datetime(2025, 4, 4, 6, tzinfo=UTC)),
        (datetime(2025, 10, 24, 6, tzinfo=UTC), datetime(2025, 10, 31, 7, tzinfo=UTC)),
    ],
)
def test_the_local_hour_stays_across_summer_time(sent_on: datetime, slot: datetime) -> None:
    make_editions(sent_on.date() - timedelta(days=1))
    reader = make_due(timezone="Europe/Berlin", next_send_at=sent_on)
    dispatch(sent_on + timedelta(seconds=5))
    assert next_slot(reader) == slot


@pytest.mark.parametrize("zone", ["Atlantis/Capital", "", "/etc/passwd", "Europe", "CET5CEST"])
def test_an_unknown_time_zone_does_not_stop_the_others(
    caplog: pytest.LogCaptureFixture, zone: str
) -> None:
    usable_zone.cache_clear()  # each process logs a name once
    make_editions()
    lost, other = make_due(timezone=zone), make_due()
    assert dispatch(FRIDAY) == 2
    assert next_slot(lost) == next_slot(other)
    assert f"no time zone {zone!r} on this machine; UTC is used instead" in caplog.text


def test_more_subscribers_than_a_chunk_are_queued_in_one_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("newsletter.delivery.queueing.dispatch.CHUNK", 3)
    make_editions()
    for _ in range(7):
        make_due()
    assert dispatch(FRIDAY) == 7


# ── paused and cancelled editions ────────────────────────────────────────────


def test_a_reader_due_for_a_cancelled_edition_is_skipped_with_the_reason() -> None:
    weekly = make_editions()[1]
    pause.cancel(weekly.pk, FRIDAY)
    reader = make_due()
    assert list(dispatch_due("weekly", FRIDAY)) == []
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.reason) == ("skipped", "the edition was cancelled")
    assert next_slot(reader) == datetime(2025, 3, 21, 8, tzinfo=UTC)


def test_an_edition_that_is_cancelled_while_it_is_dispatched_queues_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("newsletter.delivery.queueing.dispatch.CHUNK", 2)
    weekly = make_editions()[1]
    for _ in range(5):
        make_due()
    batches = dispatch_due("weekly", FRIDAY)
    next(batches)
    pause.cancel(weekly.pk, FRIDAY)
    assert list(batches) == []
    assert set(Delivery.objects.values_list("state", flat=True)) == {"skipped"}
    assert Delivery.objects.count() == 5


def test_the_next_edition_after_a_cancelled_one_is_sent() -> None:
    weekly = make_editions()[1]
    pause.cancel(weekly.pk, FRIDAY)
    reader = make_due()
    dispatch(FRIDAY)
    clock.believe(FRIDAY + timedelta(days=1))
    for day in range(2, 8):
        clock.believe(FRIDAY + timedelta(days=day))
    make_edition("weekly", THURSDAY + timedelta(days=7))
    dispatch(FRIDAY + timedelta(days=7))
    assert [one.state for one in reader.deliveries.order_by("pk")] == ["skipped", "queued"]


def test_rows_of_a_paused_edition_wait() -> None:
    weekly = make_editions()[1]
    pause.pause(weekly.pk, "by admin", FRIDAY)
    make_due()
    assert dispatch(FRIDAY) == 1
    assert Delivery.objects.get().state == "queued"


# ── a clock that jumped ──────────────────────────────────────────────────────


@pytest.mark.parametrize("jump", [timedelta(days=400), timedelta(days=2), timedelta(days=-400)])
def test_a_tick_with_a_clock_that_jumped_queues_nothing(
    jump: timedelta, caplog: pytest.LogCaptureFixture
) -> None:
    make_editions()
    dispatch(FRIDAY - timedelta(minutes=1))
    reader = make_due()
    editions = Edition.objects.count()
    assert dispatch(FRIDAY + jump) == 0
    assert Edition.objects.count() == editions
    assert next_slot(reader) == datetime(2025, 3, 14, 8, tzinfo=UTC)
    assert "the clock is doubted" in caplog.text
    assert dispatch(FRIDAY) == 1
    assert next_slot(reader) == datetime(2025, 3, 21, 8, tzinfo=UTC)


def test_a_machine_that_slept_for_a_month_goes_on_after_a_quarter_of_an_hour() -> None:
    make_editions()
    dispatch(FRIDAY - timedelta(minutes=1))
    reader = make_due()
    late = FRIDAY + timedelta(days=31)
    make_editions(late.date() - timedelta(days=1))
    counts = [dispatch(late + timedelta(minutes=minute)) for minute in range(17)]
    assert counts == [0] * 15 + [1, 0]
    assert next_slot(reader) == datetime(2025, 4, 18, 8, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
def test_four_dispatchers_at_once_queue_each_subscriber_once() -> None:
    make_editions()
    for _ in range(40):
        make_due()
    with ThreadPoolExecutor(4) as pool:
        batches = [batch for found in pool.map(_dispatch, range(4)) for batch in found]
    assert Delivery.objects.count() == 40
    assert len(batches) <= 40


def _dispatch(_: int) -> list[Batch]:
    try:
        return list(dispatch_due("weekly", FRIDAY))
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_a_dispatcher_that_sleeps_holds_no_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    make_editions()
    for _ in range(3):
        make_due()

    def sleep_here(*_values: object) -> datetime:
        """Meets the other one between reading and queueing, wherever a process can stop."""
        monkeypatch.undo()
        with ThreadPoolExecutor(1) as pool:
            assert len(pool.submit(_dispatch, 0).result(timeout=30)) == 1
        return FRIDAY + timedelta(days=7)

    monkeypatch.setattr("newsletter.delivery.queueing.dispatch.slot_after", sleep_here)
    assert list(dispatch_due("weekly", FRIDAY)) == []
    assert Delivery.objects.count() == 3
    slots = set(Subscriber.objects.values_list("next_send_at", flat=True))
    assert slots == {datetime(2025, 3, 21, 8, tzinfo=UTC)}


@pytest.mark.parametrize(
    "change",
    [
        {"state": "unsubscribed", "next_send_at": None},
        {"next_send_at": datetime(2025, 3, 20, 8, tzinfo=UTC)},
    ],
)
def test_a_subscriber_who_changes_in_between_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    make_editions()
    reader = make_due()

    def change_now(*_values: object) -> datetime:
        Subscriber.objects.update(**change)
        return FRIDAY + timedelta(days=7)

    monkeypatch.setattr("newsletter.delivery.queueing.dispatch.slot_after", change_now)
    assert list(dispatch_due("weekly", FRIDAY)) == []
    assert next_slot(reader) == change["next_send_at"]
    assert not Delivery.objects.exists()


def test_each_chunk_is_yielded_before_the_next_is_queued(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("newsletter.delivery.queueing.dispatch.CHUNK", 3)
    make_editions()
    for _ in range(7):
        make_due()
    counts = [Delivery.objects.count() for _ in dispatch_due("weekly", FRIDAY)]
    assert counts == [3, 6, 7]


def test_a_chunk_is_yielded_as_a_batch_of_its_ids() -> None:
    make_editions()
    for _ in range(3):
        make_due()
    [found] = dispatch_due("weekly", FRIDAY)
    ids = list(Delivery.objects.order_by("pk").values_list("pk", flat=True))
    assert (found.first, found.last) == (ids[0], ids[-1])


# ── an edition that waits for its sources ────────────────────────────────────


@pytest.fixture
def _source_is_down(settings: Any) -> None:
    settings.SOURCES = ["hugging_face"]
    settings.EDITION_PATIENCE = 180
    make_paper(listed_on=THURSDAY)


@pytest.mark.usefixtures("_source_is_down")
def test_a_due_subscriber_waits_and_keeps_their_slot() -> None:
    make_editions(THURSDAY - timedelta(days=1))
    reader = make_due(last_digest_at=FRIDAY - timedelta(days=7))
    assert dispatch(FRIDAY) == 0
    assert next_slot(reader) == datetime(2025, 3, 14, 8, tzinfo=UTC)

    assert dispatch(FRIDAY + timedelta(minutes=181)) == 1
    assert Delivery.objects.get().edition.day == THURSDAY
    assert next_slot(reader) == datetime(2025, 3, 21, 8, tzinfo=UTC)


@pytest.mark.usefixtures("_source_is_down")
def test_on_a_first_start_everyone_waits_for_the_first_papers() -> None:
    readers = [make_due(), make_due(last_digest_at=FRIDAY - timedelta(days=7))]
    assert dispatch(FRIDAY) == 0
    assert {next_slot(one) for one in readers} == {datetime(2025, 3, 14, 8, tzinfo=UTC)}
