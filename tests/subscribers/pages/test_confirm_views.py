"""The page behind the confirmation link: only its button confirms."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from subscribers.models import ConsentEntry, Interest, Subscriber, Suppression
from subscribers.preferences import Preferences, preferences_of
from subscribers.suppress import suppress
from tests.factories import NOON, make_edition, make_mail, make_paper, make_subscriber, make_topic
from tests.subscribers.page_text import (
    ADA,
    CHOICES,
    confirm_path,
    make_pending,
    preferences_path,
    text_of,
)

pytestmark = pytest.mark.django_db
State = Subscriber.State


@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_the_confirmation_page_confirms_nothing(visitor: Client, method: str) -> None:
    subscriber = make_pending()
    answer = getattr(visitor, method)(confirm_path(subscriber))
    assert answer.status_code == 200
    subscriber.refresh_from_db()
    assert subscriber.state == State.PENDING
    assert not ConsentEntry.objects.exists()


def test_before_the_first_edition_the_page_names_the_slot_of_the_first_digest(
    visitor: Client,
) -> None:
    path = confirm_path(make_pending())
    visitor.post(path, CHOICES)
    page = " ".join(text_of(visitor.get(path)).split())
    assert "Your first digest comes on <strong>" in page
    assert "within five minutes" not in page


def test_the_button_confirms_and_the_page_names_the_first_digest(visitor: Client) -> None:
    make_edition()
    topic = make_topic()
    subscriber = make_pending()
    with time_machine.travel("2026-11-23 12:00:00+00:00"):
        path = confirm_path(subscriber)
        answer = visitor.post(path, {**CHOICES, "topics": [topic.slug]})
        assert (answer.status_code, answer["Location"]) == (303, path)
        page = " ".join(text_of(visitor.get(path)).split())
    assert "Your first digest comes <strong>within five minutes</strong>" in page
    assert "The one after that comes on" in page
    assert ">Tuesday, 24 November 2026, at 06:00</time></strong> (Asia/Kolkata time)" in page
    subscriber.refresh_from_db()
    assert subscriber.state == State.ACTIVE
    assert preferences_of(subscriber) == Preferences(
        cadence="daily",
        hour=6,
        timezone="Asia/Kolkata",
        digest_size=5,
        topics=frozenset({topic.slug}),
    )


def test_the_pages_before_and_after_the_button_show_what_the_words_stand_for(
    visitor: Client,
) -> None:
    subscriber = make_pending()
    make_mail(subscriber, draft=Preferences(keywords=("nlp, policy",)).as_json())
    path = confirm_path(subscriber)
    assert ">also policies<" in text_of(visitor.get(path))
    assert visitor.post(path, {**CHOICES, "muted": "matrix"}).status_code == 303
    assert ">also matrices, matrixes<" in text_of(visitor.get(path))


def test_the_button_without_choices_takes_the_draft(visitor: Client) -> None:
    subscriber = make_pending()
    make_mail(subscriber, draft=Preferences(cadence="daily", hour=6).as_json())
    assert visitor.post(confirm_path(subscriber)).status_code == 303
    subscriber.refresh_from_db()
    assert (subscriber.state, subscriber.cadence, subscriber.hour) == (State.ACTIVE, "daily", 6)


def test_confirming_twice_changes_nothing_more(visitor: Client) -> None:
    subscriber = make_pending()
    path = confirm_path(subscriber)
    visitor.post(path)
    answer = visitor.post(path, CHOICES)
    assert "You are subscribed" in text_of(answer)
    subscriber.refresh_from_db()
    assert subscriber.cadence == "weekly"
    assert ConsentEntry.objects.count() == 1


def test_bad_choices_confirm_nothing(visitor: Client) -> None:
    subscriber = make_pending()
    answer = visitor.post(confirm_path(subscriber), {**CHOICES, "hour": "25"})
    assert answer.status_code == 422
    assert "Not confirmed yet" in text_of(answer)
    subscriber.refresh_from_db()
    assert subscriber.state == State.PENDING


def test_the_browser_may_set_the_zone_of_an_undecided_subscriber(visitor: Client) -> None:
    page = text_of(visitor.get(confirm_path(make_pending())))
    assert "data-guess-timezone" in page
    assert "<script src=" in page


def test_the_confirmation_page_shows_no_draft_of_another_subscriber(visitor: Client) -> None:
    other = make_pending("bob@example.com")
    make_mail(other, draft=Preferences(timezone="Asia/Kolkata", muted=("a secret word",)).as_json())
    Interest.objects.create(subscriber=other, kind=Interest.Kind.AUTHOR, term="A. Secret")
    page = text_of(visitor.get(confirm_path(make_pending())))
    assert "bob@" not in page
    assert "a secret word" not in page
    assert "A. Secret" not in page
    assert '<option value="Asia/Kolkata" selected>' not in page
    assert "a secret word" in text_of(visitor.get(confirm_path(other)))


def test_an_old_confirmation_mail_does_not_undo_an_unsubscription(visitor: Client) -> None:
    subscriber = make_pending()
    path = confirm_path(subscriber)
    visitor.post(path)
    subscriber.refresh_from_db()
    visitor.post(f"{preferences_path(subscriber)}unsubscribe/")
    assert visitor.post(path).status_code == 404
    subscriber.refresh_from_db()
    assert subscriber.state == State.UNSUBSCRIBED


def test_an_address_suppressed_after_the_mail_gets_a_clear_page(visitor: Client) -> None:
    subscriber = make_pending()
    suppress(subscriber, Suppression.Reason.HARD_BOUNCE, now=timezone.now())
    answer = visitor.post(confirm_path(subscriber))
    assert answer.status_code == 409
    assert f"We cannot write to {ADA}" in text_of(answer)


def test_an_expired_link_says_so_and_offers_another(visitor: Client) -> None:
    with time_machine.travel(NOON):
        path = confirm_path(make_pending())
    with time_machine.travel(NOON + timedelta(days=2, seconds=2)):
        answers = [visitor.get(path), visitor.post(path)]
    for answer in answers:
        assert answer.status_code == 410
        assert "This link has expired" in text_of(answer)
        assert 'action="/subscribe/"' in text_of(answer)
        assert ADA not in text_of(answer)
    assert Subscriber.objects.get().state == State.PENDING


def test_a_zone_is_shown_with_spaces(visitor: Client) -> None:
    subscriber = make_subscriber(timezone="America/New_York", next_send_at=NOON)
    page = " ".join(text_of(visitor.get(confirm_path(subscriber))).split())
    assert "08:00</time></strong> (America/New York time)" in page


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "/etc/passwd", "CET5CEST", "Europe"])
@pytest.mark.parametrize("choices", [{}, CHOICES])
def test_a_zone_that_this_machine_lacks_stops_no_confirmation(
    visitor: Client, zone: str, choices: dict[str, object]
) -> None:
    make_edition()
    subscriber = make_subscriber(state=State.PENDING, timezone=zone)
    path = confirm_path(subscriber)
    assert "so UTC is used. Please choose" in " ".join(text_of(visitor.get(path)).split())
    assert visitor.post(path, choices).status_code == 303
    assert "Your first digest comes <strong>within five minutes</strong>" in text_of(
        visitor.get(path)
    )
    subscriber.refresh_from_db()
    assert subscriber.next_send_at


# ── papers that the reader likes ─────────────────────────────────────────────


@pytest.fixture
def _with_sources(settings: Settings) -> None:
    settings.SOURCES = ["arxiv", "semantic_scholar"]


@pytest.mark.usefixtures("_with_sources")
def test_papers_are_named_with_the_button(visitor: Client) -> None:
    make_paper("Attention", arxiv_id="1706.03762")
    subscriber = make_pending()
    path = confirm_path(subscriber)
    answer = visitor.post(path, {**CHOICES, "pasted": "1706.03762 1810.04805"})
    assert answer.status_code == 303
    assert [one.paper.title for one in subscriber.feedback.all()] == ["Attention"]
    assert subscriber.seed_requests.get().identity == "1810.04805"
    page = " ".join(text_of(visitor.get(path)).split())
    assert "Your digests begin with papers that are like the one that you named." in page
    assert "One paper that you named is not here yet: we look it up" in page
    assert "/papers/" in page


@pytest.mark.usefixtures("_with_sources")
def test_what_was_understood_is_shown_before_anything_is_stored(visitor: Client) -> None:
    make_paper("Attention", arxiv_id="1706.03762")
    subscriber = make_pending()
    upload = SimpleUploadedFile("mine.txt", b"1706.03762\n1810.04805\nno such thing\n")
    answer = visitor.post(confirm_path(subscriber), {**CHOICES, "read_papers": "1", "file": upload})
    assert answer.status_code == 200
    page = " ".join(text_of(answer).split())
    assert "2 papers found. 1 is here. 1 will be looked up." in page
    assert ">1706.03762 1810.04805 no such thing</textarea>" in page
    assert '<span class="quiet">3:</span>' in page
    subscriber.refresh_from_db()
    assert subscriber.state == State.PENDING
    assert not subscriber.feedback.exists()
    assert not subscriber.seed_requests.exists()


def test_a_file_that_cannot_be_read_confirms_nothing(visitor: Client) -> None:
    subscriber = make_pending()
    upload = SimpleUploadedFile("a.zip", b"PK\x03\x04")
    answer = visitor.post(confirm_path(subscriber), {**CHOICES, "file": upload})
    assert answer.status_code == 422
    assert "This is a compressed file." in text_of(answer)
    subscriber.refresh_from_db()
    assert subscriber.state == State.PENDING


def test_bad_choices_keep_the_pasted_papers_in_the_form(visitor: Client) -> None:
    subscriber = make_pending()
    answer = visitor.post(
        confirm_path(subscriber), {**CHOICES, "hour": "25", "pasted": "1706.03762"}
    )
    assert answer.status_code == 422
    assert ">1706.03762</textarea>" in text_of(answer)
    assert not subscriber.seed_requests.exists()


def test_without_papers_the_next_page_offers_to_name_some(visitor: Client) -> None:
    subscriber = make_pending()
    path = confirm_path(subscriber)
    visitor.post(path, CHOICES)
    assert "Name papers you like" in text_of(visitor.get(path))


def test_too_many_lists_an_hour_are_not_read_and_the_button_works_without_one(
    visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("subscribers.pages.named_papers.pasted._RATE", "1/hour")
    path, subscriber = confirm_path(make_pending()), Subscriber.objects.get()
    sent = {**CHOICES, "read_papers": "1", "pasted": "1706.03762"}
    visitor.post(path, sent)
    page = text_of(visitor.post(path, sent))
    assert "That was too often." in page
    assert ">1706.03762</textarea>" in page
    assert "paper found" not in page
    assert visitor.post(path, CHOICES).status_code == 303
    subscriber.refresh_from_db()
    assert subscriber.state == State.ACTIVE
