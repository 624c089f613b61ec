"""The documentation page of the API, in Chromium, and its description."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.contrib.staticfiles.finders import find
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import sync_playwright
from pytest_django import DjangoDbBlocker

from config.api import api
from tests.live import serving

pytestmark = pytest.mark.django_db
FLAGS: Final = ["--no-sandbox", "--disable-gpu", "--disable-quic"]


@pytest.fixture(scope="module", autouse=True)
def address(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    with django_db_blocker.unblock(), serving() as url:
        yield url


@pytest.fixture(scope="module")
def seen(address: str) -> dict[str, list[str]]:
    """The requests and errors of a visit that opens the page and tries its first endpoint."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("needs Chromium on the PATH (Debian: apt install chromium)")
    # In a thread of its own: Django refuses database queries in a thread with an event loop.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(visit, f"{address}/api/docs", path).result()


def visit(url: str, chromium: str) -> dict[str, list[str]]:
    seen: dict[str, list[str]] = {"hosts": [], "complaints": []}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page()
        page.on("request", lambda request: seen["hosts"].append(urlsplit(request.url).netloc))
        page.on("console", lambda message: seen["complaints"].append(message.text))
        page.on("pageerror", lambda error: seen["complaints"].append(str(error)))
        page.goto(url, wait_until="networkidle")
        page.locator(".opblock-summary-control").first.click()
        page.get_by_role("button", name="Try it out").click()
        page.get_by_role("button", name="Execute").click()
        status = page.locator(".live-responses-table td.response-col_status:not(.col_header)")
        seen["status"] = [status.inner_text()]
        seen["paths"] = page.locator(".opblock-summary-path").all_inner_texts()
        browser.close()
    return seen


def test_it_shows_and_tries_the_endpoints_without_another_host(
    seen: dict[str, list[str]], address: str
) -> None:
    assert "/api/daily_papers" in [path.replace("\u200b", "") for path in seen["paths"]]
    assert seen["status"][0].startswith("200")
    assert set(seen["hosts"]) == {urlsplit(address).netloc}


def test_it_keeps_the_policy_of_every_other_page(
    seen: dict[str, list[str]], client: Client
) -> None:
    assert seen["complaints"] == []
    policy = client.get("/api/docs").headers["Content-Security-Policy"]
    assert policy == client.get("/robots.txt").headers["Content-Security-Policy"]
    assert "unsafe" not in policy


def test_its_files_are_in_the_manifest(settings: LazySettings, tmp_path: Path) -> None:
    """As in production; a missing source map would stop collectstatic."""
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }
    assert find("ninja/swagger-ui-bundle.js")
    call_command("collectstatic", interactive=False, verbosity=0)
    page = Client().get("/api/docs").content.decode()
    assert "/static/ninja/swagger-ui-bundle." in page
    assert "/static/ninja/swagger-ui-bundle.js" not in page


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
