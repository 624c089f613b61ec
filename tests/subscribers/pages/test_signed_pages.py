"""Pages behind a signed link: the link authorises, and nothing else does."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus

import pytest
import time_machine
from django.conf import LazySettings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from subscribers import tokens
from subscribers.models import Subscriber
from subscribers.pages.signed_pages import preferences_url, public_page, signed_page
from subscribers.privacy import erase
from tests.factories import NOON, make_subscriber
from tests.subscribers.page_text import ADA, confirm_path, text_of

pytestmark = pytest.mark.django_db
PATHS = ["/confirm/{}/", "/preferences/{}/", "/preferences/{}/unsubscribe/"]


@signed_page("feed")
def feed_page(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    return HttpResponse(f"{subscriber.email} {token}")


def test_the_view_gets_the_subscriber_and_the_token() -> None:
    token = tokens.make("feed", make_subscriber(ADA))
    answer = feed_page(RequestFactory().get("/"), token)
    assert answer.content.decode() == f"{ADA} {token}"


def test_a_subscriber_who_is_erased_meanwhile_is_not_found() -> None:
    @signed_page("feed")
    def slow_page(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
        erase(Subscriber.objects.get())
        with transaction.atomic():
            subscriber.lock()
        raise AssertionError("there is nothing to lock")

    token = tokens.make("feed", make_subscriber(ADA))
    assert slow_page(RequestFactory().post("/"), token).status_code == HTTPStatus.NOT_FOUND


def test_a_token_of_another_purpose_is_not_found() -> None:
    token = tokens.make("confirm", make_subscriber(ADA))
    answer = feed_page(RequestFactory().get("/"), token)
    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert ADA.encode() not in answer.content


def test_an_expired_confirmation_link_is_gone(visitor: Client, settings: LazySettings) -> None:
    settings.CONFIRM_DAYS = 1
    with time_machine.travel(NOON):
        path = confirm_path(make_subscriber(ADA))
    with time_machine.travel(NOON + timedelta(hours=23)):
        assert visitor.get(path).status_code == HTTPStatus.OK
    with time_machine.travel(NOON + timedelta(days=1, seconds=2)):
        answer = visitor.get(path)
    assert answer.status_code == HTTPStatus.GONE
    assert "work for one day" in text_of(answer)
    assert ADA not in text_of(answer)


def test_other_links_do_not_expire() -> None:
    with time_machine.travel(NOON):
        token = tokens.make("feed", make_subscriber(ADA))
    with time_machine.travel(NOON + timedelta(days=3650)):
        answer = feed_page(RequestFactory().get("/"), token)
    assert answer.status_code == HTTPStatus.OK


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("token", ["rubbish", "1.2.3", "9" * 300])
def test_an_invalid_link_gets_a_clear_page(visitor: Client, path: str, token: str) -> None:
    for answer in (visitor.get(path.format(token)), visitor.post(path.format(token))):
        assert answer.status_code == 404
        assert "This link does not work" in text_of(answer)


@pytest.mark.parametrize("path", PATHS)
def test_a_forged_link_to_a_real_subscriber_reveals_nothing(visitor: Client, path: str) -> None:
    subscriber = make_subscriber(ADA)
    forged = path.format(f"{subscriber.pk}.1tnyEc.{'A' * 43}")
    unknown = path.format(f"{subscriber.pk + 1}.1tnyEc.{'A' * 43}")
    with time_machine.travel(NOON, tick=False):
        real, none = visitor.get(forged), visitor.get(unknown)
    assert (real.status_code, real.content) == (none.status_code, none.content)
    assert dict(real.headers) == dict(none.headers)
    assert ADA not in text_of(real)


def test_a_public_page_needs_no_csrf_token_and_no_cache() -> None:
    page = public_page(lambda _request: HttpResponse("done"))
    answer = page(RequestFactory(enforce_csrf_checks=True).post("/"))
    assert answer.content == b"done"
    assert "no-store" in answer["Cache-Control"]
    assert page(RequestFactory().put("/")).status_code == HTTPStatus.METHOD_NOT_ALLOWED


def test_the_preference_url_opens_the_page_of_its_subscriber(visitor: Client) -> None:
    make_subscriber()
    page = text_of(visitor.get(preferences_url(make_subscriber(ADA, next_send_at=NOON))))
    assert "Your digest" in page
    assert ADA in page
