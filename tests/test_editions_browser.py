"""The pages of editions and about the site in Chromium: widths, touch targets, errors, axe."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from newsletter.editions.compose import compose
from newsletter.models import Candidate, Edition
from papers.models import Paper, Topic
from tests.factories import DAY, make_paper, make_paper_topic, make_signal
from tests.live import wait_until_only_connection
from tests.page_checks import axe_violations, html_problems
from tests.test_pages_browser import browser_type_launch_args  # noqa: F401 (a fixture)

# The event loop of Playwright runs in this thread, so Django would refuse every query here.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

pytestmark = pytest.mark.django_db
LATER: Final = datetime(2025, 3, 20, 9, tzinfo=UTC)
EDITION: Final = "/editions/weekly/2025-03-14"
PATHS: Final = (
    "/editions/",
    EDITION,
    f"{EDITION}/mail",
    "/feeds/",
    "/about/",
    "/forwarded/",
    "/privacy/",
    "/search/?q=long&code=on",
    "/search/?q=long",
)
LONG: Final = "A long sentence on what was tried, how, and with which result on which data. " * 6
FINGER: Final = 44
# Links within a running text are exempt, and so is the honeypot, which no finger reaches.
_SMALL: Final = """() => [...document.querySelectorAll(
    'main a, main summary, main button, main input:not([type=hidden]), footer a')]
  .filter(e => !e.closest('.trap') && getComputedStyle(e).display !== 'inline')
  .filter(e => !e.closest('details:not([open]) > :not(summary)'))
  .map(e => [e.textContent.trim(), e.getBoundingClientRect()])
  .filter(([, box]) => box.height > 0 && Math.min(box.height, box.width) < LEAST)
  .map(([text]) => text)"""


def make_edition_of_long_papers() -> None:
    topics = list(Topic.objects.order_by("position")[:10])
    for place in range(12):
        paper = make_paper(
            f"A long title of paper {place} whose words need more than one line on a phone",
            authors=["Abhishek Das", "Satwik Kottur", "Ann Lee", "Bo Li"],
            summary=LONG,
            code_url="https://github.com/example/alpha" if place % 2 else "",
            is_sample=place == 0,
        )
        make_paper_topic(paper, topics[place % 10])
        make_paper_topic(paper, topics[(place + 1) % 10], 0.5)
        make_signal(paper, 20_000 - place)
        make_signal(paper, 1_234, kind="stars", source="github")
    edition = compose("weekly", DAY, LATER)
    edition.note = "A note of the curator, with a " + "very_long_word_" * 12
    edition.save()


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The URL of a server with one edition for all tests: they only read."""
    with django_db_blocker.unblock():
        make_edition_of_long_papers()
        server = LiveServer("localhost")
        yield server.url
        server.stop()
        wait_until_only_connection()
        Candidate.objects.all().delete()
        Edition.objects.all().delete()
        Paper.objects.all().delete()


def opened(browser: Browser, url: str, width: int, **values: Any) -> tuple[Page, list[str]]:
    """The page at a width, and the list to which its errors are added."""
    context = browser.new_context(viewport={"width": width, "height": 800}, **values)
    page, errors = context.new_page(), list[str]()
    page.on("console", lambda message: errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(url)
    return page, errors


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PATHS)
def test_a_page_passes_axe_and_logs_no_error(
    browser: Browser, site: str, path: str, scheme: str
) -> None:
    for width in (375, 1280):
        page, errors = opened(browser, site + path, width, color_scheme=scheme)
        assert axe_violations(page) == []
        assert errors == []
        page.context.close()


def test_the_pages_are_valid_html(site: str, tmp_path: Path) -> None:
    for number, path in enumerate(PATHS):
        with urlopen(site + path) as answer:
            (tmp_path / f"{number}.html").write_bytes(answer.read())
    assert html_problems(tmp_path) == []


