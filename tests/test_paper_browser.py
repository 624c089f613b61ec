"""The page of a paper and of an author in Chromium: copying, widths, schemes, accessibility."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django import DjangoDbBlocker

from papers.models import Paper, Topic
from papers.ranking.score import score
from papers.windows import WINDOWS
from tests.factories import make_paper, make_paper_topic, make_signal
from tests.live import serving

# The event loop of Playwright runs in this thread, so Django would refuse every query here.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

# The tests run no query, but without this mark there is no test database.
pytestmark = pytest.mark.django_db

HOSTILE: Final = r"Where $\alpha_{i}$ goes </script><script>alert(1)</script> & 100% of A_B"


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """The Chromium of the system: none is downloaded for the tests."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    path = path or shutil.which("google-chrome")
    if path is None:
        pytest.skip("needs Chromium on the PATH (Debian: apt install chromium)")
    return {"executable_path": path, "args": ["--no-sandbox", "--disable-gpu", "--disable-quic"]}


def make_full_paper() -> Paper:
    """A paper with everything that a page can show, and papers like it."""
    now = timezone.now()
    paper = make_paper(
        HOSTILE,
        authors=[f"Ada R{'o' * number}e" for number in range(1, 46)],
        summary="We ask $x^2$ of everything. " * 20 + "\n\nIt answers.",
        arxiv_id="2611.00001",
        listed_on=now.date() - timedelta(days=3),
        code_url="https://github.com/example/alpha-with-a-rather-long-name-of-a-repository",
        project_url="https://example.org/",
        categories=["cs.CV"],
    )
    for slug in ("speech-audio", "language-models"):
        make_paper_topic(paper, Topic.objects.get(slug=slug))
    for days in range(4):
        read_at = now - timedelta(days=3 - days, minutes=5)
        make_signal(paper, 10 + 30 * days, read_at=read_at)
        make_signal(paper, 1000 + 90 * days, kind="stars", source="github", read_at=read_at)
    for number in range(22):
        make_paper(f"Where it goes {number}", authors=["Ada Roe"], listed_on=now.date())
    for window in WINDOWS:
        score(window, now.date(), now)
    return paper


@pytest.fixture(scope="module")
def addresses(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[list[str]]:
    """The page of a paper, two of an author, and the page of an unknown author."""
    with django_db_blocker.unblock():
        paper = make_full_paper()
        paths = [paper.get_absolute_url(), "/authors/ada-roe/", "/authors/ada-roe/?page=2"]
        with serving() as url:
            yield [f"{url}{path}" for path in [*paths, "/authors/nobody-known/"]]
        Paper.objects.all().delete()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield context.new_page()
    context.close()


def context_of(browser: Browser, **options: Any) -> BrowserContext:
    return browser.new_context(viewport={"width": 375, "height": 812}, **options)


# ── copying ──────────────────────────────────────────────────────────────────


def clipboard(page: Page) -> str:
    return str(page.evaluate("navigator.clipboard.readText()"))


def test_a_button_copies_the_citation_and_says_so(page: Page, addresses: list[str]) -> None:
    page.goto(addresses[0])
    page.get_by_role("button", name="Copy citation").click()
    page.locator("#copied").get_by_text("Copied").wait_for(state="attached")
    assert clipboard(page) == page.locator("#reference").inner_text()
    assert clipboard(page).endswith("arXiv:2611.00001, 2026.")


def test_a_button_copies_the_bibtex(page: Page, addresses: list[str]) -> None:
    page.goto(addresses[0])
    page.get_by_role("button", name="Copy BibTeX").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert clipboard(page).startswith("@misc{roe2026alpha,\n  title = {")
    page.get_by_role("button", name="Copy BibTeX").wait_for(timeout=5000)


def test_what_cannot_be_copied_is_selected(page: Page, addresses: list[str]) -> None:
    page.add_init_script("navigator.clipboard.writeText = () => Promise.reject(new Error('no'))")
    page.goto(addresses[0])
    page.get_by_role("button", name="Copy BibTeX").click()
    page.locator("#bibtex").wait_for(state="visible")
    assert str(page.evaluate("getSelection().toString()")).startswith("@misc{roe2026alpha,")


def test_without_scripts_there_is_no_button_and_all_texts(
    browser: Browser, addresses: list[str]
) -> None:
    context = context_of(browser, java_script_enabled=False)
    page = context.new_page()
    page.goto(addresses[0])
    assert page.locator(".cite button").count() == 2
    assert page.get_by_role("button", name="Copy citation").count() == 0
    assert page.locator("#reference").is_visible()
    page.locator(".cite summary").click()
    assert page.locator("#bibtex").is_visible()
    page.locator(".authors summary").click()
    assert page.locator(".authors details a").last.is_visible()
    context.close()


# ── every page ───────────────────────────────────────────────────────────────


def test_no_page_logs_an_error_or_asks_another_host(page: Page, addresses: list[str]) -> None:
    """A violation of the Content-Security-Policy would be logged: JSON-LD is none."""
    messages: list[str] = []
    hosts: set[str] = set()
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    for address in addresses[:3]:
        page.goto(address, wait_until="networkidle")
    assert messages == []
    assert hosts == {urlsplit(addresses[0]).netloc}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, addresses: list[str], scheme: Any) -> None:
    context = context_of(browser, color_scheme=scheme)
    page = context.new_page()
    for address in addresses:
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach(e => e.open = true)")
        result = Axe().run(page)
        assert result.violations_count == 0, (address, result.generate_report())
    context.close()


@pytest.mark.parametrize(("width", "text"), [(320, 100), (375, 100), (375, 200), (1280, 100)])
def test_no_page_is_wider_than_the_screen(
    page: Page, addresses: list[str], width: int, text: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for address in addresses:
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach(e => e.open = true)")
        page.evaluate(f"document.documentElement.style.fontSize = '{text}%'")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address


def test_every_touch_target_is_large_enough_for_a_finger(
    browser: Browser, addresses: list[str]
) -> None:
    context = context_of(browser, has_touch=True, is_mobile=True)
    page = context.new_page()
    small = """elements => elements
        .filter(e => e.checkVisibility() && !e.closest('.skip, p:not(.name, .small, .actions)'))
        .map(e => [e.textContent.trim().slice(0, 40), e.getBoundingClientRect()])
        .filter(([, box]) => box.height < 43.5 || box.width < 43.5)
        .map(([text, box]) => `${text}: ${box.width} x ${box.height}`)"""
    for address in addresses:
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach(e => e.open = true)")
        found = page.locator("main, .record").locator("a, button, summary").evaluate_all(small)
        assert found == [], address
    context.close()


def test_a_chart_is_drawn_in_the_accent_without_a_style_attribute(
    page: Page, addresses: list[str]
) -> None:
    page.goto(addresses[0])
    line = page.locator(".chart .line").first
    assert line.evaluate("e => getComputedStyle(e).stroke") == "rgb(194, 65, 12)"
    assert page.locator("[style]").count() == 0
    box = page.locator(".plot svg").first.bounding_box()
    assert box is not None
    assert box["height"] == pytest.approx(96, abs=1)
