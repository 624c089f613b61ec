"""Which language a page has, and what says so. English pages are what every other test reads."""

from __future__ import annotations

import re
import threading

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.utils.translation import get_language

from config.formats.de import formats as german
from config.formats.en import formats as english
from papers.models import Paper, Topic
from tests.factories import make_candidate, make_edition, make_paper, make_paper_topic, make_topic
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


# ── what a German page says ──────────────────────────────────────────────────


def a_paper() -> Paper:
    paper = make_paper("Walking robots", arxiv_id="2503.00001", summary="They walk on sand.")
    make_paper_topic(paper, Topic.objects.get(slug="time-series"))
    make_candidate(make_edition("daily"), paper, topics={"time-series": 0.8})
    return paper


def german_page(client: Client, path: str) -> BeautifulSoup:
    response = client.get(path, headers={"Accept-Language": "de"})
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/day/2025-03-14/",
        "/topics/",
        "/topics/time-series/",
        "/papers/2503.00001",
        "/search/?q=robots",
        "/editions/daily/2025-03-14",
        "/feeds/",
        "/subscribe/",
    ],
)
def test_a_german_page_names_its_topics_in_german(client: Client, path: str) -> None:
    a_paper()
    text = german_page(client, path).get_text(" ")
    assert ("Zeitreihen" in text, "Time series" in text) == (True, False)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/?view=compact",
        "/topics/time-series/",
        "/papers/2503.00001",
        "/search/?q=robots",
        "/editions/",
        "/editions/daily/2025-03-14",
    ],
)
def test_a_german_page_says_that_a_title_is_english(client: Client, path: str) -> None:
    a_paper()
    page = german_page(client, path)
    titles = page.select("main")[0].find_all(string=re.compile("Walking"))
    languages = {tag["lang"] for text in titles if (tag := text.find_parent(lang=True))}
    assert languages == {"en"}
    assert b' lang="en"' not in client.get(path).content.replace(b'<html lang="en"', b"")


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/papers/2503.99999", "Diese Arbeit ist hier nicht oder nicht mehr vorhanden."),
        ("/papers/2503.99999/feedback", "Diese Arbeit ist hier nicht oder nicht mehr vorhanden."),
        ("/topics/nothing-here/", "Ein Thema „nothing-here“ gibt es nicht."),
        ("/?page=0", "Die Seiten heißen 1, 2, 3 und so weiter."),
        ("/editions/daily/2025-03-99", "„2025-03-99“ ist kein Tag."),
        ("/nothing-here/", "Vielleicht enthält die Adresse einen Tippfehler"),
    ],
)
def test_a_german_page_says_in_german_what_is_not_there(
    client: Client, path: str, says: str
) -> None:
    answer = client.get(path, headers={"Accept-Language": "de"})
    assert answer.status_code == 404
    assert says in answer.content.decode()


def test_a_german_page_says_that_an_abstract_is_english(client: Client) -> None:
    a_paper()
    abstract = german_page(client, "/papers/2503.00001").select_one(".abstract")
    assert abstract is not None
    assert abstract["lang"] == "en"


def test_a_topic_that_an_operator_named_keeps_its_name(client: Client) -> None:
    make_topic("Sand dunes", slug="dunes")
    assert "Sand dunes" in german_page(client, "/topics/").get_text()