@pytest.mark.parametrize("path", PATHS)
def test_a_page_needs_no_sideways_scrolling(browser: Browser, site: str, path: str) -> None:
    for width, size in ((320, "100%"), (375, "200%")):
        page, _ = opened(browser, site + path, width, is_mobile=True, has_touch=True)
        # Not by a style sheet: the site's Content-Security-Policy refuses one.
        page.evaluate("size => { document.documentElement.style.fontSize = size }", size)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width, size)
        page.context.close()


@pytest.mark.parametrize("path", PATHS)
def test_a_finger_hits_each_link_of_its_own_line(browser: Browser, site: str, path: str) -> None:
    page, _ = opened(browser, site + path, 375, is_mobile=True, has_touch=True)
    assert page.evaluate(_SMALL.replace("LEAST", str(FINGER - 0.5))) == []
    page.context.close()


@pytest.mark.parametrize("path", PATHS)
def test_a_page_asks_no_other_host(browser: Browser, site: str, path: str) -> None:
    context = browser.new_context()
    page, asked = context.new_page(), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(site + path)
    assert asked
    assert [url for url in asked if not url.startswith((site, "data:"))] == []
    context.close()


def test_a_filter_is_chosen_and_taken_away_without_javascript(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/search/?q=long")
    assert page.locator(".papers .paper").count() == 10, "a page of the 12"
    page.get_by_role("link", name="With code 6").click()
    assert page.locator(".papers .paper").count() == 6
    page.get_by_role("link", name="With code (take this filter away)").click()
    assert page.locator(".papers .paper").count() == 10, "a page of the 12"
    context.close()


@pytest.mark.parametrize("path", [EDITION, "/search/?q=long"])
def test_titles_stand_under_one_another_and_ranks_left_of_them(
    browser: Browser, site: str, path: str
) -> None:
    for width in (1100, 1280):
        page, _ = opened(browser, site + path, width)
        left = "all => all.map(e => Math.round(e.getBoundingClientRect().left))"
        titles = page.locator(".paper:not(.lead) .title").evaluate_all(left)
        lead = page.locator(".paper.lead .title").evaluate_all(left)
        ranks = page.locator(".paper:not(.lead) .rank").evaluate_all(left)
        assert len(set(titles)) == 1
        assert max(ranks) < titles[0]
        # A screen with a margin holds the rank of the lead there too; else the lead begins at it.
        assert set(lead) <= {titles[0] if width == 1280 else ranks[0]}
        page.context.close()


def test_an_edition_sets_the_facts_of_a_paper_in_one_row(browser: Browser, site: str) -> None:
    for width in (375, 1280):
        page, _ = opened(browser, site + EDITION, width)
        rows = page.locator(".row-facts").evaluate_all(
            "all => all.map(e => e.getBoundingClientRect().height)"
        )
        assert len(rows) >= 10
        assert max(rows) <= FINGER
        page.context.close()


def test_more_unfolds_why_a_paper_was_in_an_edition(browser: Browser, site: str) -> None:
    page, _ = opened(browser, site + EDITION, 1280)
    paper = page.locator(".paper").first
    assert not paper.locator(".why").is_visible()
    paper.get_by_text("more", exact=True).click()
    assert paper.locator(".why h3").inner_text() == "Why it was here"
    assert paper.get_by_role("link", name="arXiv").is_visible()
    page.context.close()


def test_each_page_links_to_the_sections_where_they_fit(browser: Browser, site: str) -> None:
    for width, is_shown in ((375, False), (1280, True)):
        page, _ = opened(browser, f"{site}/about/", width)
        links = page.get_by_role("navigation", name="Trending Papers").get_by_role("link")
        assert links.all_inner_texts() == (["Topics", "Editions", "About"] if is_shown else [])
        page.context.close()


def test_the_mail_leads_to_the_papers_pages(browser: Browser, site: str) -> None:
    page, _ = opened(browser, f"{site}{EDITION}/mail", 1280)
    page.locator(".mail-title a").first.click()
    assert "/papers/" in page.url
    assert "A long title of paper 0" in page.locator("h1").inner_text()
    page.context.close()
