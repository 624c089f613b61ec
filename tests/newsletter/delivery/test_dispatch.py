"""Due readers become ledger rows: once each, whatever runs twice, dies or comes late."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from newsletter.delivery.dispatch import dispatch_due
from newsletter.delivery.ledger import Range
from newsletter.models import Delivery, Edition
from subscribers.models import Subscriber
from tests.factories import make_edition, make_subscriber

pytestmark = pytest.mark.django_db

FRIDAY = datetime(2025, 3, 14, 8, 0, 30, tzinfo=UTC)
THURSDAY = date(2025, 3, 13)


def dispatch(now: datetime) -> int:
    """How many rows there are more of."""
    before = Delivery.objects.count()
    for _ in dispatch_due(now):
        pass
    return Delivery.objects.count() - before


def make_due(**values: Any) -> Subscriber:
    defaults = {"weekday": 4, "hour": 8, "next_send_at": datetime(2025, 3, 14, 8, tzinfo=UTC)}
    return make_subscriber(**{**defaults, **values})


def make_editions(day: date = THURSDAY) -> list[Edition]:
    return [make_edition(cadence, day) for cadence in ("daily", "weekly", "monthly")]


def next_slot(reader: Subscriber) -> datetime | None:
    reader.refresh_from_db()
    return reader.next_send_at


def test_a_due_reader_gets_one_queued_delivery_of_the_newest_closed_edition() -> None:
    make_editions()
    reader = make_due()
    assert dispatch(FRIDAY) == 1
    delivery = Delivery.objects.get()
    assert (delivery.subscriber, delivery.state) == (reader, "queued")
    assert (delivery.edition.cadence, delivery.edition.day) == ("weekly", THURSDAY)


def test_the_clock_of_a_served_reader_moves_to_the_next_slot() -> None:
    make_editions()
    reader = make_due()
    dispatch(FRIDAY)
    assert next_slot(reader) == datetime(2025, 3, 21, 8, tzinfo=UTC)


def test_it_composes_a_missing_edition_first() -> None:
    make_due()
    dispatch(FRIDAY)
    assert Delivery.objects.get().edition.state == "frozen"


def test_each_cadence_gets_its_own_edition() -> None:
    make_editions()
    readers = {cadence: make_due(cadence=cadence) for cadence in ("daily", "weekly", "monthly")}
    dispatch(FRIDAY)
    for cadence, reader in readers.items():
        assert reader.deliveries.get().edition.cadence == cadence


def test_a_reader_who_is_not_due_yet_waits() -> None:
    make_editions()
    make_due(next_send_at=FRIDAY + timedelta(seconds=1))
    assert dispatch(FRIDAY) == 0


@pytest.mark.parametrize("state", ["pending", "unsubscribed", "suppressed"])
def test_only_active_readers_are_served(state: str) -> None:
    make_editions()
    make_due(state=state, next_send_at=None)
    assert dispatch(FRIDAY) == 0


def test_a_second_run_queues_nothing_more() -> None:
    make_editions()
    make_due()
    dispatch(FRIDAY)
    assert dispatch(FRIDAY) == 0
    assert Delivery.objects.count() == 1


def test_after_an_outage_of_three_weeks_a_reader_gets_one_digest() -> None:
    late = FRIDAY + timedelta(days=21)
    make_editions(late.date() - timedelta(days=1))
    reader = make_due()
    assert dispatch(late) == 1
    assert dispatch(late + timedelta(minutes=1)) == 0
    assert next_slot(reader) == datetime(2025, 4, 11, 8, tzinfo=UTC)


def test_an_edition_already_sent_is_not_sent_again_after_a_change_of_timetable() -> None:
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
        # Berlin goes to summer time on 30 March 2025, back on 26 October.
        (datetime(2025, 3, 28, 7, tzinfo=UTC), datetime(2025, 4, 4, 6, tzinfo=UTC)),
        (datetime(2025, 10, 24, 6, tzinfo=UTC), datetime(2025, 10, 31, 7, tzinfo=UTC)),
    ],
)
def test_eight_in_the_morning_stays_eight_across_a_change_of_clocks(
    sent_on: datetime, slot: datetime
) -> None:
    make_editions(sent_on.date() - timedelta(days=1))
    reader = make_due(timezone="Europe/Berlin", next_send_at=sent_on)
    dispatch(sent_on + timedelta(seconds=5))
    assert next_slot(reader) == slot


def test_a_time_zone_that_is_gone_does_not_hold_up_the_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    make_editions()
    lost, other = make_due(timezone="Atlantis/Capital"), make_due()
    assert dispatch(FRIDAY) == 2
    assert next_slot(lost) == next_slot(other)
    assert "Atlantis/Capital" in caplog.text


def test_more_readers_than_a_chunk_are_served_in_one_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsletter.delivery.dispatch.CHUNK", 3)
    make_editions()
    for _ in range(7):
        make_due()
    assert dispatch(FRIDAY) == 7


@pytest.mark.django_db(transaction=True)
def test_two_dispatchers_at_once_queue_every_reader_once() -> None:
    make_editions()
    for _ in range(40):
        make_due()
    with ThreadPoolExecutor(4) as pool:
        ranges = [found for part in pool.map(_dispatch, range(4)) for found in part]
    assert Delivery.objects.count() == 40
    assert len(ranges) <= 40


def _dispatch(_: int) -> list[Range]:
    try:
        return list(dispatch_due(FRIDAY))
    finally:
        connection.close()


def test_each_chunk_is_committed_and_named_before_the_next_is_begun(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("newsletter.delivery.dispatch.CHUNK", 3)
    make_editions()
    for _ in range(7):
        make_due()
    counts = [Delivery.objects.count() for _ in dispatch_due(FRIDAY)]
    assert counts == [3, 6, 7]


def test_a_chunk_is_named_by_the_range_of_its_ids() -> None:
    make_editions()
    for _ in range(3):
        make_due()
    [found] = dispatch_due(FRIDAY)
    ids = list(Delivery.objects.order_by("pk").values_list("pk", flat=True))
    assert (found.first, found.last) == (ids[0], ids[-1])
