"""The pages in Chromium: widths, touch targets, keys, colours, and no other hosts."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from papers.models import Curator, Paper, Topic
from papers.ranking.score import score
from papers.windows import WINDOWS
from tests.factories import make_paper, make_paper_topic, make_signal
from tests.live import wait_until_only_connection

# The event loop of Playwright runs in this thread, so Django would refuse every query here.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

# The tests run no query, but without this mark there is no test database.
pytestmark = pytest.mark.django_db

PHONE: Final = {"width": 375, "height": 812}
DESKTOP: Final = {"width": 1280, "height": 900}
FINGER: Final = 44
LONG = "A sentence that says what was tried, how, and with which result on which data. " * 8
# Touch targets, but for links within a running text, which WCAG exempts. The honeypot cannot be
# reached by fingers, keys or screen readers.
TOUCHABLE: Final = "a, button, summary, input:not([type=hidden]):not(.trap input)"


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """The Chromium of the system: none is downloaded for the tests."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    path = path or shutil.which("google-chrome")
    if path is None:
        pytest.skip("needs Chromium on the PATH (Debian: apt install chromium)")
    return {"executable_path": path, "args": ["--no-sandbox", "--disable-gpu", "--disable-quic"]}


def make_week() -> Paper:
    """A week of papers; returns the first one, which has everything that a page can show."""
    now = timezone.now()
    Curator.objects.create(name="A Curator", url="https://example.org/")
    first = make_paper(
        r"Where the $\alpha$ goes: a rather long title of a paper that needs a second line",
        authors=["Abhishek Das", "Satwik Kottur", "Ann Lee", "Bo Li"],
        summary=LONG,
        listed_on=now.date() - timedelta(days=3),
        code_url="https://github.com/example/alpha",
        is_sample=True,
    )
    for slug in ("speech-audio", "language-models", "health-biology"):
        make_paper_topic(first, Topic.objects.get(slug=slug))
    for days in range(4):
        read_at = now - timedelta(days=3 - days, minutes=5)
        make_signal(first, 10 + 30 * days, read_at=read_at)
        make_signal(first, 1000 + 90 * days, kind="stars", source="github", read_at=read_at)
    for _ in range(12):
        make_paper(summary=LONG, listed_on=now.date() - timedelta(days=2))
    for window in WINDOWS:
        score(window, now.date(), now)
    return first


@pytest.fixture(scope="module")
def addresses(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[list[str]]:
    """A page of each kind, served with one week of papers for all tests: they only read."""
    with django_db_blocker.unblock():
        paper = make_week()
        server = LiveServer("localhost")
        paths = ["/", paper.get_absolute_url(), "/day/2020-01-05/", "/topics/speech-audio/"]
        paths += ["/search/", "/search/?q=title", "/search/?q=zebra&topic=none"]
        yield [f"{server.url}{path}" for path in [*paths, "/no/such/page/"]]
        server.stop()
        wait_until_only_connection()
        Paper.objects.all().delete()
        Curator.objects.all().delete()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    yield from _page(browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True))  # type: ignore[arg-type]


@pytest.fixture
def desktop(browser: Browser) -> Iterator[Page]:
    yield from _page(browser.new_context(viewport=DESKTOP))  # type: ignore[arg-type]


def _page(context: BrowserContext) -> Iterator[Page]:
    yield context.new_page()
    context.close()


def box(page: Page, selector: str) -> dict[str, float]:
    found = page.locator(selector).first.bounding_box()
    assert found is not None
    return {name: float(value) for name, value in found.items()}  # type: ignore[arg-type]


def style(page: Page, selector: str, name: str) -> str:
    script = "([selector, name]) => getComputedStyle(document.querySelector(selector))[name]"
    return str(page.evaluate(script, [selector, name]))


def test_no_page_loads_anything_from_another_host(desktop: Page, addresses: list[str]) -> None:
    hosts: set[str | None] = set()
    desktop.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    for address in addresses:
        desktop.goto(address, wait_until="networkidle")
    assert hosts == {urlsplit(addresses[0]).netloc}


def test_no_page_logs_an_error_in_the_console(desktop: Page, addresses: list[str]) -> None:
    """Violations of the Content-Security-Policy would be logged there too."""
    messages: list[str] = []
    desktop.on("console", lambda message: messages.append(message.text))
    desktop.on("pageerror", lambda error: messages.append(str(error)))
    for address in addresses:
        desktop.goto(address, wait_until="networkidle")
    missing_on_purpose = "404 (Not Found)"
    assert [line for line in messages if missing_on_purpose not in line] == []
    assert len(messages) == 1


@pytest.mark.parametrize("width", [320, 375, 768, 1024, 1280])
def test_no_page_is_wider_than_the_screen(desktop: Page, addresses: list[str], width: int) -> None:
    desktop.set_viewport_size({"width": width, "height": 800})
    for address in addresses:
        desktop.goto(address)
        assert desktop.evaluate("document.documentElement.scrollWidth") <= width, address


def test_every_touch_target_is_large_enough_for_a_finger(phone: Page, addresses: list[str]) -> None:
    small = """elements => elements
        .filter(e => e.checkVisibility() && !e.closest('.skip, .choice, p:not(.name):not(.small)'))
        .map(e => [e.textContent.trim().slice(0, 40), e.getBoundingClientRect()])
        .filter(([, box]) => box.height < 43.5 || box.width < 43.5)
        .map(([text, box]) => `${text}: ${box.width} x ${box.height}`)"""
    for address in addresses:
        phone.goto(address)
        assert phone.locator(TOUCHABLE).evaluate_all(small) == [], address


