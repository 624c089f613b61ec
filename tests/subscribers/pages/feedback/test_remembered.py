"""The cookie of a browser that remembers its reader: what it proves, and when it ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.http import HttpResponse
from django.test import RequestFactory
from pytest_django import Settings

from subscribers import tokens
from subscribers.account.feed_address import renew_feed
from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry, Subscriber
from subscribers.pages.feedback.remembered import forget, remember, remembered
from subscribers.privacy import erase
from subscribers.unsubscribe import unsubscribe
from tests.factories import NOON, make_subscriber

pytestmark = pytest.mark.django_db


def cookie_for(reader: Subscriber) -> str:
    answer = HttpResponse()
    remember(answer, reader)
    return answer.cookies["reader"].value


def reader_of(cookie: str) -> Subscriber | None:
    request = RequestFactory().get("/")
    request.COOKIES["reader"] = cookie
    return remembered(request)


def test_a_browser_without_the_cookie_remembers_nobody() -> None:
    assert remembered(RequestFactory().get("/")) is None


def test_the_cookie_names_its_reader() -> None:
    ada, _bob = make_subscriber(), make_subscriber()
    assert reader_of(cookie_for(ada)) == ada


@pytest.mark.parametrize("is_https", [True, False])
def test_scripts_and_other_sites_do_not_get_it(settings: Settings, is_https: bool) -> None:
    settings.SESSION_COOKIE_SECURE = is_https
    answer = HttpResponse()
    remember(answer, make_subscriber())
    cookie = answer.cookies["reader"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 15_552_000)
    assert bool(cookie["secure"]) == is_https


def test_it_ends_after_half_a_year_even_where_the_browser_keeps_it() -> None:
    ada = make_subscriber()
    with time_machine.travel(NOON, tick=False) as clock:
        cookie = cookie_for(ada)
        clock.shift(timedelta(days=180))
        assert reader_of(cookie) == ada
        clock.shift(timedelta(seconds=1))
        assert reader_of(cookie) is None


def test_a_new_feed_address_ends_it() -> None:
    ada = make_subscriber()
    cookie = cookie_for(ada)
    renew_feed(ada, NOON)
    assert reader_of(cookie) is None
    assert reader_of(cookie_for(ada)) == ada


def test_a_change_of_address_ends_it() -> None:
    ada = make_subscriber()
    cookie = cookie_for(ada)
    Subscriber.objects.update(email="new@example.com")
    assert reader_of(cookie) is None


def test_leaving_ends_it_and_coming_back_does_not_bring_it_back() -> None:
    ada = make_subscriber()
    cookie = cookie_for(ada)
    step = ConsentEntry.Step.UNSUBSCRIBED
    unsubscribe(ada, step=step, origin=RequestOrigin(), now=NOON)
    assert reader_of(cookie) is None
    Subscriber.objects.update(state="active")
    assert reader_of(cookie) is None


@pytest.mark.parametrize("state", ["pending", "unsubscribed", "suppressed"])
def test_who_gets_no_digest_is_not_known(state: str) -> None:
    ada = make_subscriber()
    cookie = cookie_for(ada)
    Subscriber.objects.update(state=state)
    assert reader_of(cookie) is None


def test_an_erased_reader_is_not_known() -> None:
    ada = make_subscriber()
    cookie = cookie_for(ada)
    erase(ada)
    assert reader_of(cookie) is None


@pytest.mark.parametrize("purpose", ["preferences", "feed", "confirm", "undo"])
def test_it_proves_nothing_elsewhere_and_no_link_is_a_cookie(purpose: tokens.Purpose) -> None:
    ada = make_subscriber(has_old_links=True)
    with pytest.raises(tokens.BadToken):
        tokens.read(purpose, cookie_for(ada))
    assert reader_of(tokens.make(purpose, ada)) is None


@pytest.mark.parametrize("text", ["", "x", "1.2.3", "9" * 5000, "\0", "1." + "a" * 43])
def test_a_cookie_that_is_none_is_ignored(text: str) -> None:
    make_subscriber()
    assert reader_of(text) is None


def test_forgetting_deletes_it() -> None:
    answer = HttpResponse()
    forget(answer)
    cookie = answer.cookies["reader"]
    assert (cookie.value, cookie["max-age"]) == ("", 0)
