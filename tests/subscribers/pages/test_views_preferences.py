"""A subscriber's own page: what it shows, and what it changes."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from subscribers.models import Interest, Subscriber, Suppression
from subscribers.preferences import Preferences, preferences_of
from subscribers.suppress import suppress
from tests.factories import NOON, make_subscriber, make_topic
from tests.subscribers.page_text import CHOICES, preferences_path, text_of

pytestmark = pytest.mark.django_db


def test_the_preference_page_changes_every_choice(visitor: Client) -> None:
    topic = make_topic()
    subscriber = make_subscriber()
    path = preferences_path(subscriber)
    words = {"keywords": "diffusion", "authors": "Ada Lovelace", "muted": "survey\ncrypto"}
    answer = visitor.post(path, {**CHOICES, **words, "topics": [topic.slug]})
    assert (answer.status_code, answer["Location"]) == (303, f"{path}?saved")
    subscriber.refresh_from_db()
    assert preferences_of(subscriber) == Preferences(
        cadence="daily",
        hour=6,
        timezone="Asia/Kolkata",
        digest_size=5,
        topics=frozenset({topic.slug}),
        keywords=("diffusion",),
        authors=("Ada Lovelace",),
        muted=("survey", "crypto"),
    )
    assert subscriber.next_send_at
    page = text_of(visitor.get(f"{path}?saved"))
    assert "Saved." in page
    assert "survey\ncrypto</textarea>" in page


def test_opening_the_preference_page_changes_nothing(visitor: Client) -> None:
    subscriber = make_subscriber()
    before = Subscriber.objects.values().get()
    assert visitor.get(preferences_path(subscriber)).status_code == 200
    assert visitor.head(preferences_path(subscriber)).status_code == 200
    assert Subscriber.objects.values().get() == before


def test_bad_preferences_are_shown_again_and_not_stored(visitor: Client) -> None:
    subscriber = make_subscriber()
    answer = visitor.post(
        preferences_path(subscriber),
        {**CHOICES, "timezone": "Mars/Olympus", "keywords": "diffusion"},
    )
    assert answer.status_code == 422
    assert "Nothing was saved" in text_of(answer)
    assert "diffusion</textarea>" in text_of(answer)
    subscriber.refresh_from_db()
    assert preferences_of(subscriber) == Preferences()


def test_the_preference_page_shows_nothing_of_another_subscriber(visitor: Client) -> None:
    ada = make_subscriber("ada@example.com")
    bob = make_subscriber("bob@example.com", cadence="daily", next_send_at=NOON)
    Interest.objects.create(subscriber=bob, kind=Interest.Kind.MUTED, term="a secret word")
    page = text_of(visitor.get(preferences_path(ada)))
    assert "bob@" not in page
    assert "a secret word" not in page
    assert preferences_path(bob) not in page
    assert "a secret word" in text_of(visitor.get(preferences_path(bob)))


def test_a_suppressed_subscriber_cannot_change_anything(visitor: Client) -> None:
    subscriber = make_subscriber()
    suppress(subscriber, Suppression.Reason.COMPLAINT, now=timezone.now())
    before = Subscriber.objects.values().get()
    path = preferences_path(subscriber)
    for answer in (
        visitor.get(path),
        visitor.post(path, CHOICES),
        visitor.post(f"{path}unsubscribe/"),
    ):
        assert answer.status_code == 409
    visitor.post(f"{path}come-back/")
    assert not subscriber.mails.exists()
    assert Subscriber.objects.values().get() == before
