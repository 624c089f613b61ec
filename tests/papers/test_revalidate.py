"""A page that did not change is not sent again, and a form never goes stale in a cache."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.middleware.csrf import get_token
from django.test import RequestFactory

from papers.revalidate import revalidated

words = "one"
SECRET = "s" * 32


@revalidated
def page(request: HttpRequest) -> HttpResponse:
    token = get_token(request)
    return HttpResponse(f'<input name="csrfmiddlewaretoken" value="{token}">{words}')


@revalidated
def missing(_request: HttpRequest) -> HttpResponse:
    return HttpResponseNotFound("nothing")


def ask(secret: str = SECRET, known: str = "") -> HttpResponse:
    headers = {"If-None-Match": known} if known else {}
    request = RequestFactory().get("/", headers=headers)
    if secret:
        request.META["CSRF_COOKIE"] = secret
    return page(request)


def test_an_unchanged_page_is_not_sent_again() -> None:
    first = ask()
    again = ask(known=first["ETag"])
    assert first.content
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]


def test_a_changed_page_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    first = ask()
    monkeypatch.setattr("tests.papers.test_revalidate.words", "two")
    again = ask(known=first["ETag"])
    assert again.status_code == 200
    assert b"two" in again.content


def test_a_browser_that_lost_its_cookie_gets_a_new_form() -> None:
    first = ask()
    assert ask(secret="", known=first["ETag"]).status_code == 200
    assert ask(secret="t" * 32, known=first["ETag"]).status_code == 200


def test_no_shared_cache_may_keep_a_form() -> None:
    assert {"private", "no-cache"} <= set(ask()["Cache-Control"].split(", "))


def test_asking_for_the_head_brings_the_length_and_no_body() -> None:
    whole = ask()
    request = RequestFactory().head("/")
    request.META["CSRF_COOKIE"] = SECRET
    head = page(request)
    assert head.content == b""
    assert head["Content-Length"] == str(len(whole.content))
    assert head["ETag"] == whole["ETag"]


def test_a_missing_page_is_never_called_unchanged() -> None:
    first = missing(RequestFactory().get("/"))
    again = missing(RequestFactory().get("/", headers={"If-None-Match": first.get("ETag", '"x"')}))
    assert again.status_code == 404
