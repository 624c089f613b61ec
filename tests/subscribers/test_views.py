"""The pages, as a browser without JavaScript and without cookies sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.conf import LazySettings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client
from django.utils import timezone

from subscribers import tasks, tokens, wishes
from subscribers.models import ConsentEntry, Subscriber, Suppression, TransactionalMail
from subscribers.suppress import suppress
from subscribers.wishes import Preferences
from tests.factories import NOON, make_mail, make_subscriber, make_topic
from web.rate_limit import limiter

pytestmark = pytest.mark.django_db
State = Subscriber.State
Commits = Callable[..., AbstractContextManager[list[Callable[[], object]]]]
ADA = "ada@example.com"
CHOICES = {
    "cadence": "daily",
    "weekday": "4",
    "hour": "6",
    "timezone": "Asia/Kolkata",
    "digest_size": "5",
}


@pytest.fixture
def client() -> Client:
    return Client(enforce_csrf_checks=True)  # the pages must not need a cookie


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How often the task was queued; no worker runs here."""
    calls: list[int] = []
    monkeypatch.setattr(tasks, "enqueue", lambda: calls.append(1))
    return calls


@pytest.fixture(autouse=True)
def unlimited(settings: LazySettings) -> Iterator[None]:
    settings.SIGN_UP_RATE = "1000/hour"
    yield
    limiter().storage.reset()


def text_of(answer: HttpResponseBase) -> str:
    assert isinstance(answer, HttpResponse)
    return unescape(answer.content.decode())


def confirm_path(reader: Subscriber) -> str:
    return f"/confirm/{tokens.make('confirm', reader)}/"


def preferences_path(reader: Subscriber) -> str:
    return f"/preferences/{tokens.make('preferences', reader)}/"


def pending(email: str = ADA) -> Subscriber:
    return make_subscriber(email, state=State.PENDING)


# ── signing up ───────────────────────────────────────────────────────────────


def test_the_long_form_shows_the_topics_and_sets_no_cookie(client: Client) -> None:
    make_topic("Unheard-of science")
    answer = client.get("/subscribe/")
    assert answer.status_code == 200
    assert "Unheard-of science" in text_of(answer)
    assert not answer.cookies


