"""The sign-up page: the same answer for every address, and nothing stored of a bad one."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import redis
import time_machine
from django.conf import LazySettings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client

from subscribers.models import ConsentEntry, Interest, Subscriber, Suppression, TransactionalMail
from subscribers.pages.honeypot import STAMP, field_names
from subscribers.suppress import suppress
from subscribers.tokens import make
from tests.factories import NOON, make_mail, make_subscriber, make_topic
from tests.subscribers.page_text import ADA, CHOICES, confirm_path, text_of
from web.counters import counts
from web.rate_limit import limiter
from web.stamps import stamp

pytestmark = pytest.mark.django_db
State = Subscriber.State
Commits = Callable[..., AbstractContextManager[list[Callable[[], object]]]]


def queued_tasks(settings: LazySettings) -> int:
    """How many tasks wait in the real queue of the confirmations."""
    with redis.Redis.from_url(settings.REDIS_URL) as server:
        return int(server.llen(f"{settings.REDIS_PREFIX}confirm"))


def begin_task(settings: LazySettings) -> None:
    """What the task does first: the next address has one queued again."""
    with redis.Redis.from_url(settings.REDIS_URL) as server:
        server.delete(f"{settings.REDIS_PREFIX}queued:subscribers.send_waiting")


# ── what is stored ───────────────────────────────────────────────────────────


def test_the_longer_form_shows_the_topics_and_sets_no_cookie(visitor: Client) -> None:
    make_topic("Unheard-of science")
    answer = visitor.get("/subscribe/")
    assert answer.status_code == 200
    assert "Unheard-of science" in text_of(answer)
    assert not answer.cookies


def test_an_address_alone_is_enough(
    visitor: Client, settings: LazySettings, django_capture_on_commit_callbacks: Commits
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = visitor.post("/subscribe/", {"email": " Ada@Example.com "})
    assert answer.status_code == 200
    assert "We sent a link to <strong>ada@example.com</strong>. It works for two days." in text_of(
        answer
    )
    mail = TransactionalMail.objects.get()
    assert (mail.subscriber.email, mail.kind, mail.draft) == (ADA, "confirm", {})
    assert queued_tasks(settings) == 1
    assert not answer.cookies


def test_choices_of_the_form_are_shown_on_the_confirmation_page(visitor: Client) -> None:
    topic = make_topic("My robotics", slug="my-robotics")
    visitor.post("/subscribe/", {"email": ADA, "topics": [topic.slug], **CHOICES})
    page = text_of(visitor.get(confirm_path(Subscriber.objects.get())))
    assert '<option value="Asia/Kolkata" selected>' in page
    assert 'value="my-robotics" id=' in page
    assert page.count("checked") == 2  # the topic and the cadence
    assert "data-guess-timezone" not in page


def test_the_short_form_stores_only_a_zone_that_exists(visitor: Client) -> None:
    visitor.post("/subscribe/", {"email": ADA, "timezone": "Asia/Kolkata"})
    visitor.post("/subscribe/", {"email": "bob@example.com", "timezone": "Mars/Olympus"})
    drafts = TransactionalMail.objects.order_by("id").values_list("draft", flat=True)
    assert list(drafts) == [{"timezone": "Asia/Kolkata"}, {}]


# ── what an answer reveals ───────────────────────────────────────────────────

# Addresses of one length, so that even Content-Length must be equal.
STATES = {
    "unknown0@example.com": "unknown",
    "pending0@example.com": "pending",
    "active00@example.com": "active",
    "removed0@example.com": "unsubscribed",
    "bounced0@example.com": "suppressed with a subscriber",
    "spammed0@example.com": "suppressed without a subscriber",
    "machine0@example.com": "typed by a machine",
}


def make_addresses() -> None:
    """One address in each state, with data that an answer could reveal."""
    make_mail(make_subscriber("pending0@example.com", state=State.PENDING), draft={"hour": 3})
    active = make_subscriber("active00@example.com", cadence="daily", next_send_at=NOON)
    Interest.objects.create(subscriber=active, kind=Interest.Kind.KEYWORD, term="a secret word")
    make_subscriber("removed0@example.com", state=State.UNSUBSCRIBED, unsubscribed_at=NOON)
    bounced = make_subscriber("bounced0@example.com")
    suppress(bounced, Suppression.Reason.HARD_BOUNCE, now=NOON)
    suppress("spammed0@example.com", Suppression.Reason.COMPLAINT, now=NOON)


def whole_answer(answer: HttpResponseBase, email: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body, where only the typed address is replaced."""
    assert isinstance(answer, HttpResponse)
    assert not answer.cookies
    return answer.status_code, dict(answer.headers), answer.content.replace(email.encode(), b"X")


