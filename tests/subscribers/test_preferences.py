"""Preferences as a value, and as rows that are read, changed and stored."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from papers.models import Topic
from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry, Interest, Subscriber
from subscribers.preferences import Preferences, change, from_json, preferences_of, store
from subscribers.unsubscribe import unsubscribe
from tests.factories import make_subscriber, make_topic

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)  # a Monday
FRIDAY = datetime(2026, 11, 27, 8, tzinfo=UTC)
ORIGIN = RequestOrigin(ip="192.0.2.0", user_agent="Lynx")
Step = ConsentEntry.Step
FULL = Preferences(
    cadence="daily",
    weekday=2,
    hour=6,
    timezone="Asia/Kolkata",
    digest_size=5,
    topics=frozenset({"my-robotics", "my-agents"}),
    keywords=("diffusion", "flow matching"),
    authors=("Ada Lovelace",),
    muted=("crypto", "survey"),
)


def make_topics(*slugs: str) -> list[Topic]:
    return [make_topic(f"Topic {slug}", slug=slug) for slug in slugs]


# ── the value ────────────────────────────────────────────────────────────────


def test_a_draft_is_read_from_json_as_it_was_written() -> None:
    assert from_json(json.loads(json.dumps(FULL.as_json()))) == FULL


def test_an_incomplete_draft_gets_the_defaults() -> None:
    assert from_json({"timezone": "Asia/Kolkata"}) == Preferences(timezone="Asia/Kolkata")


def test_an_unknown_field_of_an_older_draft_is_ignored() -> None:
    assert from_json({"colour": "blue", "hour": 6}) == Preferences(hour=6)


def test_only_fields_that_differ_are_named() -> None:
    other = Preferences(hour=9, topics=frozenset({"video"}))
    assert Preferences().differences(other) == {"hour": [8, 9], "topics": [[], ["video"]]}
    assert FULL.differences(FULL) == {}


# ── reading ──────────────────────────────────────────────────────────────────


def test_preferences_are_read_in_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    subscriber = make_subscriber(cadence="daily", hour=6)
    shown = make_topic("My robotics", slug="my-robotics")
    hidden = make_topic("Old", slug="old", is_active=False)
    for topic in (shown, hidden):
        Interest.objects.create(subscriber=subscriber, topic=topic)
    Interest.objects.create(subscriber=subscriber, kind=Interest.Kind.MUTED, term="survey")
    with django_assert_num_queries(1):
        found = preferences_of(subscriber)
    assert found == Preferences(
        cadence="daily", hour=6, topics=frozenset({"my-robotics"}), muted=("survey",)
    )


def test_interests_of_other_subscribers_are_not_read() -> None:
    make_topics("my-robotics", "my-agents")
    store(make_subscriber(), FULL)
    assert preferences_of(make_subscriber()) == Preferences()


# ── changing ─────────────────────────────────────────────────────────────────


def test_every_choice_is_stored() -> None:
    make_topics("my-robotics", "my-agents")
    subscriber = make_subscriber(next_send_at=FRIDAY)
    assert change(subscriber, FULL, ORIGIN, NOW)
    again = Subscriber.objects.get(pk=subscriber.pk)
    assert preferences_of(again) == FULL
    assert again.next_send_at == datetime(2026, 11, 24, 0, 30, tzinfo=UTC)


def test_a_change_is_recorded_once_with_both_values() -> None:
    subscriber = make_subscriber(next_send_at=FRIDAY)
    assert change(subscriber, Preferences(digest_size=5), ORIGIN, NOW)
    assert not change(subscriber, Preferences(digest_size=5), ORIGIN, NOW)
    entry = ConsentEntry.objects.get()
    assert (entry.step, entry.at, entry.ip) == (Step.CHANGED, NOW, "192.0.2.0")
    assert entry.detail == {"digest_size": [10, 5]}


def test_new_interests_do_not_move_the_next_digest() -> None:
    subscriber = make_subscriber(next_send_at=FRIDAY)
    change(subscriber, Preferences(keywords=("diffusion",)), ORIGIN, NOW)
    subscriber.refresh_from_db()
    assert subscriber.next_send_at == FRIDAY


def test_a_new_timetable_keeps_half_a_cadence_between_digests() -> None:
    last = NOW - timedelta(hours=1)
    subscriber = make_subscriber(next_send_at=FRIDAY, last_digest_at=last)
    change(subscriber, Preferences(weekday=1), ORIGIN, NOW)  # tomorrow, Tuesday
    subscriber.refresh_from_db()
    assert subscriber.next_send_at == datetime(2026, 12, 1, 8, tzinfo=UTC)


def test_a_subscriber_who_is_not_active_gets_no_next_digest() -> None:
    subscriber = make_subscriber(state=Subscriber.State.PENDING)
    change(subscriber, Preferences(cadence="daily"), ORIGIN, NOW)
    subscriber.refresh_from_db()
    assert (subscriber.cadence, subscriber.next_send_at) == ("daily", None)


def test_new_interests_replace_the_old_ones() -> None:
    make_topics("my-robotics", "my-agents")
    subscriber = make_subscriber()
    before = Preferences(topics=frozenset({"my-robotics"}), keywords=("a", "b"))
    change(subscriber, before, ORIGIN, NOW)
    kept = subscriber.interests.get(term="b").pk
    after = Preferences(topics=frozenset({"my-agents"}), keywords=("b", "c"), muted=("b",))
    change(subscriber, after, ORIGIN, NOW)
    assert preferences_of(subscriber) == after
    assert subscriber.interests.get(term="b", kind=Interest.Kind.KEYWORD).pk == kept


def test_a_change_does_not_touch_other_subscribers() -> None:
    make_topics("my-robotics", "my-agents")
    other = make_subscriber()
    store(other, FULL)
    other.save()
    change(make_subscriber(), Preferences(keywords=("a",)), ORIGIN, NOW)
    other.refresh_from_db()
    assert preferences_of(other) == FULL


def test_an_interest_in_an_inactive_topic_is_kept() -> None:
    (topic,) = make_topics("my-robotics")
    subscriber = make_subscriber()
    Interest.objects.create(subscriber=subscriber, topic=topic)
    Topic.objects.filter(pk=topic.pk).update(is_active=False)
    change(subscriber, Preferences(hour=9), ORIGIN, NOW)
    assert subscriber.interests.get().topic == topic


def test_a_change_uses_the_state_that_is_stored_now() -> None:
    """Two browser windows: one unsubscribes, then the older one saves preferences."""
    subscriber = make_subscriber(next_send_at=FRIDAY)
    stale = Subscriber.objects.get(pk=subscriber.pk)
    unsubscribe(subscriber, step=Step.UNSUBSCRIBED, origin=ORIGIN, now=NOW)
    change(stale, Preferences(cadence="daily"), ORIGIN, NOW)
    subscriber.refresh_from_db()
    assert (subscriber.state, subscriber.next_send_at) == (Subscriber.State.UNSUBSCRIBED, None)
