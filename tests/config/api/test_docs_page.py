"""The documentation page of the API, read without scripts, and the description behind it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from django.test import Client
from playwright.sync_api import Response, sync_playwright
from pytest_django import DjangoDbBlocker

from config.api.docs_page import TypeName, endpoints, examples, objects, type_name
from config.api.endpoints import api
from newsletter.models import Edition
from papers.models import Paper
from tests.factories import make_candidate, make_edition, make_paper
from tests.live import serving

pytestmark = pytest.mark.django_db
FLAGS: Final = ["--no-sandbox", "--disable-gpu", "--disable-quic"]
LONGEST: Final = 300_000  # bytes, with its style sheets


@pytest.fixture(scope="module", autouse=True)
def address(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A site with a paper and an edition."""
    with django_db_blocker.unblock():
        make_candidate(make_edition(), make_paper("Tea leaves", arxiv_id="2503.00001"))
        with serving() as url:
            yield url
        Edition.objects.all().delete()
        Paper.objects.all().delete()


@pytest.fixture(scope="module")
def seen(address: str) -> dict[str, Any]:
    """What a visit without scripts requests, hears and shows, and what axe says with scripts."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("needs Chromium on the PATH (Debian: apt install chromium)")
    # In a thread of its own: Django refuses database queries in a thread with an event loop.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(visit, f"{address}/api/docs", path).result()


def visit(url: str, chromium: str) -> dict[str, Any]:
    seen: dict[str, Any] = {"hosts": set(), "complaints": [], "axe": []}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        plain = browser.new_context(java_script_enabled=False).new_page()
        plain.on("request", lambda request: seen["hosts"].add(urlsplit(request.url).netloc))
        plain.on("console", lambda message: seen["complaints"].append(message.text))
        responses = list[Response | None]()
        plain.on("requestfinished", lambda request: responses.append(request.response()))
        plain.goto(url, wait_until="networkidle")
        seen["bytes"] = sum(len(response.body()) for response in responses if response)
        seen["text"] = plain.locator("main").inner_text()
        seen["examples"] = [
            link.get_attribute("href") for link in plain.locator(".api-example").all()
        ]
        for scheme in ("light", "dark"):
            page = browser.new_page(color_scheme=scheme)
            page.goto(url)
            found = Axe().run(page, options={"resultTypes": ["violations"]})
            seen["axe"] += [one["id"] for one in found.response["violations"]]
        browser.close()
    return seen


def test_it_is_read_without_scripts_and_without_another_host(
    seen: dict[str, Any], address: str
) -> None:
    assert "/api/daily_papers" in seen["text"]
    assert "Papers on a page." in seen["text"]
    assert "1 to 100; 50 if left out." in seen["text"]
    assert seen["hosts"] == {urlsplit(address).netloc}
    assert seen["complaints"] == []


def test_it_is_small(seen: dict[str, Any]) -> None:
    assert 10_000 < seen["bytes"] < LONGEST


def test_axe_finds_nothing_in_both_colour_schemes(seen: dict[str, Any]) -> None:
    assert seen["axe"] == []


def test_each_example_answers(seen: dict[str, Any], address: str) -> None:
    assert len(seen["examples"]) == len(api.get_openapi_schema()["paths"])
    assert "/api/papers/2503.00001" in seen["examples"]
    for example in seen["examples"]:
        with urlopen(f"{address}{example}", timeout=10) as answer:
            assert answer.status == 200


def test_it_keeps_the_policy_of_every_other_page(client: Client) -> None:
    policy = client.get("/api/docs").headers["Content-Security-Policy"]
    assert policy == client.get("/robots.txt").headers["Content-Security-Policy"]
    assert "unsafe" not in policy


def test_each_object_that_is_named_stands_on_the_page(client: Client) -> None:
    page = BeautifulSoup(client.get("/api/docs").content, "html.parser")
    anchors = {str(one["id"]) for one in page.select("[id]")}
    links = {str(one["href"]).removeprefix("#") for one in page.select("main a[href^='#']")}
    assert links
    assert links <= anchors


def test_every_endpoint_is_described() -> None:
    paths = api.get_openapi_schema()["paths"]
    assert set(paths) == {
        "/api/daily_papers",
        "/api/papers/search",
        "/api/papers/{paper_id}",
        "/api/papers/{paper_id}/trend",
        "/api/arxiv/{paper_id}/repos",
        "/api/topics",
        "/api/editions",
        "/api/editions/{cadence}/{day}",
    }
    for path in paths.values():
        assert set(path) == {"get"}
        assert path["get"]["summary"]
        for parameter in path["get"].get("parameters", []):
            assert parameter["schema"].get("type") or "$ref" in str(parameter["schema"])


def test_the_endpoints_have_anchors_of_their_own() -> None:
    anchors = [one.anchor for one in endpoints(api.get_openapi_schema(), examples())]
    assert anchors[:3] == ["daily-papers", "search", "trend"]
    assert len(set(anchors)) == len(anchors)


def test_the_parameters_of_an_endpoint_are_no_object() -> None:
    names = [one.name for one in objects(api.get_openapi_schema())]
    assert "PaperRow" in names
    assert "DailyQuery" not in names


def test_without_papers_the_examples_are_well_known() -> None:
    Edition.objects.all().delete()
    Paper.objects.all().delete()
    assert examples()["paper_id"] == "1706.03762"


@pytest.mark.parametrize(
    ("described", "expected"),
    [
        ({"type": "string"}, TypeName("string")),
        ({"type": "string", "format": "date"}, TypeName("day")),
        ({"$ref": "#/components/schemas/Person"}, TypeName("", "Person")),
        (
            {"type": "array", "items": {"$ref": "#/components/schemas/Person"}},
            TypeName("array of ", "Person"),
        ),
        ({"type": "array", "items": {"type": "string"}}, TypeName("array of string")),
        (
            {"anyOf": [{"type": "string"}, {"type": "null"}], "format": "date-time"},
            TypeName("instant"),
        ),
        (
            {"anyOf": [{"$ref": "#/components/schemas/Person"}, {"type": "null"}]},
            TypeName("", "Person"),
        ),
        ({}, TypeName("any JSON")),
    ],
)
def test_a_type_is_named_in_words(described: dict[str, Any], expected: TypeName) -> None:
    assert type_name(described) == expected
