"""The pages of the site in the cache: a change shows at once, and nothing private is kept."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from newsletter.models import Edition
from papers.models import Paper, Topic
from subscribers import tokens
from tests.factories import (
    DAY,
    make_candidate,
    make_edition,
    make_paper,
    make_paper_topic,
    make_subscriber,
)
from tests.web_server import serving
from web.page_cache.addresses import mark_of
from web.page_cache.serve import FROM_CACHE
from web.rate_limit import limiter
from web.stamps import without_stamps

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def paper() -> Paper:
    """A paper in an edition and in one topic."""
    paper = make_paper("An honest name", arxiv_id="2503.00001", summary="A text of ours.")
    make_paper_topic(paper, Topic.objects.get(slug="agents"))
    make_candidate(make_edition("weekly", DAY, composed_at=paper.updated_at), paper)
    return paper


def is_kept(answer: Any) -> bool:
    """Whether an answer came from the cache."""
    return bool(answer.wsgi_request.META.get(FROM_CACHE))


PAGES = (
    "/",
    "/day/2025-03-14/",
    "/topics/agents/week/2025-03-14/",
    "/papers/2503.00001",
    "/papers/2503.00001.md",
    "/search/?q=honest",
    "/feeds/papers.atom",
    "/feeds/topics/agents.atom",
    "/feeds/editions/weekly.atom",
    "/search/?q=honest&topic=&since=2025-01-01&until=&code=",
    "/editions/?page=1",
    "/editions/weekly/2025-03-14",
    "/about/",
    "/sitemap.xml",
    "/sitemaps/papers-1.xml",
)


# ── what is kept ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize("page", PAGES)
def test_the_second_request_gets_the_page_of_the_first(
    client: Client, paper: Paper, page: str
) -> None:
    first, second = client.get(page), client.get(page)
    assert (is_kept(first), is_kept(second)) == (False, True)
    assert first.status_code == 200
    assert first.content == second.content
    assert dict(first.items()) == dict(second.items())


@pytest.mark.parametrize("page", ["/day/2025-03-14/", *PAGES[3:8]])
def test_a_changed_title_shows_at_once(client: Client, paper: Paper, page: str) -> None:
    client.get(page)
    Paper.objects.filter(pk=paper.pk).update(title="Another honest name")
    assert b"Another honest name" in re.sub(rb"<[^>]+>", b"", client.get(page).content)


def test_a_page_without_papers_is_made_again_when_there_are_some(client: Client) -> None:
    client.get("/day/2025-03-14/")
    make_paper("The first one")
    assert b"The first one" in client.get("/day/2025-03-14/").content


def test_an_edition_that_is_paused_leaves_its_feed_at_once(client: Client, paper: Paper) -> None:
    feed = "/feeds/editions/weekly.atom"
    assert b"<entry>" in client.get(feed).content
    Edition.objects.update(paused_at=paper.updated_at)
    assert b"<entry>" not in client.get(feed).content


def test_a_withdrawn_paper_leaves_the_list_at_once(client: Client, paper: Paper) -> None:
    assert b"An honest name" in client.get("/day/2025-03-14/").content
    Paper.objects.filter(pk=paper.pk).update(is_withdrawn=True)
    assert b"An honest name" not in client.get("/day/2025-03-14/").content


@pytest.mark.parametrize("page", PAGES)
def test_who_has_the_page_gets_304_out_of_the_cache(
    client: Client, paper: Paper, page: str
) -> None:
    tag = client.get(page)["ETag"]
    again = client.get(page, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, is_kept(again)) == (304, b"", True)
    assert again["ETag"] == tag


@pytest.mark.parametrize("page", PAGES[:3])
def test_a_page_is_compressed_for_a_client_that_can_read_it(
    client: Client, paper: Paper, page: str
) -> None:
    whole = client.get(page)
    for encoding in ("br", "gzip"):
        answer = client.get(page, headers={"Accept-Encoding": encoding})
        assert answer["Content-Encoding"] == encoding
        assert set(answer["Vary"].split(", ")) == {"Accept-Language", "Accept-Encoding"}
        assert len(answer.content) < len(whole.content) / 2


def test_each_language_has_its_page(client: Client, paper: Paper) -> None:
    languages = [
        client.get("/", headers={"Accept-Language": accepted})["Content-Language"]
        for accepted in ("de", "en", "de-AT", "fr")
    ]
    assert languages == ["de", "en", "de", "en"]


def test_without_redis_pages_are_kept_in_the_process(
    client: Client, paper: Paper, settings: Any
) -> None:
    settings.RATE_LIMIT_STORAGE = "redis://127.0.0.1:1/0"
    limiter.cache_clear()
    try:
        assert [is_kept(client.get("/")) for _ in range(2)] == [False, True]
    finally:
        limiter.cache_clear()


def test_all_processes_show_a_change(paper: Paper, tmp_path: Path) -> None:
    def titles(port: int) -> set[bool]:
        found = set()
        for _ in range(12):
            site = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            site.request("GET", "/day/2025-03-14/")
            found.add(b"Another honest name" in site.getresponse().read())
            site.close()
        return found

    with serving(tmp_path) as port:
        assert titles(port) == {False}
        Paper.objects.filter(pk=paper.pk).update(title="Another honest name")
        assert titles(port) == {True}


# ── what is not ──────────────────────────────────────────────────────────────


def routes(
    patterns: list[URLPattern | URLResolver], start: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    """All routes of the site, each with its whole pattern."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, start + str(pattern.pattern))
        else:
            yield start + str(pattern.pattern), pattern


