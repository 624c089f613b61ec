"""A pause moves the next digest, and the digests come back by themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from newsletter.delivery.queueing.due import read_due
from subscribers.account.pause import LONGEST, BadPause, first_and_last_day, pause, resume
from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry, Subscriber
from subscribers.preferences import change, preferences_of
from tests.factories import make_subscriber

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)  # a Monday
ORIGIN = RequestOrigin(ip="192.0.2.0", user_agent="Lynx")
State = Subscriber.State


def slot(month: int, day: int, hour: int = 8) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cadence", "until", "due"),
    [
        ("daily", date(2026, 12, 7), slot(12, 7)),  # the day itself counts
        ("weekly", date(2026, 12, 7), slot(12, 11)),  # the Friday after
        ("weekly", date(2026, 12, 11), slot(12, 11)),
        ("monthly", date(2026, 12, 3), slot(12, 4)),  # the first Friday of December
    ],
)
def test_the_next_digest_is_that_of_the_first_slot_after_the_pause(
    cadence: str, until: date, due: datetime
) -> None:
    ada = make_subscriber(cadence=cadence, next_send_at=slot(11, 24))
    assert pause(ada, until, ORIGIN, NOW)
    ada.refresh_from_db()
    assert (ada.next_send_at, ada.paused_until) == (due, until)
    assert not read_due(cadence, due - timedelta(seconds=1), 10)
    assert len(read_due(cadence, due, 10)) == 1


def test_the_day_begins_where_the_reader_lives() -> None:
    ada = make_subscriber(cadence="daily", hour=0, timezone="Asia/Kolkata")
    pause(ada, date(2026, 12, 7), ORIGIN, NOW)
    assert ada.next_send_at == datetime(2026, 12, 6, 18, 30, tzinfo=UTC)
    assert ada.is_paused(ada.next_send_at - timedelta(seconds=1))
    assert not ada.is_paused(ada.next_send_at)


def test_a_pause_that_ends_a_day_after_the_last_digest_keeps_half_a_cadence() -> None:
    ada = make_subscriber(cadence="weekly", weekday=1, last_digest_at=NOW)
    pause(ada, date(2026, 11, 24), ORIGIN, NOW)
    assert ada.next_send_at == slot(12, 1)  # and not on Tuesday, the 24th


def test_other_choices_can_change_and_the_pause_stays() -> None:
    ada = make_subscriber(cadence="weekly")
    pause(ada, date(2026, 12, 7), ORIGIN, NOW)
    change(ada, replace(preferences_of(ada), cadence="daily", hour=6), ORIGIN, NOW)
    assert (ada.next_send_at, ada.paused_until) == (slot(12, 7, 6), date(2026, 12, 7))


def test_who_pauses_at_once_gets_no_welcome_digest() -> None:
    reader = make_subscriber(welcome_due_at=NOW)
    pause(reader, (NOW + timedelta(days=7)).date(), ORIGIN, NOW)
    reader.refresh_from_db()
    assert reader.welcome_due_at is None


def test_resuming_brings_the_digest_of_the_next_slot() -> None:
    ada = make_subscriber(cadence="weekly")
    pause(ada, date(2026, 12, 7), ORIGIN, NOW)
    assert resume(ada, ORIGIN, NOW)
    ada.refresh_from_db()
    assert (ada.next_send_at, ada.paused_until) == (slot(11, 27), None)
    assert not resume(ada, ORIGIN, NOW)


def test_each_step_is_recorded_once() -> None:
    ada = make_subscriber()
    for _ in range(2):
        pause(ada, date(2026, 12, 7), ORIGIN, NOW)
    pause(ada, date(2026, 12, 14), ORIGIN, NOW)
    resume(ada, ORIGIN, NOW)
    entries = ConsentEntry.objects.order_by("id").values_list("step", "detail", "ip")
    assert list(entries) == [
        ("paused", {"until": "2026-12-07"}, "192.0.2.0"),
        ("paused", {"until": "2026-12-14"}, "192.0.2.0"),
        ("resumed", {}, "192.0.2.0"),
    ]


@pytest.mark.parametrize("state", [State.PENDING, State.UNSUBSCRIBED, State.SUPPRESSED])
def test_who_gets_no_digest_has_none_to_pause(state: str) -> None:
    ada = make_subscriber(state=state)
    assert not pause(ada, date(2026, 12, 7), ORIGIN, NOW)
    ada.refresh_from_db()
    assert (ada.next_send_at, ada.paused_until) == (None, None)
    assert not ConsentEntry.objects.exists()


@pytest.mark.parametrize("days", [-1, 0, LONGEST.days + 1])
def test_a_day_that_is_past_or_far_away_changes_nothing(days: int) -> None:
    ada = make_subscriber(next_send_at=slot(11, 27))
    with pytest.raises(BadPause):
        pause(ada, NOW.date() + timedelta(days=days), ORIGIN, NOW)
    ada.refresh_from_db()
    assert (ada.next_send_at, ada.paused_until) == (slot(11, 27), None)


def test_tomorrow_is_tomorrow_in_the_readers_time_zone() -> None:
    late = datetime(2026, 11, 23, 23, tzinfo=UTC)  # the 24th in Kolkata
    ada = make_subscriber(timezone="Asia/Kolkata")
    assert first_and_last_day(ada, late) == (date(2026, 11, 25), date(2027, 11, 25))


def test_a_time_zone_that_this_machine_lacks_pauses_by_utc() -> None:
    ada = make_subscriber(cadence="daily", timezone="Mars/Olympus")
    assert pause(ada, date(2026, 12, 7), ORIGIN, NOW)
    assert ada.next_send_at == slot(12, 7)


def notices(reader: Subscriber) -> list[tuple[str, str]]:
    return list(reader.mails.order_by("id").values_list("kind", "state"))


def test_a_mail_says_that_the_digest_is_paused_and_only_the_last_pause_counts() -> None:
    ada = make_subscriber()
    for day in (7, 7, 14):
        pause(ada, date(2026, 12, day), ORIGIN, NOW)
    assert notices(ada) == [("paused", "queued")]


def test_a_pause_that_ends_before_the_mail_leaves_mails_nothing() -> None:
    ada = make_subscriber()
    pause(ada, date(2026, 12, 7), ORIGIN, NOW)
    resume(ada, ORIGIN, NOW)
    assert notices(ada) == []


def test_who_gets_no_digest_is_mailed_nothing() -> None:
    ada = make_subscriber(state=State.UNSUBSCRIBED)
    pause(ada, date(2026, 12, 7), ORIGIN, NOW)
    assert notices(ada) == []