def test_every_address_gets_the_same_answer_byte_for_byte(visitor: Client) -> None:
    make_addresses()
    answers = []
    with time_machine.travel(NOON, tick=False):
        for email, state in STATES.items():
            trap = {field_names()[0]: "spam"} if state == "typed by a machine" else {}
            for _ in range(5):  # the daily limit of an address is 3
                answer = visitor.post("/subscribe/", {"email": email, **trap})
                answers.append(whole_answer(answer, email))
    assert answers == [answers[0]] * 35
    assert answers[0][0] == 200


def test_every_address_gets_the_same_refused_form_byte_for_byte(visitor: Client) -> None:
    make_addresses()
    bad = {**CHOICES, "timezone": "Mars/Olympus"}
    with time_machine.travel(NOON, tick=False):
        answers = [
            whole_answer(visitor.post("/subscribe/", {"email": email, **bad}), email)
            for email in list(STATES)[:-1]
        ]
    assert answers == [answers[0]] * 6
    assert answers[0][0] == 422


def test_a_task_is_queued_for_every_address(
    visitor: Client, settings: LazySettings, django_capture_on_commit_callbacks: Commits
) -> None:
    make_addresses()
    lengths = []
    for email in list(STATES)[:-1]:
        with django_capture_on_commit_callbacks(execute=True):
            visitor.post("/subscribe/", {"email": email})
        lengths.append(queued_tasks(settings))
        begin_task(settings)
    assert lengths == [1, 2, 3, 4, 5, 6]


# ── what is refused ──────────────────────────────────────────────────────────


def test_a_bad_address_is_shown_again_with_the_choices(visitor: Client) -> None:
    topic = make_topic()
    answer = visitor.post("/subscribe/", {"email": "ada@", "topics": [topic.slug], **CHOICES})
    page = text_of(answer)
    assert answer.status_code == 422
    assert 'value="ada@"' in page
    assert 'class="errorlist"' in page
    assert '<option value="Asia/Kolkata" selected>' in page
    assert not Subscriber.objects.exists()


def test_bad_choices_store_nothing(visitor: Client) -> None:
    answer = visitor.post("/subscribe/", {"email": ADA, **CHOICES, "timezone": "Mars/Olympus"})
    assert answer.status_code == 422
    assert "“Mars/Olympus” is not a time zone" in text_of(answer)
    assert f'value="{ADA}"' in text_of(answer)
    assert not Subscriber.objects.exists()
    assert not ConsentEntry.objects.exists()


def test_a_filled_honeypot_without_a_form_stores_nothing(visitor: Client) -> None:
    answer = visitor.post("/subscribe/", {"email": ADA, field_names()[0]: "http://spam.example"})
    assert answer.status_code == 200
    assert "Check your inbox" in text_of(answer)
    assert not Subscriber.objects.exists()
    assert not ConsentEntry.objects.exists()
    assert not TransactionalMail.objects.exists()
    assert counts("sign_ups") == {"dropped as a machine": 1}


def test_a_browser_that_fills_the_honeypot_signs_its_reader_up(visitor: Client) -> None:
    form = {STAMP: stamp(time.time() - 5), field_names()[0]: "https://ada.example"}
    answer = visitor.post("/subscribe/", {"email": ADA, **form})
    assert answer.status_code == 200
    assert TransactionalMail.objects.get().subscriber.email == ADA


def test_who_fills_it_within_seconds_is_asked_again_and_not_dropped(visitor: Client) -> None:
    form = {STAMP: stamp(time.time()), field_names()[0]: "https://ada.example"}
    answer = visitor.post("/subscribe/", {"email": ADA, **form})
    assert answer.status_code == 422
    assert "press Subscribe once more" in text_of(answer)
    assert f'value="{ADA}"' in text_of(answer)
    assert not Subscriber.objects.exists()
    assert counts("sign_ups") == {"asked again": 1}


