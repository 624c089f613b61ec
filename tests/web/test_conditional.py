"""An unchanged page is answered 304."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.test import RequestFactory

from web.conditional import public_pages, revalidate, revalidated
from web.page_cache.addresses import LISTS, PublicPage, mark_of
from web.stamps import stamp

words = "one"


@revalidated
def page(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(words)


@revalidated
def missing(_request: HttpRequest) -> HttpResponse:
    return HttpResponseNotFound("nothing")


def get(known: str = "") -> HttpResponse:
    headers = {"If-None-Match": known} if known else {}
    return page(RequestFactory().get("/", headers=headers))


def test_an_unchanged_page_is_not_sent_again() -> None:
    first = get()
    again = get(known=first["ETag"])
    assert first.content
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]


def test_a_changed_page_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    first = get()
    monkeypatch.setattr("tests.web.test_conditional.words", "two")
    again = get(known=first["ETag"])
    assert again.status_code == 200
    assert b"two" in again.content


def test_any_cache_may_keep_a_page_and_must_revalidate() -> None:
    assert {"public", "no-cache"} <= set(get()["Cache-Control"].split(", "))


def test_head_has_the_length_and_no_body() -> None:
    whole = get()
    request = RequestFactory().head("/")
    head = page(request)
    assert head.content == b""
    assert head["Content-Length"] == str(len(whole.content))
    assert head["ETag"] == whole["ETag"]


def test_a_missing_page_is_never_answered_304() -> None:
    first = missing(RequestFactory().get("/"))
    again = missing(RequestFactory().get("/", headers={"If-None-Match": first.get("ETag", '"x"')}))
    assert again.status_code == 404


def test_a_page_older_than_the_clients_copy_is_not_sent_again() -> None:
    date = "Mon, 23 Nov 2026 08:00:00 GMT"
    request = RequestFactory().get("/", headers={"If-Modified-Since": date})
    response = revalidate(request, HttpResponse("one", headers={"Last-Modified": date}))
    assert (response.status_code, response.content) == (304, b"")


def test_a_page_that_differs_only_in_the_time_of_its_form_is_unchanged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tests.web.test_conditional.words", f"a form {stamp(1)} and more")
    first = get()
    assert first["ETag"].startswith('W/"')
    monkeypatch.setattr("tests.web.test_conditional.words", f"a form {stamp(99)} and more")
    assert get(known=first["ETag"]).status_code == 304
    monkeypatch.setattr("tests.web.test_conditional.words", f"a form {stamp(99)} and less")
    assert get(known=first["ETag"]).status_code == 200


def test_a_page_says_which_parameters_make_another_one() -> None:
    search = public_pages({"q": ".+"}, is_shared=False, drops_others=False)(page)
    assert mark_of(page) == PublicPage(LISTS)
    assert mark_of(search) == PublicPage({"q": ".+"}, is_complete=False, is_shared=False)
    assert search(RequestFactory().get("/"))["Cache-Control"] == get()["Cache-Control"]


def test_a_page_that_changes_seldom_may_be_shown_without_asking() -> None:
    @public_pages({}, max_age=3600)
    def sitemap(_request: HttpRequest) -> HttpResponse:
        return HttpResponse("addresses")

    control = sitemap(RequestFactory().get("/"))["Cache-Control"].split(", ")
    assert sorted(control) == ["max-age=3600", "public"]
