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
DESKTOP: Final = {"width": 1280, "height": 800}
FINGER: Final = 44
LONG = "A sentence that says what was tried, how, and with which result on which data. " * 8
# As long as the leads of 1,501 real papers: a quarter has at most 130 letters, half 161.
_SPARSE: Final = "We propose a sparse way to route the tokens of a long text"
_GAIN: Final = ", which learns where each of them belongs and halves the time of a whole book."
LEADS: Final = [
    f"{_SPARSE}{_GAIN}",
    f"{_SPARSE} to many small networks{_GAIN}",
]
# As long as the titles of real papers: half of 4,852 have 70 letters or more, one in ten 105.
TITLES: Final = [
    "Sparse Autoencoders Find the Circuits of Language Models",
    "Frontier Planning: Training an Agent to Improve Itself by Reading Its Own Mistakes",
    "A Simple Baseline",
    "Real-Time Control of Robots by Models of Vision, Language and Action on One Small Device",
    "OpenHouse: Teams of Agents That Attack Each Other in Worlds Without an End",
]
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
    for number in range(1, 45):
        one = make_paper(
            TITLES[number % len(TITLES)],
            authors=[f"Abhishek Satwik {name}" for name in ("Das", "Kottur-Ramirez", "Lee", "Li")],
            summary=f"{LEADS[number % len(LEADS)]} {LONG}",
            listed_on=now.date() - timedelta(days=2),
            code_url="https://github.com/example/beta",
        )
        for slug in ("language-models", "health-biology", "speech-audio"):
            make_paper_topic(one, Topic.objects.get(slug=slug))
        for hours in (40, 30, 20):
            make_signal(one, 100 - 2 * hours - number, read_at=now - timedelta(hours=hours))
        make_signal(one, 12_000, kind="stars", source="github")
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
        paths += ["/topics/", "/?view=compact", "/?page=2"]
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
        for address in (addresses[0], addresses[3]):  # the front page, and a topic
            page.goto(address)
            call, button = box(page, ".call"), box(page, ".call button")
            assert button["y"] + button["height"] < screen["height"], "it is on the first screen"
            assert call["height"] <= screen["height"] / 3


def whole_papers(page: Page, screen: dict[str, int]) -> int:
    """How many papers of the list end above the lower edge of the first screen."""
    ends = "all => all.map(e => e.getBoundingClientRect().bottom)"
    return sum(end <= screen["height"] for end in page.locator(".paper").evaluate_all(ends))


def test_the_first_screen_has_two_whole_papers_on_a_phone_and_five_on_a_desk(
    phone: Page, desktop: Page, addresses: list[str]
) -> None:
    phone.goto(addresses[0])
    assert whole_papers(phone, PHONE) == 2
    desktop.goto(addresses[0])
    assert whole_papers(desktop, DESKTOP) == 5


def test_a_compact_list_has_twice_as_many_papers_on_a_screen(
    desktop: Page, addresses: list[str]
) -> None:
    desktop.goto(f"{addresses[0]}?view=compact")
    assert whole_papers(desktop, DESKTOP) >= 9


TAB_STOPS = """() => [...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]')]
    .filter(e => e.tabIndex >= 0 && e.checkVisibility({visibilityProperty: true})).length"""


@pytest.mark.parametrize("path", ["", "?page=2", "?view=compact"])
def test_the_front_page_has_at_most_120_tab_stops(
    phone: Page, desktop: Page, addresses: list[str], path: str
) -> None:
    for page in (phone, desktop):
        page.goto(f"{addresses[0]}{path}")
        assert page.locator(".paper").count() == 20
        assert page.locator(".paper .code").count() >= 19, "the most stops that a row can have"
        assert page.evaluate(TAB_STOPS) <= 120


