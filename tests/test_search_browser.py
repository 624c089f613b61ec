"""The search in Chromium: from any page, by keys, by touch, without scripts."""

# ruff: noqa: F811 (pytest passes fixtures by the names that are imported here)

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.test_pages_browser import (  # noqa: F401 (fixtures)
    addresses,
    browser_type_launch_args,
    desktop,
    phone,
)

pytestmark = pytest.mark.django_db


def query_of(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_the_search_box_works_with_the_return_key(
    desktop: Page,
    addresses: list[str],
) -> None:
    desktop.goto(addresses[0])
    desktop.get_by_role("search").get_by_label("Search papers").fill("rather long title")
    desktop.keyboard.press("Enter")
    desktop.wait_for_url("**/search/**")
    assert query_of(desktop) == {"q": ["rather long title"]}
    assert "Where the α goes" in desktop.locator(".papers .title").inner_text()
    assert desktop.locator(".title mark").all_inner_texts() == ["rather", "long", "title"]


def test_a_phone_shows_a_link_to_the_search(
    phone: Page,
    addresses: list[str],
) -> None:
    phone.goto(addresses[0])
    assert not phone.locator(".find").is_visible()
    phone.locator(".masthead").get_by_role("link", name="Search").tap()
    phone.wait_for_url("**/search/")
    assert urlsplit(phone.url).path == "/search/"
    assert phone.locator("#q").evaluate("e => e === document.activeElement")


def test_filters_work_by_keys_alone(desktop: Page, addresses: list[str]) -> None:
    desktop.goto(f"{addresses[0]}search/?q=title")
    desktop.locator(".filters > summary").focus()
    desktop.keyboard.press("Enter")
    desktop.get_by_label("Topic").focus()
    desktop.keyboard.type("Speech")
    desktop.get_by_label("With code").focus()
    desktop.keyboard.press("Space")
    desktop.locator("#q").focus()
    desktop.keyboard.press("Enter")
    desktop.wait_for_url("**topic=speech-audio**")
    assert query_of(desktop)["code"] == ["on"]
    assert desktop.locator(".chosen").count() == 2
    assert desktop.locator(".paper").count() == 1


def test_a_search_needs_no_scripts(browser: Browser, addresses: list[str]) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{addresses[0]}search/")
    page.locator("#q").fill("sentence says tried")
    page.locator("form.search button").click()
    assert page.locator(".paper").count() == 10  # of a page
    page.locator("details.brief summary").first.click()
    assert page.locator("details.brief p mark").first.is_visible()
    context.close()


def test_a_suggestion_finds_more_papers(
    desktop: Page,
    addresses: list[str],
) -> None:
    desktop.goto(f"{addresses[0]}search/?q=zebra title")
    desktop.get_by_role("link", name="Look for any of the words").click()
    assert query_of(desktop) == {"q": ["zebra or title"]}
    assert desktop.locator(".paper").count() == 1
