"""One look at a mail in a browser: all that is asked of it, at each width and in both schemes."""

from __future__ import annotations

from typing import Any, Final, Literal, NamedTuple

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.page_checks import is_scrolling_sideways

Scheme = Literal["light", "dark"]
WIDE, PHONE, NARROW, FINGER = 600, 375, 320, 44  # pixels
# A mail is a part of its program's page, which has these.
_OF_PAGES: Final = {"region", "landmark-one-main", "bypass"}
_CONTRAST: Final = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
_AXE: Final = """async (options) => {
  const { violations } = await axe.run(document, { resultTypes: ['violations'], ...options })
  return violations.map((one) => [one.id, one.nodes[0].html])
}"""
# A link among links: what stands beside them is no word. Links in sentences are no targets (WCAG).
_SMALL_TARGETS: Final = """(finger) => {
  const letters = (node) => node.textContent.replace(/[^\\p{L}\\p{N}]/gu, '').length
  const isRow = (block) => {
    const links = [...block.querySelectorAll('a')]
    return links.length > 1 && letters(block) === links.reduce((sum, it) => sum + letters(it), 0)
  }
  const rows = [...document.querySelectorAll('tr, td, p, li, div')].filter(isRow)
  const isTarget = (link) =>
    link.matches('.button') || rows.some((row) => row.contains(link)) && !link.closest('h1, h2, h3')
  const tall = (link) => link.getBoundingClientRect().height
  return [...document.querySelectorAll('a')]
    .filter((link) => isTarget(link) && tall(link) > 0 && tall(link) < finger - 0.5)
    .map((link) => `${link.textContent.trim()}: ${tall(link)} pixels`)
}"""
_HEADINGS: Final = "[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map((it) => +it.tagName[1])"
_NO_WORDS: Final = """[...document.querySelectorAll('img, [background]')]
  .filter((it) => !it.hasAttribute('alt')).map((it) => it.outerHTML)"""
_WITHOUT_STYLES: Final = "document.querySelectorAll('style').forEach((it) => it.remove())"


class Visit(NamedTuple):
    """What a browser finds of a mail. Each list is empty when nothing is wrong."""

    axe: list[str]  # with "light 600: " or "dark 375: " before it
    bare_contrast: list[str]  # where a program has dropped the style sheet
    sideways: list[int]  # the widths at which it scrolls sideways
    small_targets: list[str]
    headings: list[int]  # their levels, in order
    without_words: list[str]  # pictures that say nothing when they are off
    requests: list[str]


def visit(page: Page, html: str) -> Visit:
    """Open a mail in a page and look at all of this."""
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.set_content(html)
    page.evaluate(Axe().axe_script)
    sideways = [width for width in (NARROW, PHONE, WIDE) if _is_wide(page, width)]
    axe = [*_axe(page, WIDE, "light"), *_axe(page, PHONE, "dark")]
    small_targets = page.evaluate(_SMALL_TARGETS, FINGER)
    headings, without_words = page.evaluate(_HEADINGS), page.evaluate(_NO_WORDS)
    page.evaluate(_WITHOUT_STYLES)
    bare = _axe(page, WIDE, "light", _CONTRAST)
    return Visit(axe, bare, sideways, small_targets, headings, without_words, requests)


def _is_wide(page: Page, width: int) -> bool:
    page.set_viewport_size({"width": width, "height": 900})
    return is_scrolling_sideways(page)


def _axe(page: Page, width: int, scheme: Scheme, options: Any = None) -> list[str]:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    found = page.evaluate(_AXE, options or {})
    return [f"{scheme} {width}: {rule}: {html}" for rule, html in found if rule not in _OF_PAGES]