@pytest.mark.parametrize("width", [320, 375, 640, 1024])
def test_the_facts_of_a_paper_are_one_row_and_its_code_is_always_in_it(
    desktop: Page, addresses: list[str], width: int
) -> None:
    desktop.set_viewport_size({"width": width, "height": 800})
    desktop.goto(addresses[0])
    rows = desktop.locator(".row-facts").evaluate_all("""rows => rows.map(row => {
        const edge = row.getBoundingClientRect(), of = e => e.getBoundingClientRect()
        const shown = [...row.children].filter(e => of(e).top < edge.bottom - 1)
        return [edge.height, new Set(shown.map(e => Math.round(of(e).top + of(e).bottom))).size,
                shown.some(e => e.matches('.code')),
                shown.every(e => of(e).right <= edge.right + 1)]
    })""")
    assert len(rows) == 20
    for height, lines, has_code, is_inside in rows:
        assert height <= FINGER
        assert (lines, has_code, is_inside) == (1, True, True)


def test_what_unfolds_a_paper_lies_over_none_of_its_facts(
    phone: Page, desktop: Page, addresses: list[str]
) -> None:
    overlap = """papers => papers.filter(paper => {
        const more = paper.querySelector('.more').getBoundingClientRect()
        const row = paper.querySelector('.row-facts').getBoundingClientRect()
        return row.right > more.left
    }).length"""
    for page in (phone, desktop):
        page.goto(addresses[0])
        assert page.locator(".paper:has(.more)").evaluate_all(overlap) == 0


def test_a_wide_screen_shows_the_form_beside_the_papers(
    desktop: Page, addresses: list[str]
) -> None:
    desktop.goto(addresses[0])
    papers, call, topics = box(desktop, ".reading"), box(desktop, ".call"), box(desktop, ".topics")
    assert call["x"] >= papers["x"] + papers["width"]
    assert topics["x"] == call["x"]
    assert topics["y"] >= call["y"] + call["height"]


def test_a_phone_shows_the_form_first_and_then_the_papers(
    phone: Page, addresses: list[str]
) -> None:
    phone.goto(addresses[0])
    tops = [box(phone, selector)["y"] for selector in (".masthead", ".call", ".strip", ".paper")]
    assert tops == sorted(tops)


@pytest.mark.parametrize("width", [320, 375, 768, 1023, 1024, 1280])
def test_topics_are_on_the_first_screen_at_every_width(
    desktop: Page, addresses: list[str], width: int
) -> None:
    """On phones they unfold above the papers; wide screens have them beside."""
    desktop.set_viewport_size({"width": width, "height": 812})
    desktop.goto(addresses[0])
    fold = desktop.locator(".topic-fold > summary")
    if fold.is_visible():
        fold.click()
    link = desktop.locator(".topic-fold a, .topics li a").filter(visible=True).first
    place = link.bounding_box()
    assert place is not None
    assert place["y"] < 812
    link.click()
    assert urlsplit(desktop.url).path.startswith("/topics/")


def test_topics_that_unfold_move_nothing_above_them(phone: Page, addresses: list[str]) -> None:
    phone.goto(addresses[0])
    before = [box(phone, selector) for selector in (".topic-fold > summary", ".view", ".windows")]
    phone.locator(".topic-fold > summary").click()
    assert [box(phone, one) for one in (".topic-fold > summary", ".view", ".windows")] == before


def test_text_of_twice_the_size_fits_a_phone(phone: Page, addresses: list[str]) -> None:
    lists = [one for one in addresses if "/papers/" not in one and "/search" not in one]
    for address in lists:
        phone.goto(address)
        phone.evaluate("document.documentElement.style.fontSize = '200%'")
        assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], address


def test_a_line_of_text_has_at_most_seventy_letters(desktop: Page, addresses: list[str]) -> None:
    desktop.goto(addresses[0])
    desktop.locator(".brief summary").first.click()
    letters = "e => e.getBoundingClientRect().width / parseFloat(getComputedStyle(e).fontSize) * 2"
    assert desktop.locator(".brief p").first.evaluate(letters) <= 70, "a letter is half an em wide"


def test_more_unfolds_the_abstract_and_the_reasons_and_less_folds_them(
    phone: Page, addresses: list[str]
) -> None:
    phone.goto(addresses[0])
    brief = phone.locator("details.brief").first
    whole, reason = brief.locator("> p"), brief.get_by_text("100 votes")
    assert not whole.is_visible()
    brief.get_by_text("more", exact=True).click()
    assert whole.is_visible()
    assert reason.is_visible()
    assert not brief.locator(".opening").is_visible(), "the text is shown once"
    brief.get_by_text("less", exact=True).click()
    assert not whole.is_visible()


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
