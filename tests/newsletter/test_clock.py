"""A clock that jumped is noticed, by PostgreSQL's clock and by the last tick."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from newsletter import clock, tasks
from newsletter.clock import DOUBT, Reading, read
from newsletter.models import ClockReading, DeliveryEvent
from tests.factories import NOON, make_delivery, make_edition, make_event, make_subscriber

TICK = timedelta(minutes=1)
DAY = timedelta(days=1)


def doubts(*moments: timedelta, tick: timedelta = TICK) -> list[bool]:
    """Whether each of these readings, counted from noon, is doubted; one at noon comes first."""
    last, found = Reading(NOON), []
    for moment in moments:
        last, doubt = read(NOON + moment, last, tick)
        found.append(bool(doubt))
    return found


# ── the last tick ────────────────────────────────────────────────────────────


def test_the_first_reading_of_all_is_believed() -> None:
    assert read(NOON, None, TICK) == (Reading(NOON), "")


@pytest.mark.parametrize(
    ("step", "doubted"),
    [
        (TICK, False),
        (timedelta(0), False),
        (timedelta(hours=20), False),  # a night without a worker
        (-timedelta(minutes=5), False),  # a correction by NTP
        (2 * DAY, True),
        (400 * DAY, True),
        (-timedelta(hours=1), True),
        (-400 * DAY, True),
    ],
)
def test_a_step_of_more_than_a_day_or_backwards_is_doubted(step: timedelta, doubted: bool) -> None:
    assert doubts(step) == [doubted]


def test_the_doubt_ends_when_the_clock_goes_back() -> None:
    assert doubts(400 * DAY, TICK) == [True, False]


def test_a_clock_that_goes_on_is_believed_after_a_quarter_of_an_hour() -> None:
    moments = [31 * DAY + minute * TICK for minute in range(16)]
    assert doubts(*moments) == [True] * 15 + [False]


def test_a_clock_that_was_put_back_for_good_is_believed_as_well() -> None:
    moments = [-31 * DAY + minute * TICK for minute in range(16)]
    assert doubts(*moments) == [True] * 15 + [False]


def test_two_workers_with_different_clocks_never_make_the_wrong_one_believed() -> None:
    moments = [minute * TICK + (400 * DAY if minute % 2 else 0 * DAY) for minute in range(60)]
    assert doubts(*moments) == [bool(minute % 2) for minute in range(60)]


def test_single_ticks_with_a_wrong_clock_do_not_add_up() -> None:
    assert doubts(400 * DAY, 400 * DAY + timedelta(hours=3)) == [True, True]


def test_with_long_ticks_a_clock_is_believed_too() -> None:
    hour = timedelta(hours=1)
    assert doubts(31 * DAY, 31 * DAY + hour, tick=hour) == [True, False]


def test_the_words_say_what_the_clock_says_and_for_how_long() -> None:
    _, words = read(NOON + 400 * DAY, Reading(NOON), TICK)
    assert words == (
        "the clock says 2026-04-18 12:00 UTC, 400 days after the last tick; nothing is dispatched "
        "before it has gone on like that for 15 minutes"
    )
    assert timedelta(minutes=15) == DOUBT


@pytest.mark.django_db
def test_a_reading_is_stored_only_when_it_is_believed(caplog: pytest.LogCaptureFixture) -> None:
    assert clock.believe(NOON)
    assert not clock.believe(NOON + 400 * DAY)
    assert "400 days after the last tick" in caplog.text
    row = ClockReading.objects.get()
    assert (row.read_at, row.doubted_at) == (NOON, NOON + 400 * DAY)
    assert clock.is_doubted()
    assert clock.believe(NOON + TICK)
    assert not clock.is_doubted()


# ── PostgreSQL's clock ───────────────────────────────────────────────────────


@pytest.mark.django_db
@pytest.mark.parametrize("days", [400, -400, 0.1])
def test_a_tick_whose_clock_differs_from_postgresql_s_dispatches_nothing(
    days: float, caplog: pytest.LogCaptureFixture
) -> None:
    now = timezone.now()
    reader = make_subscriber(next_send_at=now - timedelta(minutes=1), cadence="daily")
    make_edition("daily", (now - DAY).date())
    with time_machine.travel(now + days * DAY, tick=False):
        tasks.dispatch("daily")
    assert not reader.deliveries.exists()
    assert "nothing is dispatched until they agree" in caplog.text


@pytest.mark.django_db
def test_a_clock_that_jumped_deletes_no_events() -> None:
    now = timezone.now()
    make_event(received_at=now)
    with time_machine.travel(now + 400 * DAY):
        tasks.purge_events()
    assert DeliveryEvent.objects.count() == 1


@pytest.mark.django_db
def test_a_machine_on_which_both_clocks_jumped_deletes_no_events() -> None:
    now = timezone.now()
    clock.believe(now - 400 * DAY)
    make_event(received_at=now - 300 * DAY)
    tasks.purge_events()
    assert DeliveryEvent.objects.count() == 1


@pytest.mark.django_db
def test_a_right_clock_is_right() -> None:
    now = timezone.now()
    assert clock.is_right(now)
    clock.believe(now)
    assert clock.is_right(now)


# ── what an operator reads ───────────────────────────────────────────────────


@pytest.mark.django_db
def test_without_a_doubt_there_is_no_warning() -> None:
    assert clock.warnings(NOON) == []
    clock.believe(NOON)
    assert clock.warnings(NOON) == []


@pytest.mark.django_db
def test_a_doubt_and_slots_that_were_set_anew_are_warnings_for_a_week() -> None:
    clock.believe(NOON)
    clock.believe(NOON + 400 * DAY)
    clock.note_slots_reset(1200, NOON)
    doubt, slots = clock.warnings(NOON)
    assert doubt.startswith("The clock is doubted: the clock says 2026-04-18 12:00 UTC")
    assert slots.startswith("The next digests of 1,200 subscribers")
    assert len(clock.warnings(NOON + 8 * DAY)) == 1


@pytest.mark.django_db
def test_a_worker_whose_clock_is_wrong_sends_nothing() -> None:
    now = timezone.now()
    row = make_delivery(make_edition("daily", (now - DAY).date()), make_subscriber())
    with time_machine.travel(now + 400 * DAY):
        tasks.send_batch(row.edition_id, row.pk, row.pk)
    row.refresh_from_db()
    assert (row.state, row.lease_until) == ("queued", None)
