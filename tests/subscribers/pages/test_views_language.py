"""The language of a reader: taken from the page where they sign up, then their own choice."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from subscribers.models import ConsentEntry, Interest, Subscriber, TransactionalMail
from subscribers.preferences import Preferences, preferences_of
from tests.factories import make_mail, make_subscriber, make_topic
from tests.subscribers.page_text import (
    ADA,
    CHOICES,
    confirm_path,
    make_pending,
    preferences_path,
    text_of,
)

pytestmark = pytest.mark.django_db
GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}


def sign_up(visitor: Client, headers: dict[str, str], **typed: Any) -> dict[str, Any]:
    """The draft of a sign-up."""
    assert visitor.post("/subscribe/", {"email": ADA, **typed}, headers=headers).status_code == 200
    return dict(TransactionalMail.objects.latest("id").draft)


def test_the_draft_has_the_language_of_the_page(visitor: Client) -> None:
    assert sign_up(visitor, GERMAN) == {"language": "de"}


def test_the_draft_of_an_english_page_has_no_language(visitor: Client) -> None:
    assert sign_up(visitor, {"Accept-Language": "fr"}) == {}


def test_a_sign_up_changes_no_stored_language(visitor: Client) -> None:
    subscriber = make_pending()
    sign_up(visitor, GERMAN)
    subscriber.refresh_from_db()
    assert subscriber.language == "en"


def test_the_button_stores_the_language_of_the_draft(visitor: Client) -> None:
    sign_up(visitor, GERMAN)
    subscriber = Subscriber.objects.get(email=ADA)
    assert visitor.post(confirm_path(subscriber)).status_code == 303
    subscriber.refresh_from_db()
    assert subscriber.language == "de"
    assert ConsentEntry.objects.filter(step="confirmed", detail__language="de").count() == 1


def test_a_language_that_the_form_names_wins_over_that_of_the_page(visitor: Client) -> None:
    assert sign_up(visitor, GERMAN, **CHOICES, language="en")["language"] == "en"


def test_a_form_without_the_field_has_the_language_of_the_page(visitor: Client) -> None:
    assert sign_up(visitor, GERMAN, **CHOICES)["language"] == "de"


def test_the_longer_form_offers_the_languages_and_that_of_the_page(visitor: Client) -> None:
    page = text_of(visitor.get("/subscribe/", headers=GERMAN))
    assert '<option value="de" selected>Deutsch</option>' in page
    assert '<option value="en">English</option>' in page


def test_a_language_that_there_is_not_is_refused(visitor: Client) -> None:
    typed = {"email": ADA, **CHOICES, "language": "xx"}
    assert visitor.post("/subscribe/", typed).status_code == 422
    assert not TransactionalMail.objects.exists()


def test_a_reader_changes_the_language_of_their_mails(visitor: Client) -> None:
    subscriber = make_subscriber(ADA)
    answer = visitor.post(preferences_path(subscriber), {**CHOICES, "language": "de"})
    assert answer.status_code == 303
    subscriber.refresh_from_db()
    assert subscriber.language == "de"


def test_saving_without_the_field_keeps_the_language(visitor: Client) -> None:
    subscriber = make_subscriber(ADA, language="de")
    assert visitor.post(preferences_path(subscriber), CHOICES).status_code == 303
    subscriber.refresh_from_db()
    assert subscriber.language == "de"


def test_a_language_that_the_site_gave_up_is_shown_as_the_default(visitor: Client) -> None:
    subscriber = make_subscriber(ADA, language="fr")
    page = text_of(visitor.get(preferences_path(subscriber)))
    assert '<option value="en" selected>English</option>' in page


def test_a_language_alone_in_the_draft_keeps_the_other_choices(visitor: Client) -> None:
    topic = make_topic()
    subscriber = make_subscriber(ADA, state="unsubscribed", digest_size=20)
    Interest.objects.create(subscriber=subscriber, topic=topic)
    make_mail(subscriber, draft={"language": "de"})
    assert visitor.post(confirm_path(subscriber)).status_code == 303
    subscriber.refresh_from_db()
    chosen = Preferences(digest_size=20, topics=frozenset({topic.slug}), language="de")
    assert preferences_of(subscriber) == chosen


def test_the_page_after_the_button_invites_in_one_german_sentence(visitor: Client) -> None:
    answer = visitor.post(confirm_path(make_pending()), headers=GERMAN, follow=True)
    says = "Arbeiten, die Ihnen gefallen</a>, und Ihre Überblicke beginnen mit Arbeiten, die ihnen"
    assert says in text_of(answer)
