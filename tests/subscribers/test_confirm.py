"""Confirming: the second half of the double opt-in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from subscribers.confirm import SuppressedAddress, confirm, proposal
from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry, Interest, Subscriber, Suppression
from subscribers.preferences import Preferences, preferences_of
from subscribers.suppress import suppress
from tests.factories import make_edition, make_mail, make_subscriber, make_topic

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)  # a Monday
ORIGIN = RequestOrigin(ip="192.0.2.0")
State = Subscriber.State


def pending() -> Subscriber:
    return make_subscriber(state=State.PENDING)


def test_a_confirmed_subscriber_is_due_at_their_next_slot() -> None:
    make_topic("My robotics", slug="my-robotics")
    subscriber = pending()
    chosen = Preferences(timezone="Europe/Berlin", topics=frozenset({"my-robotics"}))
    assert confirm(subscriber, chosen, ORIGIN, NOW)
    subscriber.refresh_from_db()
    assert (subscriber.state, subscriber.confirmed_at) == (State.ACTIVE, NOW)
    assert subscriber.next_send_at == datetime(2026, 11, 27, 7, tzinfo=UTC)
    assert preferences_of(subscriber) == chosen


def test_the_consent_entry_holds_the_chosen_preferences() -> None:
    chosen = Preferences(cadence="daily")
    confirm(pending(), chosen, ORIGIN, NOW)
    entry = ConsentEntry.objects.get()
    assert (entry.step, entry.at, entry.ip) == (ConsentEntry.Step.CONFIRMED, NOW, "192.0.2.0")
    assert entry.detail == chosen.as_json()


def test_confirming_twice_changes_nothing_more() -> None:
    subscriber = pending()
    assert confirm(subscriber, Preferences(), ORIGIN, NOW)
    assert not confirm(subscriber, Preferences(cadence="daily"), ORIGIN, NOW + timedelta(days=1))
    subscriber.refresh_from_db()
    assert (subscriber.cadence, subscriber.confirmed_at) == ("weekly", NOW)
    assert ConsentEntry.objects.count() == 1


def test_confirming_again_keeps_half_a_cadence_between_digests() -> None:
    subscriber = make_subscriber(state=State.UNSUBSCRIBED, last_digest_at=NOW - timedelta(hours=2))
    confirm(subscriber, Preferences(weekday=1), ORIGIN, NOW)  # tomorrow, Tuesday
    assert subscriber.next_send_at == datetime(2026, 12, 1, 8, tzinfo=UTC)


def test_a_welcome_digest_is_due_at_once_and_the_regular_slot_stays() -> None:
    subscriber = pending()
    confirm(subscriber, Preferences(), ORIGIN, NOW, welcomes=True)
    subscriber.refresh_from_db()
    assert subscriber.welcome_due_at == NOW
    assert subscriber.next_send_at == datetime(2026, 11, 27, 8, tzinfo=UTC)


def test_no_welcome_digest_is_due_where_they_are_switched_off() -> None:
    subscriber = pending()
    confirm(subscriber, Preferences(), ORIGIN, NOW)
    assert subscriber.welcome_due_at is None


@pytest.mark.parametrize(
    ("digest", "welcome", "is_due"),
    [
        (timedelta(days=1), None, False),
        (timedelta(days=4), None, True),
        (None, timedelta(days=29), False),
        (None, timedelta(days=30), True),
        (timedelta(days=40), timedelta(days=60), True),
    ],
)
def test_who_returns_soon_gets_no_second_welcome_digest(
    digest: timedelta | None, welcome: timedelta | None, is_due: bool
) -> None:
    subscriber = make_subscriber(
        state=State.UNSUBSCRIBED,
        last_digest_at=digest and NOW - digest,
        welcomed_at=welcome and NOW - welcome,
    )
    confirm(subscriber, Preferences(), ORIGIN, NOW, welcomes=True)
    assert (subscriber.welcome_due_at == NOW) is is_due


def test_a_suppressed_address_cannot_be_confirmed() -> None:
    subscriber = pending()
    suppress(subscriber, Suppression.Reason.COMPLAINT, now=NOW)
    with pytest.raises(SuppressedAddress):
        confirm(subscriber, Preferences(), ORIGIN, NOW)
    subscriber.refresh_from_db()
    assert (subscriber.state, subscriber.next_send_at) == (State.SUPPRESSED, None)


def test_an_address_that_is_suppressed_by_its_hash_cannot_be_confirmed() -> None:
    """An import can create a subscriber again after a complaint."""
    suppress("ada@example.com", Suppression.Reason.COMPLAINT, now=NOW)
    subscriber = make_subscriber("ada@example.com", state=State.PENDING)
    with pytest.raises(SuppressedAddress):
        confirm(subscriber, Preferences(hour=6), ORIGIN, NOW)
    subscriber.refresh_from_db()
    assert (subscriber.state, subscriber.hour, subscriber.next_send_at) == (State.PENDING, 8, None)
    assert not subscriber.consent_entries.exists()


def test_the_newest_draft_is_proposed() -> None:
    subscriber = pending()
    make_mail(subscriber, draft={"hour": 6})
    make_mail(subscriber, draft={"hour": 7, "topics": ["agents"]})
    make_mail(make_subscriber(), draft={"hour": 9})
    assert proposal(subscriber).preferences == Preferences(hour=7, topics=frozenset({"agents"}))


def test_without_a_draft_the_stored_preferences_are_proposed() -> None:
    subscriber = make_subscriber(state=State.UNSUBSCRIBED, cadence="daily")
    Interest.objects.create(subscriber=subscriber, kind=Interest.Kind.MUTED, term="survey")
    make_mail(subscriber)
    assert proposal(subscriber).preferences == Preferences(cadence="daily", muted=("survey",))


def test_a_topic_of_the_short_form_is_added_to_what_is_stored() -> None:
    subscriber = make_subscriber(state=State.UNSUBSCRIBED, cadence="daily", confirmed_at=NOW)
    topic = make_topic("My robotics", slug="my-robotics")
    Interest.objects.create(subscriber=subscriber, topic=topic)
    Interest.objects.create(subscriber=subscriber, kind=Interest.Kind.AUTHOR, term="Ada Li")
    make_mail(subscriber, draft={"topics": ["agents", "my-robotics"], "authors": ["Bo Li"]})
    assert proposal(subscriber).preferences == Preferences(
        cadence="daily",
        topics=frozenset({"agents", "my-robotics"}),
        authors=("Ada Li", "Bo Li"),
    )


def test_the_longer_form_replaces_what_is_stored() -> None:
    subscriber = make_subscriber(state=State.UNSUBSCRIBED, cadence="daily", confirmed_at=NOW)
    Interest.objects.create(subscriber=subscriber, kind=Interest.Kind.AUTHOR, term="Ada Li")
    make_mail(subscriber, draft=Preferences(hour=6).as_json())
    assert proposal(subscriber).preferences == Preferences(hour=6)


@pytest.mark.parametrize(
    ("values", "draft", "has_zone"),
    [
        ({}, {}, False),
        ({}, {"topics": ["agents"]}, False),
        ({}, {"timezone": "UTC"}, True),
        ({"timezone": "Asia/Kolkata"}, {}, True),
        ({"confirmed_at": NOW}, {}, True),
    ],
)
def test_a_zone_counts_as_chosen_once_somebody_chose_it(
    values: dict[str, Any], draft: dict[str, Any], has_zone: bool
) -> None:
    subscriber = make_subscriber(state=State.PENDING, **values)
    make_mail(subscriber, draft=draft)
    assert proposal(subscriber).has_zone is has_zone


# ── the mail where no digest greets ──────────────────────────────────────────


def welcomes(reader: Subscriber) -> list[str]:
    return list(reader.mails.values_list("kind", flat=True))


@pytest.mark.parametrize("digest_is_on", [True, False])
@pytest.mark.parametrize("is_composed", [True, False])
def test_a_welcome_mail_comes_where_no_digest_can(digest_is_on: bool, is_composed: bool) -> None:
    if is_composed:
        make_edition()
    reader = pending()
    confirm(reader, Preferences(), ORIGIN, NOW, welcomes=digest_is_on)
    confirm(reader, Preferences(), ORIGIN, NOW, welcomes=digest_is_on)
    assert welcomes(reader) == ([] if digest_is_on and is_composed else ["welcome"])
    assert (reader.welcome_due_at is not None) == digest_is_on  # of the first edition, if need be


def test_who_returns_soon_gets_no_welcome_mail_either() -> None:
    reader = make_subscriber(state=State.UNSUBSCRIBED, last_digest_at=NOW - timedelta(hours=2))
    make_mail(reader, "goodbye")
    confirm(reader, Preferences(), ORIGIN, NOW)
    assert welcomes(reader) == []  # nor a goodbye, which is untrue now