def test_the_form_takes_at_most_a_third_of_the_screen(
    phone: Page, desktop: Page, addresses: list[str]
) -> None:
    for page, screen in ((phone, PHONE), (desktop, DESKTOP)):
        page.goto(addresses[0])
        call = box(page, ".call")
        assert call["y"] + call["height"] < screen["height"], "it is on the first screen"
        assert call["height"] <= screen["height"] / 3


def test_a_wide_screen_shows_the_form_beside_the_papers(
    desktop: Page, addresses: list[str]
) -> None:
    desktop.goto(addresses[0])
    papers, call, topics = box(desktop, ".reading"), box(desktop, ".call"), box(desktop, ".topics")
    assert call["x"] >= papers["x"] + papers["width"]
    assert topics["x"] == call["x"]
    assert topics["y"] >= call["y"] + call["height"]


def test_a_phone_shows_the_form_first_and_the_topics_last(
    phone: Page, addresses: list[str]
) -> None:
    phone.goto(addresses[0])
    tops = [box(phone, selector)["y"] for selector in (".masthead", ".call", ".strip", ".paper")]
    assert tops == sorted(tops)
    assert box(phone, ".topics")["y"] > box(phone, ".papers")["y"]


def test_a_line_of_text_has_at_most_seventy_letters(desktop: Page, addresses: list[str]) -> None:
    desktop.goto(addresses[0])
    desktop.locator(".brief summary").first.click()
    letters = "e => e.getBoundingClientRect().width / parseFloat(getComputedStyle(e).fontSize) * 2"
    assert desktop.locator(".brief p").first.evaluate(letters) <= 70, "a letter is half an em wide"


def test_more_unfolds_the_abstract_and_less_folds_it(phone: Page, addresses: list[str]) -> None:
    phone.goto(addresses[0])
    brief = phone.locator("details.brief").first
    whole = brief.locator("p")
    assert not whole.is_visible()
    brief.get_by_text("more", exact=True).click()
    assert whole.is_visible()
    assert not brief.locator(".opening").is_visible(), "the text is shown once"
    brief.get_by_text("less", exact=True).click()
    assert not whole.is_visible()


def test_the_reasons_of_a_trend_unfold(desktop: Page, addresses: list[str]) -> None:
    desktop.goto(addresses[0])
    why = desktop.locator(".why").first
    reason = why.get_by_text("100 upvotes")
    assert not reason.is_visible()
    why.locator("summary").click()
    assert reason.is_visible()


def test_everything_works_without_scripts(browser: Browser, addresses: list[str]) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(addresses[0])
    page.locator("details.brief summary").first.click()
    assert page.locator("details.brief p").first.is_visible()
    page.get_by_role("link", name="Day", exact=True).click()
    assert urlsplit(page.url).path == "/day/"
    context.close()


@pytest.mark.parametrize(
    ("scheme", "paper_colour"), [("light", "rgb(251, 250, 247)"), ("dark", "rgb(20, 19, 17)")]
)
def test_the_page_follows_the_preferred_colour_scheme(
    browser: Browser, addresses: list[str], scheme: Any, paper_colour: str
) -> None:
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    page.goto(addresses[0])
    assert style(page, "body", "backgroundColor") == paper_colour
    context.close()


def test_the_first_tab_key_skips_to_the_papers(desktop: Page, addresses: list[str]) -> None:
    desktop.goto(addresses[0])
    desktop.keyboard.press("Tab")
    skip = desktop.locator(".skip")
    assert skip.evaluate("e => e === document.activeElement")
    assert box(desktop, ".skip")["y"] >= 0
    desktop.keyboard.press("Enter")
    assert desktop.locator("main").evaluate("e => e === document.activeElement")


def test_the_focused_element_has_an_outline(desktop: Page, addresses: list[str]) -> None:
    desktop.goto(addresses[0])
    ring = "(s => s.outlineStyle + s.outlineWidth)(getComputedStyle(document.activeElement))"
    for _ in range(12):
        desktop.keyboard.press("Tab")
        assert desktop.evaluate(ring) == "solid2px"


def test_reduced_motion_disables_transitions(browser: Browser, addresses: list[str]) -> None:
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(addresses[0])
    assert style(page, ".button", "transitionDuration") in {"0s", "0s, 0s"}
    context.close()


def test_each_page_has_its_landmarks_and_one_h1(desktop: Page, addresses: list[str]) -> None:
    for address in addresses:
        desktop.goto(address)
        for role in ("banner", "main", "contentinfo"):
            assert desktop.get_by_role(role).count() == 1, (address, role)
        assert desktop.get_by_role("heading", level=1).count() == 1, address


def test_every_control_has_a_name(desktop: Page, addresses: list[str]) -> None:
    nameless = """elements => elements.filter(e =>
        !(e.textContent.trim() || e.getAttribute('aria-label') || (e.labels && e.labels.length)))
        .map(e => e.outerHTML)"""
    for address in addresses:
        desktop.goto(address)
        assert desktop.locator(TOUCHABLE).evaluate_all(nameless) == [], address
