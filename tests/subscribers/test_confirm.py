"""The button behind the mailed link."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from subscribers import wishes
from subscribers.confirm import SuppressedAddress, confirm, proposed
from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry, Interest, Subscriber, Suppression
from subscribers.suppress import suppress
from subscribers.wishes import Preferences
from tests.factories import make_mail, make_subscriber, make_topic

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)  # a Monday
ORIGIN = RequestOrigin(ip="192.0.2.0")
State = Subscriber.State


def pending() -> Subscriber:
    return make_subscriber(state=State.PENDING)


def test_a_confirmed_reader_is_due_at_their_next_slot() -> None:
    make_topic("My robotics", slug="my-robotics")
    reader = pending()
    wanted = Preferences(timezone="Europe/Berlin", topics=frozenset({"my-robotics"}))
    assert confirm(reader, wanted, ORIGIN, NOW)
    reader.refresh_from_db()
    assert (reader.state, reader.confirmed_at) == (State.ACTIVE, NOW)
    assert reader.next_send_at == datetime(2026, 11, 27, 7, tzinfo=UTC)
    assert wishes.of_reader(reader) == wanted


def test_the_consent_says_what_was_agreed_to() -> None:
    wanted = Preferences(cadence="daily")
    confirm(pending(), wanted, ORIGIN, NOW)
    entry = ConsentEntry.objects.get()
    assert (entry.step, entry.at, entry.ip) == (ConsentEntry.Step.CONFIRMED, NOW, "192.0.2.0")
    assert entry.detail == wanted.as_json()


def test_confirming_twice_changes_nothing_more() -> None:
    reader = pending()
    assert confirm(reader, Preferences(), ORIGIN, NOW)
    assert not confirm(reader, Preferences(cadence="daily"), ORIGIN, NOW + timedelta(days=1))
    reader.refresh_from_db()
    assert (reader.cadence, reader.confirmed_at) == ("weekly", NOW)
    assert ConsentEntry.objects.count() == 1


def test_who_comes_back_gets_no_second_digest_within_half_a_cadence() -> None:
    reader = make_subscriber(state=State.UNSUBSCRIBED, last_digest_at=NOW - timedelta(hours=2))
    confirm(reader, Preferences(weekday=1), ORIGIN, NOW)  # tomorrow, Tuesday
    assert reader.next_send_at == datetime(2026, 12, 1, 8, tzinfo=UTC)


def test_a_suppressed_address_cannot_be_confirmed() -> None:
    reader = pending()
    suppress(reader, Suppression.Reason.COMPLAINT, now=NOW)
    with pytest.raises(SuppressedAddress):
        confirm(reader, Preferences(), ORIGIN, NOW)
    reader.refresh_from_db()
    assert (reader.state, reader.next_send_at) == (State.SUPPRESSED, None)


def test_the_newest_draft_is_proposed() -> None:
    reader = pending()
    make_mail(reader, draft={"hour": 6})
    make_mail(reader, draft={"hour": 7, "topics": ["agents"]})
    assert proposed(reader) == Preferences(hour=7, topics=frozenset({"agents"}))


def test_without_a_draft_what_they_had_before_is_proposed() -> None:
    reader = make_subscriber(state=State.UNSUBSCRIBED, cadence="daily")
    Interest.objects.create(subscriber=reader, kind=Interest.Kind.MUTED, term="survey")
    make_mail(reader)
    assert proposed(reader) == Preferences(cadence="daily", muted=("survey",))
