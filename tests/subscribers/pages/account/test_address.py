"""The pages of a change of address: the same answer for every address, and only buttons act."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.conf import LazySettings
from django.http import HttpResponse
from django.test import Client

from subscribers import tokens
from subscribers.models import AddressChange, Subscriber, Suppression, TransactionalMail
from subscribers.suppress import suppress
from tests.factories import NOON, make_subscriber
from tests.subscribers.page_text import preferences_path, text_of
from tests.subscribers.pages.test_sign_up_views import Commits, queued_tasks
from web.rate_limit import limiter

pytestmark = pytest.mark.django_db
OLD, NEW = "ada@old.example", "ada@new.example"
# Of one length, so that even Content-Length must be equal.
EMAILS = ("unknown0@x.example", "active00@x.example", "left0000@x.example", "bounced0@x.example")


def ask(visitor: Client, ada: Subscriber, email: str = NEW) -> AddressChange:
    answer = visitor.post(f"{preferences_path(ada)}address/", {"email": email})
    assert answer.status_code == 303
    return AddressChange.objects.latest("id")


def link(purpose: tokens.ChangePurpose, change: AddressChange) -> str:
    path = {"move": "new-address", "move_back": "old-address"}[purpose]
    return f"/{path}/{tokens.make_for_change(purpose, change)}/"


def email_of(subscriber: Subscriber) -> str:
    subscriber.refresh_from_db()
    return subscriber.email


# ── asking ───────────────────────────────────────────────────────────────────


def test_asking_shows_what_waits_and_mails_the_new_address(
    visitor: Client, settings: LazySettings, django_capture_on_commit_callbacks: Commits
) -> None:
    ada = make_subscriber(OLD)
    with django_capture_on_commit_callbacks(execute=True):
        ask(visitor, ada)
    assert queued_tasks(settings) == 1
    for part in ("", "address/"):
        assert f"<strong>{NEW}</strong>" in text_of(visitor.get(f"{preferences_path(ada)}{part}"))
    assert email_of(ada) == OLD
    assert TransactionalMail.objects.get().address == NEW


def test_every_address_gets_the_same_answer_byte_for_byte(visitor: Client) -> None:
    make_subscriber(EMAILS[1])
    make_subscriber(EMAILS[2], state=Subscriber.State.UNSUBSCRIBED)
    suppress(make_subscriber(EMAILS[3]), Suppression.Reason.HARD_BOUNCE, now=NOON)
    answers = []
    with time_machine.travel(NOON, tick=False):
        for email in EMAILS:
            path = f"{preferences_path(make_subscriber(OLD))}address/"
            sent = visitor.post(path, {"email": email})
            shown = visitor.get(path)
            assert isinstance(shown, HttpResponse)
            token = path.split("/")[2].encode()
            body = shown.content.replace(email.encode(), b"X").replace(token, b"T")
            headers = {k: v.replace(path, "") for k, v in sent.headers.items()}
            answers.append((sent.status_code, headers, body))
            Subscriber.objects.filter(email=OLD).update(email=f"was.{email}")
    assert answers == [answers[0]] * len(EMAILS)
    kinds = set(TransactionalMail.objects.values_list("kind", "recipient"))
    assert kinds == {("address", EMAILS[0]), ("in_use", ""), ("address", EMAILS[2])}


@pytest.mark.parametrize("email", ["", "ada", "a@b@c", OLD, f" {OLD.upper()} "])
def test_an_address_that_cannot_be_is_refused_beside_its_field(visitor: Client, email: str) -> None:
    ada = make_subscriber(OLD)
    answer = visitor.post(f"{preferences_path(ada)}address/", {"email": email})
    assert answer.status_code == 422
    assert 'href="#id_email"' in text_of(answer)
    assert not AddressChange.objects.exists()


def test_the_fourth_request_of_a_day_says_so(visitor: Client) -> None:
    ada = make_subscriber(OLD)
    for number in range(3):
        ask(visitor, ada, f"ada{number}@new.example")
    answer = visitor.post(f"{preferences_path(ada)}address/", {"email": NEW})
    assert answer.status_code == 429
    assert "three times today" in text_of(answer)


def test_a_network_has_the_limit_of_sign_ups(visitor: Client, settings: LazySettings) -> None:
    settings.SIGN_UP_RATE = "1/hour"
    limiter().storage.reset()
    ada = make_subscriber(OLD)
    ask(visitor, ada)
    answer = visitor.post(f"{preferences_path(ada)}address/", {"email": "b@new.example"})
    assert answer.status_code == 429


def test_a_change_that_waits_is_cancelled_in_one_press(visitor: Client) -> None:
    ada = make_subscriber(OLD)
    change = ask(visitor, ada)
    path = f"{preferences_path(ada)}address/"
    assert visitor.post(path, {"cancel": "1"})["Location"] == f"{path}?done=cancelled"
    assert NEW not in text_of(visitor.get(path))
    answer = visitor.post(link("move", change))
    assert answer.status_code == 409
    assert email_of(ada) == OLD


# ── confirming ───────────────────────────────────────────────────────────────


def test_only_the_button_changes_the_address(visitor: Client) -> None:
    ada = make_subscriber(OLD)
    path = link("move", ask(visitor, ada))
    for method in ("get", "head"):
        assert getattr(visitor, method)(path).status_code == 200
    assert email_of(ada) == OLD
    with time_machine.travel(NOON, tick=False):  # a token holds the second of its making
        page = text_of(visitor.post(link("move", AddressChange.objects.get())))
        assert "Your address is changed" in page
        assert email_of(ada) == NEW
        assert f'href="{preferences_path(ada)}"' in page
    assert "Your address is changed" in text_of(visitor.get(path))


def test_the_page_at_the_new_address_does_not_name_the_old_one(visitor: Client) -> None:
    path = link("move", ask(visitor, make_subscriber(OLD)))
    assert OLD not in text_of(visitor.get(path)) + text_of(visitor.post(path))


def test_the_links_of_the_old_mails_open_nothing(visitor: Client) -> None:
    ada = make_subscriber(OLD)
    before = preferences_path(ada)
    visitor.post(link("move", ask(visitor, ada)))
    answer = visitor.get(before)
    assert answer.status_code == 404
    assert NEW not in text_of(answer)
    assert "If you changed the address" in text_of(answer)


def test_an_address_with_a_digest_of_its_own_says_so(visitor: Client) -> None:
    ada = make_subscriber(OLD)
    change = ask(visitor, ada)
    make_subscriber(NEW)
    answer = visitor.post(link("move", change))
    assert answer.status_code == 409
    assert "gets a digest of its own already" in text_of(answer)
    assert email_of(ada) == OLD


# ── undoing ──────────────────────────────────────────────────────────────────


def test_the_old_address_takes_the_change_back(visitor: Client) -> None:
    ada = make_subscriber(OLD)
    change = ask(visitor, ada)
    visitor.post(link("move", change))
    path = link("move_back", change)
    page = text_of(visitor.get(path))
    assert "Undo the change of address?" in page
    assert NEW not in page
    assert email_of(ada) == NEW
    assert "The change is undone" in text_of(visitor.post(path))
    assert email_of(ada) == OLD
    assert "The change is undone" in text_of(visitor.get(path))


def test_one_link_does_not_do_the_others_work(visitor: Client) -> None:
    change = ask(visitor, make_subscriber(OLD))
    token = tokens.make_for_change("move", change)
    assert visitor.post(f"/old-address/{token}/").status_code == 404
    assert visitor.get(f"/preferences/{token}/").status_code == 404


@pytest.mark.parametrize(
    ("purpose", "days", "code"),
    [("move", 1.9, 200), ("move", 2.1, 410), ("move_back", 13, 409), ("move_back", 15, 410)],
)
def test_links_end(visitor: Client, purpose: tokens.ChangePurpose, days: float, code: int) -> None:
    with time_machine.travel(NOON):
        path = link(purpose, ask(visitor, make_subscriber(OLD)))
    with time_machine.travel(NOON + timedelta(days=days)):
        assert visitor.get(path).status_code == code


@pytest.mark.parametrize("form", ["{}>", "{}=3D", "({})", "{0}/{0}", "{}."])
def test_a_changed_link_is_found(visitor: Client, form: str) -> None:
    ada = make_subscriber(OLD)
    token = tokens.make_for_change("move", ask(visitor, ada))
    assert visitor.post(f"/new-address/{form.format(token)}").status_code == 200
    assert email_of(ada) == NEW


@pytest.mark.parametrize("path", ["/new-address", "/old-address/", "/new-address/5.x.y/"])
def test_a_link_that_cannot_be_repaired_offers_a_new_one(visitor: Client, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 404
    assert 'action="/new-link/"' in text_of(answer)
