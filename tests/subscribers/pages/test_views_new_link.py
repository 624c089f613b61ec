"""The page that mails new links: the same answer for every address, and the limits of a sign-up."""

from __future__ import annotations

import pytest
import time_machine
from django.conf import LazySettings
from django.test import Client

from subscribers import tokens
from subscribers.models import ConsentEntry, Subscriber, Suppression, TransactionalMail
from subscribers.suppress import suppress
from tests.factories import NOON, make_subscriber
from tests.subscribers.page_text import ADA, text_of
from tests.subscribers.pages.test_sign_up_views import Commits, begin_task, queued_tasks
from web.rate_limit import limiter

pytestmark = pytest.mark.django_db
State = Subscriber.State
EMAILS = ("active00@x.example", "unknown0@x.example", "left0000@x.example", "bounced0@x.example")


@pytest.fixture
def addresses() -> None:
    make_subscriber(EMAILS[0])
    make_subscriber(EMAILS[2], state=State.UNSUBSCRIBED)
    suppress(make_subscriber(EMAILS[3]), Suppression.Reason.HARD_BOUNCE, now=NOON)


def test_it_asks_for_an_address(visitor: Client) -> None:
    answer = visitor.get("/new-link/")
    assert answer.status_code == 200
    assert 'action="/new-link/"' in text_of(answer)
    assert not ConsentEntry.objects.exists()


@pytest.mark.usefixtures("addresses")
def test_every_address_gets_the_same_answer_byte_for_byte(visitor: Client) -> None:
    answers = []
    with time_machine.travel(NOON, tick=False):
        for email in EMAILS:
            for _ in range(5):
                answer = visitor.post("/new-link/", {"email": email})
                body = answer.content.replace(email.encode(), b"X")
                answers.append((answer.status_code, dict(answer.headers), body))
    assert answers == [answers[0]] * 20
    assert answers[0][0] == 200
    mails = TransactionalMail.objects.values_list("subscriber__email", "kind")
    assert list(mails) == [(EMAILS[0], "link")]  # while it waits, no second one is queued


@pytest.mark.usefixtures("addresses")
def test_a_task_is_queued_for_every_address(
    visitor: Client, settings: LazySettings, django_capture_on_commit_callbacks: Commits
) -> None:
    lengths = []
    for email in EMAILS:
        with django_capture_on_commit_callbacks(execute=True):
            visitor.post("/new-link/", {"email": email})
        lengths.append(queued_tasks(settings))
        begin_task(settings)
    assert lengths == [1, 2, 3, 4]


@pytest.mark.parametrize("email", ["", "ada@", "a b@c.d", "\0@x.y", "a@" + "x" * 300])
def test_a_bad_address_is_refused(visitor: Client, email: str) -> None:
    answer = visitor.post("/new-link/", {"email": email})
    assert answer.status_code == 422
    assert 'role="alert"' in text_of(answer)
    assert not ConsentEntry.objects.exists()


def test_a_network_has_the_limit_of_sign_ups(visitor: Client, settings: LazySettings) -> None:
    settings.SIGN_UP_RATE = "2/hour"
    limiter().storage.reset()
    codes = [visitor.post("/new-link/", {"email": ADA}).status_code for _ in range(2)]
    codes.append(visitor.post("/subscribe/", {"email": ADA}).status_code)
    codes.append(visitor.post("/new-link/", {"email": ADA}).status_code)
    assert codes == [200, 200, 429, 429]


def signed(path: str, purpose: tokens.Purpose = "preferences") -> tuple[str, Subscriber]:
    subscriber = make_subscriber(ADA, next_send_at=NOON)
    return path.format(tokens.make(purpose, subscriber)), subscriber


@pytest.mark.parametrize(
    "path",
    [
        *("/preferences/{}/", "/preferences/{}", "/preferences/{}.", "/preferences/{}%3E/"),
        *("/preferences/{}=3D/", "/preferences//{}/", "/Preferences/{}/", "/preferences/{}%20/"),
    ],
)
def test_a_changed_link_to_the_preferences_opens_them(visitor: Client, path: str) -> None:
    changed, subscriber = signed(path)
    answer = visitor.get(changed)
    assert answer.status_code == 200
    assert subscriber.email in text_of(answer)


@pytest.mark.parametrize(
    "path",
    [
        *("{}/unsubscribe/", "{}/unsubscribe", "{}>/unsubscribe/", "{}/unsubscribe."),
        *("{}/unsubscribe/>", "{}/UNSUBSCRIBE/", "{}/unsubscribe%20", "/{}/unsubscribe/"),
    ],
)
def test_a_post_to_a_changed_link_unsubscribes(visitor: Client, path: str) -> None:
    changed, subscriber = signed(f"/preferences/{path}")
    assert visitor.post(changed).status_code == 200
    subscriber.refresh_from_db()
    assert subscriber.state == State.UNSUBSCRIBED


@pytest.mark.parametrize("path", ["/confirm/{}", "/confirm/{}>", "/confirm/{}%0A/", "/CONFIRM/{}/"])
def test_a_post_to_a_changed_link_confirms(visitor: Client, path: str) -> None:
    subscriber = make_subscriber(ADA, state=State.PENDING)
    assert visitor.post(path.format(tokens.make("confirm", subscriber))).status_code == 303
    subscriber.refresh_from_db()
    assert subscriber.state == State.ACTIVE


@pytest.mark.parametrize(
    ("path", "action"),
    [
        *(("/preferences", "/new-link/"), ("/preferences/", "/new-link/")),
        *(("/preferences/5.x", "/new-link/"), ("/preferences//unsubscribe/", "/new-link/")),
        *(("/feeds/mine", "/new-link/"), ("/feeds/mine/", "/new-link/")),
        *(("/feeds/mine/5.x.atom", "/new-link/"), ("/feeds/mine/%00", "/new-link/")),
        *(("/confirm", "/subscribe/"), ("/confirm/", "/subscribe/"), ("/confirm/%", "/subscribe/")),
    ],
)  # fmt: skip
def test_a_link_that_cannot_be_repaired_offers_a_new_one(
    visitor: Client, path: str, action: str
) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 404
    assert f'action="{action}"' in text_of(answer)


def test_every_missing_page_leads_to_new_links(visitor: Client) -> None:
    assert 'href="/new-link/"' in text_of(visitor.get("//u/no-such-page"))


def test_a_mistyped_address_is_asked_about(visitor: Client) -> None:
    page = text_of(visitor.post("/new-link/", {"email": "ada@gmial.com"}))
    assert "Did you mean ada@gmail.com?" in page
    asked = {"email": "ada@gmial.com", "asked": "ada@gmial.com"}
    assert "<strong>ada@gmial.com</strong>" in text_of(visitor.post("/new-link/", asked))
    asked["instead"] = "1"
    assert "<strong>ada@gmail.com</strong>" in text_of(visitor.post("/new-link/", asked))


def test_a_page_with_an_error_says_so_in_its_title(visitor: Client) -> None:
    page = text_of(visitor.post("/new-link/", {"email": "ada@"}))
    assert "Error: A new link" in page
    assert 'href="#id_email"' in page
