"""From a link in a mail to a stored vote and to what was learned, in Chromium."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django import DjangoDbBlocker

from newsletter.editions.loaded_edition import rebuild
from newsletter.models import Delivery, DigestContent, Edition
from papers.models import Paper
from subscribers.models import ConsentEntry, Subscriber
from subscribers.privacy import erasing
from tests.live import serving
from tests.newsletter.feedback.links import SentLinks, sent_links, stored_of
from tests.page_checks import axe_violations, html_problems, is_scrolling_sideways
from tests.test_pages_browser import browser_type_launch_args  # noqa: F401 (a fixture)

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's event loop runs in this thread
pytestmark = pytest.mark.django_db
NARROW = {"width": 320, "height": 640}


@dataclass
class World:
    """The site, and a digest whose reader has said nothing yet."""

    url: str
    sent: SentLinks
    html: str

    def link(self, word: str) -> str:
        """The first link of this word in the mail."""
        start = self.html.index(f">{word}</a>")
        path = self.html[:start].rpartition('href="')[2].partition('"')[0]
        return self.url + path[path.index("/w/") :]


@pytest.fixture(scope="module")
def worlds(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Iterator[World]]:
    """One for each test. The server would not see what a test makes, which is not committed."""
    with django_db_blocker.unblock():
        with serving() as url:
            yield iter([_world(url, number) for number in range(5)])
        with erasing():
            ConsentEntry.objects.all().delete()
            Subscriber.objects.all().delete()
        for model in (DigestContent, Delivery, Edition, Paper):
            model.objects.all().delete()


def _world(url: str, number: int) -> World:
    sent = sent_links(f"ada{number}@example.com")
    delivery = Delivery.objects.get(subscriber=sent.reader)
    return World(url, sent, rebuild(delivery, sent.reader.email).html)


@pytest.fixture
def world(worlds: Iterator[World]) -> World:
    return next(worlds)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A narrow phone without scripts."""
    page = browser.new_page(viewport=NARROW, java_script_enabled=False)  # type: ignore[arg-type]
    yield page
    page.close()


def test_a_link_of_the_mail_leads_to_a_vote_and_to_what_was_learned(
    page: Page, world: World
) -> None:
    page.goto(world.link("More like this"))
    title = world.sent.papers[0].title
    first = page.get_by_role("group", name=title)
    expect(first.get_by_role("radio", name="More like this")).to_be_checked()
    first.get_by_text("Save").click()
    other = page.get_by_role("group", name=world.sent.papers[1].title)
    other.get_by_text("Less like this").click()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Stored")
    assert stored_of(world.sent.reader) == {
        (title, "more"), (title, "save"), (world.sent.papers[1].title, "less"),
    }  # fmt: skip
    page.get_by_role("link", name="What we learned").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What we learned")
    expect(page.get_by_role("main")).to_contain_text(title)


def test_it_works_with_keys_alone(page: Page, world: World) -> None:
    page.goto(world.link("Save"))
    first = page.get_by_role("group", name=world.sent.papers[0].title)
    expect(first.get_by_role("checkbox", name="Save")).to_be_checked()
    first.get_by_role("radio", name="No vote").focus()
    page.keyboard.press("ArrowUp")
    expect(first.get_by_role("radio", name="Upvote")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(first.get_by_role("checkbox", name="Save")).not_to_be_checked()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Stored")
    assert stored_of(world.sent.reader) == {(world.sent.papers[0].title, "upvote")}


def test_the_row_to_send_hides_no_choice_that_has_the_focus(page: Page, world: World) -> None:
    page.goto(world.link("More like this"))
    last = page.get_by_role("group", name=world.sent.papers[2].title)
    box = last.get_by_role("checkbox", name="Save")
    first = page.get_by_role("group", name=world.sent.papers[0].title)
    first.get_by_role("checkbox", name="Save").focus()
    for _ in range(20):
        page.keyboard.press("Tab")
        place, row = page.locator(":focus").bounding_box(), page.locator(".send").bounding_box()
        assert place is not None
        assert row is not None
        is_in_row = page.locator(".send :focus").count() == 1
        assert is_in_row or place["y"] + place["height"] <= row["y"]
        if is_in_row:
            break
    expect(box).not_to_be_checked()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_have_no_fault_of_access_and_fit_a_narrow_phone(
    browser: Browser, world: World, scheme: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    page = browser.new_page(viewport=NARROW, color_scheme=scheme)  # type: ignore[arg-type]
    folder = tmp_path_factory.mktemp("feedback")

    def check(name: str) -> None:
        assert axe_violations(page) == [], name
        assert not is_scrolling_sideways(page), name
        (folder / f"{name}.html").write_text(page.content())

    page.goto(world.link("Less like this"))
    check("asked")
    page.get_by_role("button", name="Send").click()
    check("stored")
    page.get_by_role("button", name="Undo").click()
    check("undone")
    page.get_by_role("link", name="All papers of this digest").click()
    check("all papers")
    page.close()
    assert stored_of(world.sent.reader) == set()
    assert html_problems(folder) == []