def test_a_form_of_another_site_signs_nobody_up(visitor: Client) -> None:
    headers = {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}
    answer = visitor.post("/subscribe/", {"email": ADA}, headers=headers)
    assert answer.status_code == 403
    assert "sent from a page of another site" in text_of(answer)
    assert not Subscriber.objects.exists()
    assert counts("cross_site_posts") == {"refused": 1}
    assert visitor.get("/subscribe/", headers=headers).status_code == 200


def test_an_address_is_shown_as_text_and_not_as_markup(visitor: Client) -> None:
    answer = visitor.post("/subscribe/", {"email": "<b>x", field_names()[0]: "a machine"})
    assert b"<b>x" not in answer.content
    assert b"&lt;b&gt;x" in answer.content


# ── the limit by network ─────────────────────────────────────────────────────


def sign_ups(visitor: Client, count: int, ip: str = "192.0.2.1") -> list[HttpResponseBase]:
    return [
        visitor.post("/subscribe/", {"email": f"reader{number}@example.com"}, REMOTE_ADDR=ip)
        for number in range(count)
    ]


def test_a_network_has_a_limit_of_sign_ups(visitor: Client, settings: LazySettings) -> None:
    settings.SIGN_UP_RATE = "2/hour"
    answers = sign_ups(visitor, 3)
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert Subscriber.objects.count() == 2
    assert "try again in an hour" in text_of(answers[2])


def test_the_limit_of_one_network_is_not_that_of_another(
    visitor: Client, settings: LazySettings
) -> None:
    settings.SIGN_UP_RATE = "2/hour"
    sign_ups(visitor, 3)
    [answer] = sign_ups(visitor, 1, ip="192.0.2.2")
    assert answer.status_code == 200


def test_without_redis_there_is_no_limit_by_network(
    visitor: Client, settings: LazySettings
) -> None:
    settings.SIGN_UP_RATE = "2/hour"
    working = settings.RATE_LIMIT_STORAGE
    settings.RATE_LIMIT_STORAGE = "redis://127.0.0.1:1/0"
    limiter.cache_clear()
    try:
        answers = sign_ups(visitor, 4)
    finally:
        settings.RATE_LIMIT_STORAGE = working
        limiter.cache_clear()
    assert [answer.status_code for answer in answers] == [200] * 4
    assert TransactionalMail.objects.count() == 4


def test_a_mail_above_the_rate_of_the_site_comes_later_and_the_page_says_so(
    visitor: Client, settings: LazySettings
) -> None:
    settings.SIGN_UP_RATE_SITE = "2/hour"
    with time_machine.travel(NOON, tick=False):
        answers = sign_ups(visitor, 3)
    assert "minutes to leave" not in text_of(answers[1])
    assert "so the mail may take 30 minutes to leave" in text_of(answers[2])
    due = list(TransactionalMail.objects.order_by("id").values_list("next_attempt_at", flat=True))
    assert [round((one - NOON).total_seconds() / 60) for one in due] == [0, 0, 30]


def test_the_rates_guard_the_way_back_too(visitor: Client, settings: LazySettings) -> None:
    settings.SIGN_UP_RATE = "1/hour"
    gone = make_subscriber(ADA, state=State.UNSUBSCRIBED, unsubscribed_at=NOON)
    sign_ups(visitor, 1, ip="192.0.2.9")
    path = f"/preferences/{make('preferences', gone)}/come-back/"
    assert visitor.post(path, REMOTE_ADDR="192.0.2.9").status_code == 429
    assert visitor.post(path, REMOTE_ADDR="192.0.2.10").status_code == 200


def test_a_sign_up_with_words_shows_what_they_stand_for(visitor: Client) -> None:
    typed = {**CHOICES, "email": ADA, "muted": "fine-tuning"}
    page = text_of(visitor.post("/subscribe/", typed))
    assert "Check your inbox" in page
    assert ">also fine tuning, finetuning<" in page
    assert "What we look for" not in text_of(visitor.post("/subscribe/", {"email": ADA}))
