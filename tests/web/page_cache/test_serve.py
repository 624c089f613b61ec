"""Pages from the cache: when one is rendered, for how long it stands, and what is never kept."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from django.db import OperationalError, transaction
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.test import RequestFactory

from tests.web.page_cache.conftest import Site
from web.page_cache import serve as module
from web.page_cache.serve import PageCache, page_cache, serve

# ── once ─────────────────────────────────────────────────────────────────────


def test_a_page_is_rendered_once(site: Site) -> None:
    first, second = site.get(), site.get()
    assert first.content == second.content != b""
    assert first.items() == second.items()
    assert site.rendered == ["/"]


def test_a_change_of_the_data_has_it_rendered_again(site: Site) -> None:
    site.get()
    site.version = "2"
    assert b"version 2" in site.get().content
    assert len(site.rendered) == 2


def test_another_day_has_it_rendered_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.get()
    now = module._now
    monkeypatch.setattr(module, "_now", lambda seen: now(seen)._replace(day="2999-01-01"))
    site.get()
    assert len(site.rendered) == 2


def test_each_language_has_its_page(site: Site) -> None:
    for accepted in ("de", "en", "de-AT,de;q=0.9", "fr", "", "en-GB,de;q=0.1", "de;q=0"):
        site.get(Accept_Language=accepted)
    assert [request.META["HTTP_ACCEPT_LANGUAGE"] for request in site.seen] == ["de", "en"]


def test_what_is_english_for_everybody_is_kept_once(site: Site) -> None:
    languages = [
        module._language(RequestFactory().get(path, headers={"Accept-Language": "de"}))
        for path in ("/", "/feeds/papers.atom")
    ]
    assert languages == ["de", "en"]


def test_one_page_has_one_entry_whatever_is_added_to_its_address(site: Site) -> None:
    for number in range(20):
        site.get(f"/?utm_source={number}")
    assert site.rendered == ["/"]
    for number in range(20):
        site.get(f"/found/?q=word&x={number}")
    assert site.rendered == ["/", "/found/?q=word"]


@pytest.mark.parametrize("name", ["mueller", "müller", "李明", "٣", "\u202eabc", "a%b"])
def test_an_address_in_any_letters_is_rendered_as_it_was_asked_for(site: Site, name: str) -> None:
    for _ in range(2):
        assert site.get(f"/named/{quote(name)}/").status_code == 200
    [seen] = site.seen
    assert seen.path_info == f"/named/{name}/"


def test_a_value_that_no_page_has_is_rendered_each_time(site: Site) -> None:
    for _ in range(2):
        site.get("/?page=none")
    assert site.rendered == ["/?page=none"] * 2


def test_another_process_gets_the_page_from_redis(site: Site) -> None:
    first = site.get(cache=PageCache(10**6))
    second = site.get(cache=PageCache(10**6))
    assert first.content == second.content
    assert len(site.rendered) == 1


def test_pages_that_anybody_can_make_up_stay_in_the_process(site: Site) -> None:
    for _ in range(2):
        site.get("/found/?q=word", cache=PageCache(10**6))
    assert len(site.rendered) == 2


def test_pages_that_anybody_can_make_up_drop_no_others(site: Site) -> None:
    cache = PageCache(200_000)
    site.get(cache=cache)
    for number in range(200):
        site.get(f"/found/?q={number}", cache=cache)
    site.rendered.clear()
    site.get(cache=cache)
    assert site.rendered == []


def test_another_release_does_not_get_the_page(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.get(cache=PageCache(10**6))
    monkeypatch.setattr(module, "release", lambda: "another")
    site.get(cache=PageCache(10**6))
    assert len(site.rendered) == 2


def test_the_pages_of_a_process_can_be_forgotten(site: Site) -> None:
    cache = PageCache(10**6)
    site.get("/found/?q=word", cache=cache)
    cache.clear()
    site.get("/found/?q=word", cache=cache)
    assert len(site.rendered) == 2


# ── what the client has ──────────────────────────────────────────────────────


def test_304_renders_nothing(site: Site) -> None:
    tag = site.get()["ETag"]
    answer = site.get(If_None_Match=tag)
    assert (answer.status_code, answer.content) == (304, b"")
    assert len(site.rendered) == 1


def test_the_first_request_may_be_for_what_the_client_has(site: Site) -> None:
    assert site.get(If_None_Match='"1"').status_code == 304
    assert site.get().status_code == 200
    assert len(site.rendered) == 1


def test_head_is_answered_from_the_page_of_get(site: Site) -> None:
    head = page_cache(1).serve(RequestFactory().head("/"), site.render)
    assert isinstance(head, HttpResponse)
    assert head.content == b""
    assert head["Content-Length"] == str(len(site.get().content))
    assert len(site.rendered) == 1


def test_a_part_is_answered_with_the_whole(site: Site) -> None:
    answer = site.get(Range="bytes=0-5")
    assert answer.status_code == 200
    assert len(answer.content) > 6


def test_the_page_says_what_it_depends_on(site: Site) -> None:
    site.headers = {"Vary": "Accept-Language"}
    for _ in range(2):
        assert site.get(Accept_Encoding="br")["Vary"] == "Accept-Language, Accept-Encoding"


# ── what a page may depend on ────────────────────────────────────────────────


def test_a_page_is_rendered_without_anything_of_its_visitor(site: Site, settings: Any) -> None:
    settings.SITE_URL = "http://localhost:8000"
    site.get(
        "/?utm_source=mail",
        Cookie="sessionid=abc; django_language=de",
        Authorization="Bearer secret",
        User_Agent="a browser",
        Referer="https://other.example/secret",
        X_Forwarded_For="10.0.0.1",
        If_None_Match='"0"',
        Host="127.0.0.1",
        Accept_Language="en",
    )
    [seen] = site.seen
    assert {name: value for name, value in seen.META.items() if name.startswith("HTTP_")} == {
        "HTTP_HOST": "localhost:8000",
        "HTTP_ACCEPT_LANGUAGE": "en",
    }
    assert (seen.COOKIES, seen.get_full_path(), seen.META.get("REMOTE_ADDR")) == ({}, "/", None)


@pytest.mark.parametrize(
    "headers",
    [
        {"Cache-Control": "private, no-cache"},
        {"Cache-Control": "no-store"},
        {"Cache-Control": ""},
        {"Vary": "Cookie"},
        {"Vary": "Accept-Language, cookie"},
        {"Vary": "*"},
    ],
)
def test_what_is_not_for_everybody_is_not_kept(site: Site, headers: dict[str, str]) -> None:
    site.headers = headers
    site.get()
    site.get()
    assert len(site.rendered) == 2


def test_a_page_that_sets_a_cookie_is_not_kept(site: Site) -> None:
    site.view = lambda _request, page: page.set_cookie("a", "1")
    site.get()
    site.get()
    assert len(site.rendered) == 2


def test_a_page_with_a_csrf_token_is_not_kept(site: Site) -> None:
    site.view = lambda request, _page: get_token(request)
    site.get()
    site.get()
    assert len(site.rendered) == 2


@pytest.mark.parametrize("status", [301, 302, 404, 410, 500, 503])
def test_only_pages_that_are_there_are_kept(site: Site, status: int) -> None:
    site.status = status
    assert site.get().status_code == site.get().status_code == status
    assert len(site.rendered) == 2


def test_what_is_not_kept_is_answered_as_the_view_answers_the_request_itself(site: Site) -> None:
    site.status = 404
    request = RequestFactory().head("/", headers={"Cookie": "a=1"})
    page_cache(1).serve(request, site.render)
    assert site.seen[-1] is request


@pytest.mark.parametrize("method", ["POST", "PUT", "OPTIONS", "DELETE"])
def test_other_methods_reach_the_view(site: Site, method: str) -> None:
    request = RequestFactory().generic(method, "/")
    page_cache(1).serve(request, site.render)
    assert site.seen == [request]
    site.get()
    assert len(site.rendered) == 2


def test_other_views_are_rendered_each_time_with_the_request_itself(site: Site) -> None:
    site.get("/private/", Cookie="a=1")
    site.get("/private/", Cookie="a=1")
    assert [request.COOKIES for request in site.seen] == [{"a": "1"}] * 2


def test_a_host_that_is_not_ours_gets_no_page(site: Site) -> None:
    site.get()
    site.get(Host="other.example")
    assert site.seen[-1].META["HTTP_HOST"] == "other.example"  # for the middlewares to refuse
    assert len(site.rendered) == 2


def test_a_request_that_is_to_be_sent_to_https_gets_no_page(site: Site, settings: Any) -> None:
    site.get()
    settings.SECURE_SSL_REDIRECT = True
    site.get()
    assert len(site.rendered) == 2


def test_https_and_http_have_a_page_each(site: Site) -> None:
    site.get()
    page_cache(1).serve(RequestFactory().get("/", secure=True), site.render)
    assert [request.is_secure() for request in site.seen] == [False, True]


@pytest.mark.django_db(transaction=True)
def test_what_is_not_committed_is_not_kept(site: Site) -> None:
    with transaction.atomic():
        site.get()
        site.get()
    assert len(site.rendered) == 2


def test_without_memory_each_page_is_rendered(site: Site, settings: Any) -> None:
    settings.PAGE_CACHE_MB = 0
    for _ in range(2):
        serve(RequestFactory().get("/"), site.render)
    assert len(site.rendered) == 2
    settings.PAGE_CACHE_MB = 1
    for _ in range(2):
        serve(RequestFactory().get("/"), site.render)
    assert len(site.rendered) == 3


def test_without_the_database_the_view_answers(site: Site) -> None:
    site.get()
    site.version = OperationalError("the server is away")
    site.get()
    assert len(site.rendered) == 2
