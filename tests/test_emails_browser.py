"""Every mail in Chromium: axe in both colour schemes, widths, touch targets, headings, requests."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from typing import Any, Final, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.emails.mails import Mail, mails
from tests.page_checks import is_scrolling_sideways
from tests.test_pages_browser import FINGER, browser_type_launch_args

__all__ = ["browser_type_launch_args", "mails"]  # fixtures
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's event loop runs in this thread
pytestmark = pytest.mark.django_db
Scheme = Literal["light", "dark"]
# A mail is a part of its program's page, which has these.
OF_PAGES: Final = {"region", "landmark-one-main", "bypass"}
CONTRAST: Final = ("color-contrast", "link-in-text-block")
# A link among links: what stands beside them is no word. Links in sentences are no targets (WCAG).
SMALL_TARGETS: Final = """(finger) => {
  const words = (node) => {
    const copy = node.cloneNode(true)
    copy.querySelectorAll('a').forEach((link) => link.remove())
    return /[\\p{L}\\p{N}]/u.test(copy.textContent)
  }
  const isSmall = (link) => {
    const row = [...document.querySelectorAll('tr, td, p, li, div')]
      .filter((block) => block.contains(link))
      .find((block) => !words(block) && block.querySelectorAll('a').length > 1)
    const isTarget = row || link.classList.contains('button')
    const box = link.getBoundingClientRect()
    return isTarget && !link.closest('h1, h2, h3') && box.height > 0 && box.height < finger - 0.5
  }
  return [...document.querySelectorAll('a')].filter(isSmall)
    .map((link) => `${link.textContent}: ${link.getBoundingClientRect().height}`)
}"""
HEADINGS: Final = "[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map((it) => +it.tagName[1])"
WITHOUT_TEXT: Final = """[...document.querySelectorAll('img, [background]')]
  .filter((it) => !it.hasAttribute('alt')).map((it) => it.outerHTML)"""


def wrong(
    browser: Browser,
    mails: Sequence[Mail],
    width: int,
    scheme: Scheme,
    problems: Callable[[Page], list[str]],
) -> dict[str, list[str]]:
    """What is wrong with each of the mails at a width, without those with which nothing is."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    found = {}
    for mail in mails:
        page.set_content(mail.html)
        if lines := problems(page):
            found[mail.name] = lines
    page.close()
    return found


def violations(page: Page, *rules: str) -> list[str]:
    """What axe finds of a mail; with `rules` of these alone."""
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html']}" for one in found if one["id"] not in OF_PAGES
    ]


@pytest.mark.parametrize(("width", "scheme"), [(600, "light"), (375, "dark")])
def test_axe_finds_nothing_in_any_mail(
    browser: Browser, mails: Sequence[Mail], width: int, scheme: Scheme
) -> None:
    assert wrong(browser, mails, width, scheme, violations) == {}


@pytest.mark.parametrize(("width", "scheme"), [(600, "dark"), (375, "light")])
def test_letters_stand_out_in_both_schemes_at_both_widths(
    browser: Browser, mails: Sequence[Mail], width: int, scheme: Scheme
) -> None:
    assert wrong(browser, mails, width, scheme, lambda it: violations(it, *CONTRAST)) == {}


def test_letters_stand_out_where_a_program_drops_the_style_sheet(
    browser: Browser, mails: Sequence[Mail]
) -> None:
    bare = [Mail(mail.name, without_styles(mail)) for mail in mails]
    assert wrong(browser, bare, 600, "light", lambda it: violations(it, *CONTRAST)) == {}


def without_styles(mail: Mail) -> bytes:
    html = re.sub(r"<style.*?</style>", "", mail.html, flags=re.DOTALL)
    return b"Content-Type: text/html; charset=utf-8\n\n" + html.encode()


@pytest.mark.parametrize("width", [320, 375, 600])
def test_no_mail_scrolls_sideways(browser: Browser, mails: Sequence[Mail], width: int) -> None:
    def is_wide(page: Page) -> list[str]:
        return ["it scrolls sideways"] if is_scrolling_sideways(page) else []

    assert wrong(browser, mails, width, "light", is_wide) == {}


def test_links_in_rows_are_as_tall_as_a_finger_on_a_phone(
    browser: Browser, mails: Sequence[Mail]
) -> None:
    def small(page: Page) -> list[str]:
        return list(page.evaluate(SMALL_TARGETS, FINGER))

    assert wrong(browser, mails, 375, "light", small) == {}


def test_headings_begin_at_the_first_level_and_skip_none(
    browser: Browser, mails: Sequence[Mail]
) -> None:
    def outline(page: Page) -> list[str]:
        levels = page.evaluate(HEADINGS)
        jumps = [b - a for a, b in zip(levels, levels[1:], strict=False)]
        is_sound = levels[:1] == [1] and levels.count(1) == 1 and max(jumps, default=0) < 2
        return [] if is_sound else [str(levels)]

    assert wrong(browser, mails, 600, "light", outline) == {}


def test_no_mail_asks_anything_of_any_server(browser: Browser, mails: Sequence[Mail]) -> None:
    """No picture counts who opens it, and with pictures off nothing is missing."""
    asked: list[str] = []
    page = browser.new_page()
    page.on("request", lambda request: asked.append(request.url))
    for mail in mails:
        page.set_content(mail.html, wait_until="load")
        assert page.evaluate(WITHOUT_TEXT) == [], mail.name
    page.close()
    assert asked == []


# ── the checks themselves ────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("html", "count"),
    [
        ("<p><a href='/'>More</a> · <a href='/'>Less</a></p>", 2),
        ("<p>Read <a href='/'>more</a> or <a href='/'>less</a></p>", 0),
        ("<table><tr><td><a href='/'>More</a></td><td><a href='/'>Less</a></td></tr></table>", 2),
        ("<h2><a href='/'>A title</a></h2>", 0),
        ("<a class='button' href='/'>Confirm</a>", 1),
        ("<p><a href='/' style='display: inline-block; padding: 14px'>More</a> · "
         "<a href='/'>Less</a></p>", 1),
    ],
)  # fmt: skip
def test_small_links_in_rows_are_found(browser: Browser, html: str, count: int) -> None:
    page = browser.new_page()
    page.set_content(html)
    assert len(page.evaluate(SMALL_TARGETS, FINGER)) == count
    page.close()


def test_pale_letters_are_found_in_the_dark_alone(browser: Browser) -> None:
    html = (
        "<style>body { background: #fff } @media (prefers-color-scheme: dark) "
        "{ body { background: #777 } }</style><p style='color: #666'>Pale</p>"
    )
    mail = Mail("pale", b"Content-Type: text/html\n\n" + html.encode())
    found = {
        scheme: wrong(browser, [mail], 600, scheme, lambda it: violations(it, *CONTRAST))
        for scheme in ("light", "dark")
    }
    assert found["light"] == {}
    assert found["dark"]["pale"][0].startswith("color-contrast: ")
