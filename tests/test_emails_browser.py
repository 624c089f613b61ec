"""Every mail in Chromium: axe in both colour schemes, widths, touch targets, headings, requests."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.emails.mails import Mail, mails
from tests.emails.visits import Visit, visit
from tests.test_pages_browser import browser_type_launch_args

__all__ = ["browser_type_launch_args", "mails"]  # fixtures
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's event loop runs in this thread
pytestmark = pytest.mark.django_db
TALL = "display: inline-block; padding: 14px"


@pytest.fixture(scope="module")
def visits(browser: Browser, mails: Sequence[Mail]) -> dict[str, Visit]:
    """What the browser finds of each mail, by its name."""
    found = {}
    for mail in mails:
        page = browser.new_page()
        found[mail.name] = visit(page, mail.html)
        page.close()
    return found


@pytest.fixture
def opened(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()


def wrong(visits: dict[str, Visit], field: str) -> dict[str, Any]:
    """One thing of all mails, without those with which nothing is wrong."""
    found = {name: getattr(one, field) for name, one in visits.items()}
    return {name: value for name, value in found.items() if value}


def test_axe_finds_nothing_in_any_mail_in_either_scheme(visits: dict[str, Visit]) -> None:
    """Contrast is among its rules: 4.5 for small letters."""
    assert wrong(visits, "axe") == {}


def test_letters_stand_out_where_a_program_drops_the_style_sheet(visits: dict[str, Visit]) -> None:
    assert wrong(visits, "bare_contrast") == {}


def test_no_mail_scrolls_sideways_at_320_375_or_600_pixels(visits: dict[str, Visit]) -> None:
    assert wrong(visits, "sideways") == {}


def test_links_in_rows_are_as_tall_as_a_finger_on_a_phone(visits: dict[str, Visit]) -> None:
    assert wrong(visits, "small_targets") == {}


def test_headings_begin_at_the_first_level_and_skip_none(visits: dict[str, Visit]) -> None:
    outlines = {name: one.headings for name, one in visits.items()}
    assert {name: levels for name, levels in outlines.items() if not is_sound(levels)} == {}


def is_sound(levels: Sequence[int]) -> bool:
    """Whether one heading of the first level comes first, and no level is skipped after it."""
    jumps = [below - above for above, below in pairwise(levels)]
    return [*levels[:1]] == [1] and levels.count(1) == 1 and max(jumps, default=0) < 2


def test_nothing_is_missing_with_pictures_off(visits: dict[str, Visit]) -> None:
    assert wrong(visits, "without_words") == {}


def test_no_mail_asks_anything_of_any_server(visits: dict[str, Visit]) -> None:
    """So no picture counts who opens it."""
    assert wrong(visits, "requests") == {}


# ── the checks themselves ────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("html", "count"),
    [
        ("<p><a href='/'>More</a> · <a href='/'>Less</a></p>", 2),
        ("<p>Read <a href='/'>more</a> or <a href='/'>less</a></p>", 0),
        ("<table><tr><td><a href='/'>More</a></td><td><a href='/'>Less</a></td></tr></table>", 2),
        ("<h2><a href='/'>A title</a></h2>", 0),
        ("<a class='button' href='/'>Confirm</a>", 1),
        (f"<p><a href='/' style='{TALL}'>More</a> · <a href='/'>Less</a></p>", 1),
    ],
)
def test_small_links_in_rows_are_found(opened: Page, html: str, count: int) -> None:
    assert len(visit(opened, html).small_targets) == count


def test_pale_letters_are_found_in_the_dark_alone(opened: Page) -> None:
    found = visit(
        opened,
        "<style>body { background: #fff } @media (prefers-color-scheme: dark) "
        "{ body { background: #777 } }</style><p style='color: #666'>Pale</p>",
    )
    pale = [one for one in found.axe if "color-contrast" in one]
    assert [one.split(" <")[0] for one in pale] == ["dark 375: color-contrast:"]
    assert found.bare_contrast == []


def test_a_wide_mail_with_a_picture_is_found(opened: Page) -> None:
    opened.route("https://papers.example.org/*", lambda route: route.abort())
    picture = "<img src='https://papers.example.org/picture.png'>"
    found = visit(opened, f"<div style='width: 350px'>Wide</div>{picture}")
    assert found.sideways == [320]
    assert len(found.without_words) == len(found.requests) == 1


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ([1], True),
        ([1, 2, 3, 2], True),
        ([], False),
        ([2], False),
        ([1, 1], False),
        ([1, 3], False),
    ],
)
def test_an_outline_that_skips_a_level_is_found(levels: list[int], expected: bool) -> None:
    assert is_sound(levels) is expected
