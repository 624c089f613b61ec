"""Changing what a reader gets, and leaving."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from papers.models import Topic
from subscribers import preferences, wishes
from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry, Interest, Subscriber
from subscribers.preferences import change, unsubscribe
from subscribers.wishes import Preferences
from tests.factories import make_subscriber, make_topic

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)  # a Monday
FRIDAY = datetime(2026, 11, 27, 8, tzinfo=UTC)
ORIGIN = RequestOrigin(ip="192.0.2.0", user_agent="Lynx")
Step = ConsentEntry.Step


def make_topics(*slugs: str) -> list[Topic]:
    return [make_topic(f"Topic {slug}", slug=slug) for slug in slugs]


def test_everything_a_reader_wants_is_stored() -> None:
    make_topics("my-robotics", "my-agents")
    reader = make_subscriber(next_send_at=FRIDAY)
    wanted = Preferences(
        cadence="daily",
        hour=6,
        timezone="Asia/Kolkata",
        digest_size=5,
        topics=frozenset({"my-robotics", "my-agents"}),
        keywords=("diffusion", "flow matching"),
        authors=("Ada Lovelace",),
        muted=("survey",),
    )
    assert change(reader, wanted, ORIGIN, NOW)
    again = Subscriber.objects.get(pk=reader.pk)
    assert wishes.of_reader(again) == wanted
    assert again.next_send_at == datetime(2026, 11, 24, 0, 30, tzinfo=UTC)


def test_a_change_is_written_down_once_with_what_changed() -> None:
    reader = make_subscriber(next_send_at=FRIDAY)
    assert change(reader, Preferences(digest_size=5), ORIGIN, NOW)
    assert not change(reader, Preferences(digest_size=5), ORIGIN, NOW)
    entry = ConsentEntry.objects.get()
    assert (entry.step, entry.at, entry.ip) == (Step.CHANGED, NOW, "192.0.2.0")
    assert entry.detail == {"digest_size": [10, 5]}


def test_new_tastes_leave_the_timetable_alone() -> None:
    reader = make_subscriber(next_send_at=FRIDAY)
    change(reader, Preferences(keywords=("diffusion",)), ORIGIN, NOW)
    reader.refresh_from_db()
    assert reader.next_send_at == FRIDAY


def test_a_new_timetable_brings_no_second_digest_within_half_a_cadence() -> None:
    last = NOW - timedelta(hours=1)
    reader = make_subscriber(next_send_at=FRIDAY, last_digest_at=last)
    change(reader, Preferences(weekday=1), ORIGIN, NOW)  # tomorrow, Tuesday
    reader.refresh_from_db()
    assert reader.next_send_at == datetime(2026, 12, 1, 8, tzinfo=UTC)


def test_a_reader_who_is_not_active_stays_without_a_slot() -> None:
    reader = make_subscriber(state=Subscriber.State.PENDING)
    change(reader, Preferences(cadence="daily"), ORIGIN, NOW)
    reader.refresh_from_db()
    assert (reader.cadence, reader.next_send_at) == ("daily", None)


def test_interests_are_replaced_and_not_piled_up() -> None:
    make_topics("my-robotics", "my-agents")
    reader = make_subscriber()
    before = Preferences(topics=frozenset({"my-robotics"}), keywords=("a", "b"))
    change(reader, before, ORIGIN, NOW)
    kept = reader.interests.get(term="b").pk
    after = Preferences(topics=frozenset({"my-agents"}), keywords=("b", "c"), muted=("b",))
    change(reader, after, ORIGIN, NOW)
    assert wishes.of_reader(reader) == after
    assert reader.interests.get(term="b", kind=Interest.Kind.KEYWORD).pk == kept


def test_a_topic_that_is_switched_off_is_not_forgotten() -> None:
    (topic,) = make_topics("my-robotics")
    reader = make_subscriber()
    Interest.objects.create(subscriber=reader, topic=topic)
    Topic.objects.filter(pk=topic.pk).update(is_active=False)
    change(reader, Preferences(hour=9), ORIGIN, NOW)
    assert reader.interests.get().topic == topic


def test_who_leaves_is_due_no_more() -> None:
    reader = make_subscriber(next_send_at=FRIDAY)
    assert unsubscribe(reader, step=Step.UNSUBSCRIBED, origin=ORIGIN, now=NOW)
    reader.refresh_from_db()
    assert (reader.state, reader.next_send_at) == (Subscriber.State.UNSUBSCRIBED, None)
    assert reader.unsubscribed_at == NOW


def test_leaving_twice_is_written_down_once() -> None:
    reader = make_subscriber()
    assert unsubscribe(reader, step=Step.ONE_CLICK, origin=ORIGIN, now=NOW)
    later = NOW + timedelta(days=1)
    assert not unsubscribe(reader, step=Step.UNSUBSCRIBED, origin=ORIGIN, now=later)
    assert ConsentEntry.objects.get().step == Step.ONE_CLICK
    assert reader.unsubscribed_at == NOW


def test_a_suppressed_reader_who_leaves_stays_suppressed() -> None:
    reader = make_subscriber(state=Subscriber.State.SUPPRESSED)
    assert not unsubscribe(reader, step=Step.ONE_CLICK, origin=ORIGIN, now=NOW)
    reader.refresh_from_db()
    assert reader.state == Subscriber.State.SUPPRESSED


def test_a_reader_erased_a_moment_ago_has_left_already() -> None:
    reader = make_subscriber()
    Subscriber.objects.all().delete()
    assert not unsubscribe(reader, step=Step.ONE_CLICK, origin=ORIGIN, now=NOW)


def test_a_change_acts_on_what_the_row_says_now() -> None:
    """Two windows: in one the reader leaves, in the other, older one they still save."""
    reader = make_subscriber(next_send_at=FRIDAY)
    stale = Subscriber.objects.get(pk=reader.pk)
    unsubscribe(reader, step=Step.UNSUBSCRIBED, origin=ORIGIN, now=NOW)
    change(stale, Preferences(cadence="daily"), ORIGIN, NOW)
    reader.refresh_from_db()
    assert (reader.state, reader.next_send_at) == (Subscriber.State.UNSUBSCRIBED, None)


def test_a_reader_who_is_gone_cannot_be_locked() -> None:
    reader = make_subscriber()
    Subscriber.objects.all().delete()
    with pytest.raises(Subscriber.DoesNotExist):
        preferences.lock(reader)