ROUTES = list(routes(get_resolver(django_settings.ROOT_URLCONF).url_patterns))
PUBLIC = [(route, pattern) for route, pattern in ROUTES if mark_of(pattern.callback)]
# Of one reader, of an operator, of a laptop; and what has limits or answers POST.
PRIVATE = ("token", "admin/", "mailbox/", "api/", "anymail/", "subscribe", "new-link", "feeds/mine")
VALUES = {
    "window": "week",
    "day": "2025-03-14",
    "slug": "agents",
    "name": "2503.00001",
    "cadence": "weekly",
}


def test_the_routes_of_the_site_are_found() -> None:
    assert len(ROUTES) > 100
    assert len(PUBLIC) >= 13


@pytest.mark.parametrize("route", [route for route, _ in PUBLIC])
def test_a_private_page_is_not_kept(route: str) -> None:
    assert not [word for word in PRIVATE if word in route]


def example(route: str) -> str:
    """An address of a route; a placeholder that no value is known for gets its name."""
    return "/" + re.sub(
        r"<(?:\w+:)?(\w+)>", lambda found: VALUES.get(found[1], found[1]), route
    ).removeprefix("^").removesuffix("$")


@pytest.mark.parametrize("route", [route for route, _ in PUBLIC])
def test_a_public_page_is_the_same_for_everybody(route: str, paper: Paper, settings: Any) -> None:
    settings.PAGE_CACHE_MB = 0  # the view itself, with all that the request holds
    subscriber, address = make_subscriber("ada@example.com"), example(route)
    operator = Client(headers={"User-Agent": "another", "Referer": "https://other.example/"})
    operator.force_login(User.objects.create_superuser("ada"))
    operator.cookies["csrftoken"] = "c" * 32
    token = tokens.make("feed", subscriber)
    own, stranger = operator.get(address, headers={"Authorization": token}), Client().get(address)
    assert without_stamps(own.content) == without_stamps(stranger.content)
    assert not stranger.cookies
    assert not own.cookies
    assert "cookie" not in stranger.get("Vary", "").lower()
    for secret in (b"csrfmiddlewaretoken", b"ada@example.com", subscriber.secret.hex.encode()):
        assert secret not in own.content


@pytest.mark.parametrize(
    "page", ["/subscribe/", "/new-link/", "/admin/login/", "/robots.txt", "/api/topics", "/nothing"]
)
def test_other_pages_are_rendered_each_time(client: Client, page: str) -> None:
    assert [is_kept(client.get(page)) for _ in range(2)] == [False, False]


@pytest.mark.parametrize("purpose", ["preferences", "confirm"])
def test_a_page_of_one_reader_is_neither_kept_nor_compressed(
    client: Client, purpose: tokens.Purpose
) -> None:
    path = f"/{purpose}/{tokens.make(purpose, make_subscriber())}/"
    answers = [client.get(path, headers={"Accept-Encoding": "br, gzip"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert [is_kept(answer) for answer in answers] == [False, False]
    assert not any(answer.has_header("Content-Encoding") for answer in answers)


def test_a_form_for_an_address_is_not_compressed(client: Client) -> None:
    answer = client.get("/subscribe/", headers={"Accept-Encoding": "br, gzip"})
    assert not answer.has_header("Content-Encoding")
