"""Which language a page has, and what says so. English pages are what every other test reads."""

from __future__ import annotations

import threading

import pytest
from django.test import Client
from django.utils.translation import get_language

from config.formats.de import formats as german
from config.formats.en import formats as english
from web.languages import is_english

pytestmark = pytest.mark.django_db


def language_of(client: Client, path: str, accept: str | None = None) -> tuple[str, str]:
    """What the response says of its language, and on what it depends."""
    headers = {} if accept is None else {"Accept-Language": accept}
    response = client.get(path, headers=headers)
    return response.get("Content-Language", ""), response.get("Vary", "")


@pytest.mark.parametrize("path", ["/", "/search/", "/subscribe/", "/nothing-here/"])
@pytest.mark.parametrize(
    ("accept", "language"), [(None, "en"), ("de-AT,de;q=0.9", "de"), ("fr", "en"), ("*", "en")]
)
def test_a_page_has_the_language_that_the_browser_prefers(
    client: Client, path: str, accept: str | None, language: str
) -> None:
    found, vary = language_of(client, path, accept)
    assert found == language
    assert "Accept-Language" in vary
    response = client.get(path, headers={"Accept-Language": accept or ""})
    assert f'<html lang="{language}">' in response.content.decode()


def test_no_cookie_chooses_a_language(client: Client) -> None:
    client.cookies["django_language"] = "de"
    assert language_of(client, "/") == ("en", "Accept-Language")


@pytest.mark.parametrize(
    "path", ["/api/papers/", "/api/nothing", "/feeds/papers.atom", "/robots.txt"]
)
def test_what_programs_read_is_english(client: Client, path: str) -> None:
    assert language_of(client, path, "de")[0] == ""
    assert "Accept-Language" not in language_of(client, path, "de")[1]
    german_one = client.get(path, headers={"Accept-Language": "de"})
    english_one = client.get(path, headers={"Accept-Language": "en"})
    assert german_one.status_code == english_one.status_code
    assert german_one.content == english_one.content


def test_the_admin_logs_in_in_english(client: Client) -> None:
    page = client.get("/admin/login/", headers={"Accept-Language": "de"}).content.decode()
    assert ("Password" in page, "Passwort" in page) == (True, False)


def test_an_unchanged_page_depends_on_the_language_too(client: Client) -> None:
    first = client.get("/", headers={"Accept-Language": "de"})
    again = client.get("/", headers={"Accept-Language": "de", "If-None-Match": first["ETag"]})
    assert (again.status_code, again["Content-Language"]) == (304, "de")
    assert "Accept-Language" in again["Vary"]


def test_one_request_leaves_no_language_to_the_next(client: Client) -> None:
    before = get_language()
    client.get("/", headers={"Accept-Language": "de"})
    assert get_language() == before
    found: list[str | None] = []
    thread = threading.Thread(target=lambda: found.append(get_language()))
    thread.start()
    thread.join()
    assert found == ["en"]


@pytest.mark.parametrize(
    ("path", "is_for_all"),
    [
        ("/", False),
        ("/papers/2503.12345", False),
        ("/papers/2503.12345.bib", True),
        ("/papers/2503.12345/card.png", True),
        ("/administration/", False),
        ("/apiary", False),
        ("/api/", True),
        ("/admin", True),
        ("/feeds/", False),
        ("/feeds/topics/agents.atom", True),
        ("/sitemap.xml", True),
        ("/healthz", True),
        ("/d/healthz", False),
    ],
)
def test_some_paths_are_english_for_everybody(path: str, is_for_all: bool) -> None:
    assert is_english(path) == is_for_all


def test_every_language_has_the_same_formats_of_dates() -> None:
    def names(module: object) -> set[str]:
        return {name for name in vars(module) if name.isupper()}

    assert names(german) == names(english) != set()
