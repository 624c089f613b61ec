"""Long texts in Chromium: no page and no mail is wider than its window, and no lead is cut."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from papers.models import Curator, Paper
from papers.ranking.score import score
from papers.windows import WINDOWS
from subscribers.single_mails.rendering import Value, render
from tests.factories import make_paper, make_paper_topic, make_signal, make_topic
from tests.live import wait_until_only_connection
from tests.newsletter.editions.digests import make_digest, make_fragment, make_layout

# The event loop of Playwright runs in this thread, so Django would refuse every query here.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
pytestmark = pytest.mark.django_db

WORD: Final = "walrus" * 333
FORMULA: Final = "$" + "x+" * 150 + "y$"
WIDTHS: Final = [320, 600]
_OVERFLOW: Final = "document.documentElement.scrollWidth - window.innerWidth"
_SHOTS: Final = os.environ.get("SHOTS", "")  # a folder for pictures, to look at


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """The Chromium of the system: none is downloaded for the tests."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    path = path or shutil.which("google-chrome")
    if path is None:
        pytest.skip("needs Chromium on the PATH (Debian: apt install chromium)")
    return {"executable_path": path, "args": ["--no-sandbox", "--disable-gpu", "--disable-quic"]}


@pytest.fixture(params=WIDTHS)
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": request.param, "height": 800})
    yield context.new_page()
    context.close()


@pytest.fixture
def paper(transactional_db: None) -> Iterator[Paper]:
    now = timezone.now()
    Curator.objects.create(name=WORD[:80])
    paper = make_paper(
        f"{WORD} {FORMULA}",
        authors=[WORD, WORD],
        summary=f"{WORD} {FORMULA} {WORD}",
        listed_on=now.date(),
        categories=["cs.LG"],
        code_url=f"https://github.com/example/{WORD[:400]}",
    )
    make_paper_topic(paper, make_topic(WORD[:60], slug="walruses", description=WORD[:200]))
    make_signal(paper, 84, read_at=now)
    for window in WINDOWS:
        score(window, now.date(), now)
    yield paper
    wait_until_only_connection()


def overflow(page: Page, name: str) -> int:
    if _SHOTS:
        width = page.viewport_size["width"] if page.viewport_size else 0
        page.screenshot(path=Path(_SHOTS) / f"{name}-{width}.png")
    return int(page.evaluate(_OVERFLOW))


def test_no_page_scrolls_sideways(page: Page, live_server: LiveServer, paper: Paper) -> None:
    pages = {
        "front": "/",
        "topic": "/topics/walruses/",
        "paper": paper.get_absolute_url(),
        "search": "/search/?q=cat:cs.LG",
        "unknown": f"/search/?q={WORD[:200]}",
    }
    for address in pages.values():
        page.goto(live_server.url + address)
    found = {}
    for name, address in pages.items():
        page.goto(live_server.url + address)
        for details in page.locator("details > summary").all():
            details.click()
        found[name] = overflow(page, name)
    assert found == dict.fromkeys(pages, 0)


@pytest.mark.parametrize("path", ["/", "/topics/walruses/", "/search/?q=walrus"])
def test_a_lead_is_whole_however_long_it_is(
    page: Page, live_server: LiveServer, paper: Paper, path: str
) -> None:
    """Nothing of its last lines is hidden, in any box around it."""
    page.goto(live_server.url + path)
    is_cut = """lead => {
        lead.lastChild.textContent = 'and so on '.repeat(40)
        for (let box = lead; box.matches('.paper *'); box = box.parentElement)
            if (box.scrollHeight > box.clientHeight + 1
                && getComputedStyle(box).overflowY != 'visible') return true
        return false
    }"""
    assert page.locator("summary .opening").first.evaluate(is_cut) is False


def test_no_digest_scrolls_sideways(page: Page) -> None:
    layout = make_layout(note=f"{WORD}\n{WORD}", byline=WORD, postal_address=WORD)
    fragment = make_fragment(
        why=WORD, title=WORD, authors=[WORD, WORD], summary=WORD * 2, topics=[WORD] * 3
    )
    page.set_content(make_digest(fragment, fragment, layout=layout).html)
    assert overflow(page, "digest") == 0


def test_no_confirmation_scrolls_sideways(page: Page) -> None:
    context: dict[str, Value] = {
        "address": f"{WORD[:64]}@{WORD[:60]}.example",
        "link": f"https://papers.example.org/{WORD}",
        "site_url": "https://papers.example.org",
        "postal_address": WORD,
        "days": 2,
    }
    for name in ("confirm", "manage"):
        page.set_content(render(name, context)[2])
        assert overflow(page, name) == 0
