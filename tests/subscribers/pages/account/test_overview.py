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


def test_the_page_shows_what_the_saved_words_stand_for(visitor: Client) -> None:
    path = preferences_path(make_subscriber())
    words = {"keywords": "fine-tuning, policy", "authors": "LeCun, Yann", "muted": "<b>"}
    assert visitor.post(path, {**CHOICES, **words}).status_code == 303
    answer = visitor.get(f"{path}?saved")
    page = " ".join(text_of(answer).split())
    assert "<strong>fine-tuning</strong> <span" in page
    assert ">also fine tuning, finetuning<" in page
    assert ">also policies<" in page
    assert "<strong>Yann LeCun</strong>" in page
    assert b"<strong>&lt;b&gt;</strong>" in answer.content


def test_words_that_are_refused_are_not_shown_as_understood(visitor: Client) -> None:
    subscriber = make_subscriber()
    Interest.objects.create(subscriber=subscriber, kind=Interest.Kind.MUTED, term="survey")
    path = preferences_path(subscriber)
    refused = text_of(visitor.post(path, {**CHOICES, "muted": "crypto, …"}))
    assert "What we look for" not in refused
    assert "crypto, …</textarea>" in refused
    assert "What we look for" in text_of(visitor.get(path))


def test_without_words_and_authors_nothing_is_said_about_them(visitor: Client) -> None:
    assert "What we look for" not in text_of(visitor.get(preferences_path(make_subscriber())))


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


UNKNOWN_ZONES = ["Mars/Olympus", "", "/etc/passwd", "CET5CEST", "localtime", "Europe", "<b>"]


@pytest.mark.parametrize("zone", UNKNOWN_ZONES)
def test_a_zone_that_this_machine_lacks_is_replaced_and_the_page_says_so(
    visitor: Client, zone: str
) -> None:
    subscriber = make_subscriber(timezone=zone, next_send_at=NOON)
    answer = visitor.get(preferences_path(subscriber))
    page = " ".join(text_of(answer).split())
    assert "is not known here, so UTC is used. Please choose the one you live in." in page
    assert '<option value="UTC" selected>' in page
    assert "(UTC time)" in page
    assert zone != "<b>" or b"<b>" not in answer.content


@pytest.mark.parametrize("zone", UNKNOWN_ZONES)
def test_a_zone_that_this_machine_lacks_can_be_changed(visitor: Client, zone: str) -> None:
    subscriber = make_subscriber(timezone=zone, next_send_at=NOON)
    path = preferences_path(subscriber)
    assert visitor.post(path, CHOICES).status_code == 303
    subscriber.refresh_from_db()
    assert subscriber.timezone == "Asia/Kolkata"
    assert "is not known here" not in text_of(visitor.get(path))


def test_another_name_of_a_zone_is_shown_without_a_word(visitor: Client) -> None:
    subscriber = make_subscriber(timezone="europe/kyiv", next_send_at=NOON)
    page = text_of(visitor.get(preferences_path(subscriber)))
    assert '<option value="Europe/Kyiv" selected>' in page
    assert "is not known here" not in page
