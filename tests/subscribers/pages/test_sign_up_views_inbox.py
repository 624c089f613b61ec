"""From the sign-up page to the inbox: the short form, questions, a digest, sending again."""

from __future__ import annotations

import pytest
import time_machine
from django.conf import LazySettings
from django.test import Client

from subscribers.models import ConsentEntry, Subscriber, TransactionalMail
from tests.factories import (
    NOON,
    make_candidate,
    make_edition,
    make_paper,
    make_topic,
)
from tests.subscribers.page_text import ADA, CHOICES, confirm_path, text_of
from tests.subscribers.pages.test_sign_up_views import STATES, make_addresses, whole_answer

pytestmark = pytest.mark.django_db


def make_daily_edition() -> None:
    """Two papers, as many as a digest needs."""
    edition = make_edition("daily")
    for title in ("A paper for you", "Another one"):
        figures = {"upvotes_window_gain": 0, "position": 0, "stars": 0, "since": ""}
        facts = {"title": title, "summary": "", "authors": [], **figures}
        make_candidate(edition, make_paper(title), facts=facts)


# ── the way to the inbox ─────────────────────────────────────────────────────


def test_the_topic_and_the_author_of_a_page_are_chosen_on_the_confirmation_page(
    visitor: Client,
) -> None:
    make_topic("My robotics", slug="my-robotics")
    fields = {"email": ADA, "topic": ["my-robotics", "gone"], "author": "Ada Li"}
    assert "What you chose is kept" in text_of(visitor.post("/subscribe/", fields))
    assert TransactionalMail.objects.get().draft == {
        "topics": ["my-robotics"],
        "authors": ["Ada Li"],
    }
    page = text_of(visitor.get(confirm_path(Subscriber.objects.get())))
    assert page.count("checked") == 2  # the topic and the cadence
    assert ">\nAda Li</textarea>" in page
    assert "data-guess-timezone" in page


def test_a_mistyped_address_is_asked_about_and_nothing_is_stored(visitor: Client) -> None:
    answer = visitor.post("/subscribe/", {"email": "ada@gmial.com", "topic": "agents"})
    page = text_of(answer)
    assert answer.status_code == 422
    assert "Did you mean ada@gmail.com?" in page
    assert "<title>\n  Subscribe" in page.replace("  \n", "")
    assert "put right" not in page
    assert not Subscriber.objects.exists()
    fields = {"email": "ada@gmial.com", "asked": "ada@gmial.com", "instead": "1"}
    assert "<strong>ada@gmail.com</strong>" in text_of(visitor.post("/subscribe/", fields))
    fields["keep"] = fields.pop("instead")
    assert "<strong>ada@gmial.com</strong>" in text_of(visitor.post("/subscribe/", fields))


def test_a_page_with_errors_says_so_in_its_title_and_links_to_the_field(visitor: Client) -> None:
    page = text_of(visitor.post("/subscribe/", {"email": "ada@"}))
    assert "Error: Subscribe · Trending Papers" in page
    assert 'href="#id_email"' in page
    assert "Not sent yet." in page


def test_the_page_names_the_sender_and_the_subject(visitor: Client, settings: LazySettings) -> None:
    settings.MAIL_FROM = "Trending Papers <digest@example.org>"
    page = text_of(visitor.post("/subscribe/", {"email": ADA}))
    assert "digest@example.org" in page
    assert "Confirm your address for Trending Papers" in page


def test_sending_again_keeps_the_choices(visitor: Client) -> None:
    visitor.post("/subscribe/", {"email": ADA, **CHOICES})
    TransactionalMail.objects.update(state=TransactionalMail.State.SENT, sent_at=NOON)
    again = {"email": ADA, "asked": ADA, "again": "1", **CHOICES}
    page = text_of(visitor.post("/subscribe/", again))
    assert "We send the link once more" in page
    assert 'name="hour" value="6"' in page
    drafts = [mail.draft["hour"] for mail in TransactionalMail.objects.all()]
    assert drafts == [6, 6]


def test_sending_again_reveals_nothing_either(visitor: Client) -> None:
    make_addresses()
    with time_machine.travel(NOON, tick=False):
        answers = [
            whole_answer(visitor.post("/subscribe/", {"email": email, "again": "1"}), email)
            for email in list(STATES)[:-1]
            for _ in range(4)
        ]
    assert answers == [answers[0]] * 24


def test_a_wrong_address_is_changed_in_a_filled_form_and_nothing_is_stored(
    visitor: Client,
) -> None:
    fields = {"email": "ada@exmaple.org", "edit": "1", "keywords": "diffusion", **CHOICES}
    answer = visitor.post("/subscribe/", fields)
    page = text_of(answer)
    assert answer.status_code == 200
    assert 'value="ada@exmaple.org"' in page
    assert ">\ndiffusion</textarea>" in page
    assert "put right" not in page
    assert not Subscriber.objects.exists()


def test_the_address_of_the_form_can_name_a_topic(visitor: Client) -> None:
    make_topic("My robotics", slug="my-robotics")
    assert text_of(visitor.get("/subscribe/?topic=my-robotics")).count("checked") == 2
    assert text_of(visitor.get("/subscribe/?topic=%00")).count("checked") == 1


def test_it_says_with_which_topics_and_authors_the_digest_starts(visitor: Client) -> None:
    make_topic("Walking machines", slug="walking")
    said = "Your digest starts with"
    page = text_of(visitor.get("/subscribe/?topic=walking&author=Ada+Lovelace"))
    assert f"{said} <strong>Walking machines, Ada Lovelace</strong>." in page
    assert said not in text_of(visitor.get("/subscribe/"))
    assert said not in text_of(visitor.get("/subscribe/?topic=gone"))
    again = text_of(visitor.post("/subscribe/", {"email": "no", "topic": "walking"}))
    assert f"{said} <strong>Walking machines</strong>." in again


# ── a digest of the choices ──────────────────────────────────────────────────


def test_a_digest_of_the_choices_is_shown_and_nothing_is_stored(visitor: Client) -> None:
    make_daily_edition()
    answer = visitor.post("/subscribe/", {"email": "", "preview": "1", **CHOICES})
    assert answer.status_code == 200
    assert "A paper for you" in text_of(answer)
    assert "put right" not in text_of(answer)
    assert not ConsentEntry.objects.exists()


def test_choices_that_cannot_be_used_show_no_digest(visitor: Client) -> None:
    make_daily_edition()
    fields = {"preview": "1", **CHOICES, "hour": "99"}
    answer = visitor.post("/subscribe/", fields)
    assert answer.status_code == 422
    assert "Please choose one of the options." in text_of(answer)
    assert "A paper for you" not in text_of(answer)