def test_an_address_alone_is_enough(
    client: Client, queued: list[int], django_capture_on_commit_callbacks: Commits
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/subscribe/", {"email": " Ada@Example.com "})
    assert answer.status_code == 200
    assert "We sent a link to <strong>ada@example.com</strong>. It works for two days." in text_of(
        answer
    )
    mail = TransactionalMail.objects.get()
    assert (mail.subscriber.email, mail.kind, mail.draft) == (ADA, "confirm", {})
    assert queued == [1]
    assert not answer.cookies


def test_choices_typed_with_the_address_wait_on_the_confirmation_page(client: Client) -> None:
    topic = make_topic("My robotics", slug="my-robotics")
    client.post("/subscribe/", {"email": ADA, "topics": [topic.slug], **CHOICES})
    page = text_of(client.get(confirm_path(Subscriber.objects.get())))
    assert '<option value="Asia/Kolkata" selected>' in page
    assert 'value="my-robotics" id=' in page
    assert page.count("checked") == 2  # the topic and the cadence
    assert "data-guess-timezone" not in page


def test_a_zone_guessed_by_a_short_form_waits_too(client: Client) -> None:
    client.post("/subscribe/", {"email": ADA, "timezone": "Asia/Kolkata"})
    client.post("/subscribe/", {"email": "bob@example.com", "timezone": "Mars/Olympus"})
    drafts = TransactionalMail.objects.order_by("id").values_list("draft", flat=True)
    assert list(drafts) == [{"timezone": "Asia/Kolkata"}, {}]


def test_the_answer_is_the_same_for_every_address(client: Client, queued: list[int]) -> None:
    make_subscriber("active@example.com")
    make_subscriber("pending@example.com", state=State.PENDING)
    make_subscriber("left@example.com", state=State.UNSUBSCRIBED)
    suppress(
        make_subscriber("bounced@example.com"), Suppression.Reason.HARD_BOUNCE, now=timezone.now()
    )
    suppress("complained@example.com", Suppression.Reason.COMPLAINT, now=timezone.now())
    answers = set()
    for name in ("new", "active", "pending", "left", "bounced", "complained"):
        for _ in range(5):  # beyond the daily limit of an address, too
            answer = client.post("/subscribe/", {"email": f"{name}@example.com"})
            body = answer.content.decode().replace(f"{name}@example.com", "…")
            headers = tuple(sorted((key, value) for key, value in answer.headers.items()))
            answers.add((answer.status_code, body, str(headers)))
    assert len({(status, body) for status, body, _ in answers}) == 1


def test_the_task_is_queued_for_every_address_alike(
    client: Client, queued: list[int], django_capture_on_commit_callbacks: Commits
) -> None:
    suppress("complained@example.com", Suppression.Reason.COMPLAINT, now=timezone.now())
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/subscribe/", {"email": "complained@example.com"})
        client.post("/subscribe/", {"email": "new@example.com"})
    assert queued == [1, 1]


def test_a_bad_address_comes_back_with_what_was_typed(client: Client) -> None:
    topic = make_topic()
    answer = client.post("/subscribe/", {"email": "ada@", "topics": [topic.slug], **CHOICES})
    page = text_of(answer)
    assert answer.status_code == 422
    assert 'value="ada@"' in page
    assert 'class="errorlist"' in page
    assert '<option value="Asia/Kolkata" selected>' in page
    assert not Subscriber.objects.exists()


def test_bad_choices_store_nothing(client: Client) -> None:
    answer = client.post("/subscribe/", {"email": ADA, **CHOICES, "timezone": "Mars/Olympus"})
    assert answer.status_code == 422
    assert "“Mars/Olympus” is not a time zone" in text_of(answer)
    assert f'value="{ADA}"' in text_of(answer)
    assert not Subscriber.objects.exists()


def test_a_machine_is_answered_like_everyone_and_nothing_is_stored(client: Client) -> None:
    answer = client.post("/subscribe/", {"email": ADA, "website": "http://spam.example"})
    assert answer.status_code == 200
    assert "Check your inbox" in text_of(answer)
    assert not Subscriber.objects.exists()
    assert not ConsentEntry.objects.exists()


def test_an_address_is_shown_as_text_and_never_as_markup(client: Client) -> None:
    answer = client.post("/subscribe/", {"email": "<b>x", "website": "a machine"})
    assert b"<b>x" not in answer.content


def test_a_network_in_a_hurry_is_asked_to_wait(client: Client, settings: LazySettings) -> None:
    settings.SIGN_UP_RATE = "2/hour"
    answers = [
        client.post("/subscribe/", {"email": f"reader{number}@example.com"}) for number in range(3)
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert Subscriber.objects.count() == 2
    assert "try again in an hour" in text_of(answers[2])


def test_sign_up_works_while_redis_is_down(client: Client, settings: LazySettings) -> None:
    working = settings.RATE_LIMIT_STORAGE
    settings.RATE_LIMIT_STORAGE = "redis://127.0.0.1:1/0"
    limiter.cache_clear()
    try:
        answer = client.post("/subscribe/", {"email": ADA})
    finally:
        settings.RATE_LIMIT_STORAGE = working
        limiter.cache_clear()
    assert answer.status_code == 200
    assert TransactionalMail.objects.count() == 1


# ── confirming ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_at_the_confirmation_page_confirms_nothing(client: Client, method: str) -> None:
    reader = pending()
    answer = getattr(client, method)(confirm_path(reader))
    assert answer.status_code == 200
    reader.refresh_from_db()
    assert reader.state == State.PENDING
    assert not ConsentEntry.objects.exists()


def test_the_button_confirms_and_the_page_names_the_first_digest(client: Client) -> None:
    topic = make_topic()
    reader = pending()
    with time_machine.travel("2026-11-23 12:00:00+00:00"):
        path = confirm_path(reader)
        answer = client.post(path, {**CHOICES, "topics": [topic.slug]})
        assert (answer.status_code, answer["Location"]) == (303, path)
        page = " ".join(text_of(client.get(path)).split())
    assert "Your first digest comes on" in page
    assert ">Tuesday, 24 November 2026, at 06:00</time></strong> (Asia/Kolkata time)" in page
    reader.refresh_from_db()
    assert reader.state == State.ACTIVE
    assert wishes.of_reader(reader) == Preferences(
        cadence="daily",
        hour=6,
        timezone="Asia/Kolkata",
        digest_size=5,
        topics=frozenset({topic.slug}),
    )


def test_a_zone_is_named_as_people_write_it(client: Client) -> None:
    reader = make_subscriber(timezone="America/New_York", next_send_at=NOON)
    assert "08:00</time></strong> (America/New York time)" in " ".join(
        text_of(client.get(preferences_path(reader))).split()
    )


def test_the_button_alone_takes_the_draft(client: Client) -> None:
    reader = pending()
    make_mail(reader, draft=Preferences(cadence="daily", hour=6).as_json())
    assert client.post(confirm_path(reader)).status_code == 303
    reader.refresh_from_db()
    assert (reader.state, reader.cadence, reader.hour) == (State.ACTIVE, "daily", 6)


def test_pressing_twice_is_once(client: Client) -> None:
    reader = pending()
    path = confirm_path(reader)
    client.post(path)
    answer = client.post(path, CHOICES)
    assert "You are subscribed" in text_of(answer)
    reader.refresh_from_db()
    assert reader.cadence == "weekly"
    assert ConsentEntry.objects.count() == 1


def test_bad_choices_confirm_nothing_and_say_so(client: Client) -> None:
    reader = pending()
    answer = client.post(confirm_path(reader), {**CHOICES, "hour": "25"})
    assert answer.status_code == 422
    assert "Not confirmed yet" in text_of(answer)
    reader.refresh_from_db()
    assert reader.state == State.PENDING


def test_the_browser_may_guess_the_zone_of_who_chose_none(client: Client) -> None:
    page = text_of(client.get(confirm_path(pending())))
    assert "data-guess-timezone" in page
    assert "<script src=" in page


def test_an_expired_link_says_so_and_offers_another(client: Client) -> None:
    with time_machine.travel(NOON):
        path = confirm_path(pending())
    with time_machine.travel(NOON + timedelta(days=2, seconds=2)):
        answers = [client.get(path), client.post(path)]
    for answer in answers:
        assert answer.status_code == 410
        assert "This link has expired" in text_of(answer)
        assert 'action="/subscribe/"' in text_of(answer)
    assert Subscriber.objects.get().state == State.PENDING


@pytest.mark.parametrize(
    "path", ["/confirm/{}/", "/preferences/{}/", "/preferences/{}/unsubscribe/"]
)
@pytest.mark.parametrize("token", ["rubbish", "1.2.3", "9" * 300])
def test_a_tampered_link_is_a_clear_page(client: Client, path: str, token: str) -> None:
    for answer in (client.get(path.format(token)), client.post(path.format(token))):
        assert answer.status_code == 404
        assert "This link does not work" in text_of(answer)


def test_an_old_confirmation_mail_brings_nobody_back_who_has_left(client: Client) -> None:
    reader = pending()
    path = confirm_path(reader)
    client.post(path)
    reader.refresh_from_db()
    client.post(f"{preferences_path(reader)}unsubscribe/")
    assert client.post(path).status_code == 404
    reader.refresh_from_db()
    assert reader.state == State.UNSUBSCRIBED


def test_an_address_suppressed_meanwhile_is_told_so(client: Client) -> None:
    reader = pending()
    suppress(reader, Suppression.Reason.HARD_BOUNCE, now=timezone.now())
    answer = client.post(confirm_path(reader))
    assert answer.status_code == 409
    assert f"We cannot write to {ADA}" in text_of(answer)


# ── choosing ─────────────────────────────────────────────────────────────────


def test_the_preference_page_changes_everything(client: Client) -> None:
    topic = make_topic()
    reader = make_subscriber()
    path = preferences_path(reader)
    words = {"keywords": "diffusion", "authors": "Ada Lovelace", "muted": "survey\ncrypto"}
    answer = client.post(path, {**CHOICES, **words, "topics": [topic.slug]})
    assert (answer.status_code, answer["Location"]) == (303, f"{path}?saved")
    reader.refresh_from_db()
    assert wishes.of_reader(reader) == Preferences(
        cadence="daily",
        hour=6,
        timezone="Asia/Kolkata",
        digest_size=5,
        topics=frozenset({topic.slug}),
        keywords=("diffusion",),
        authors=("Ada Lovelace",),
        muted=("survey", "crypto"),
    )
    assert reader.next_send_at
    page = text_of(client.get(f"{path}?saved"))
    assert "Saved." in page
    assert "survey\ncrypto</textarea>" in page


def test_looking_at_the_preference_page_changes_nothing(client: Client) -> None:
    reader = make_subscriber()
    before = Subscriber.objects.values().get()
    assert client.get(preferences_path(reader)).status_code == 200
    assert client.head(preferences_path(reader)).status_code == 200
    assert Subscriber.objects.values().get() == before


def test_bad_preferences_are_kept_on_the_page_and_not_stored(client: Client) -> None:
    reader = make_subscriber()
    answer = client.post(
        preferences_path(reader), {**CHOICES, "timezone": "Mars/Olympus", "keywords": "diffusion"}
    )
    assert answer.status_code == 422
    assert "Nothing was saved" in text_of(answer)
    assert "diffusion</textarea>" in text_of(answer)
    reader.refresh_from_db()
    assert reader.timezone == "UTC"


def test_pages_behind_a_link_are_kept_nowhere_and_set_no_cookie(client: Client) -> None:
    reader = make_subscriber()
    for path in (preferences_path(reader), confirm_path(reader)):
        answer = client.get(path)
        assert "no-store" in answer["Cache-Control"]
        assert '<meta name="robots" content="noindex">' in text_of(answer)
        assert answer["Referrer-Policy"] == "same-origin"
        assert not answer.cookies


# ── leaving and coming back ──────────────────────────────────────────────────


def test_leaving_takes_a_button(client: Client) -> None:
    reader = make_subscriber(next_send_at=NOON)
    path = f"{preferences_path(reader)}unsubscribe/"
    assert "Unsubscribe?" in text_of(client.get(path))
    reader.refresh_from_db()
    assert reader.state == State.ACTIVE
    for _ in range(2):
        answer = client.post(path)
        assert answer.status_code == 200
        assert "No further digest will come" in text_of(answer)
    reader.refresh_from_db()
    assert (reader.state, reader.next_send_at) == (State.UNSUBSCRIBED, None)
    assert ConsentEntry.objects.get().step == ConsentEntry.Step.UNSUBSCRIBED


def test_the_way_back_asks_for_a_new_confirmation(client: Client) -> None:
    reader = make_subscriber(cadence="daily")
    path = preferences_path(reader)
    client.post(f"{path}unsubscribe/")
    assert f'action="{path}come-back/"' in text_of(client.get(path))
    assert "Check your inbox" in text_of(client.post(f"{path}come-back/"))
    reader.refresh_from_db()
    assert reader.state == State.UNSUBSCRIBED
    assert reader.mails.get().kind == "confirm"
    assert client.post(confirm_path(reader)).status_code == 303
    reader.refresh_from_db()
    assert (reader.state, reader.cadence) == (State.ACTIVE, "daily")


def test_who_never_left_has_nowhere_to_come_back_from(client: Client) -> None:
    reader = make_subscriber()
    path = preferences_path(reader)
    answer = client.post(f"{path}come-back/")
    assert (answer.status_code, answer["Location"]) == (303, path)
    assert client.get(f"{path}come-back/").status_code == 303
    assert not reader.mails.exists()


def test_a_suppressed_reader_cannot_change_a_thing(client: Client) -> None:
    reader = make_subscriber()
    suppress(reader, Suppression.Reason.COMPLAINT, now=timezone.now())
    path = preferences_path(reader)
    for answer in (
        client.get(path),
        client.post(path, CHOICES),
        client.post(f"{path}unsubscribe/"),
    ):
        assert answer.status_code == 409
    client.post(f"{path}come-back/")
    assert not reader.mails.exists()


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(client: Client, method: str) -> None:
    reader = make_subscriber()
    for path in ("/subscribe/", confirm_path(reader), preferences_path(reader)):
        assert getattr(client, method)(path).status_code == 405
