"""A reader runs their own subscription in Chromium: with and without scripts, small and large."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django import DjangoDbBlocker

from newsletter.models import Delivery, DigestContent, Edition
from papers.models import Paper
from subscribers import tokens
from subscribers.models import AddressChange, ConsentEntry, Subscriber
from subscribers.privacy import erasing
from tests.factories import make_paper, make_subscriber
from tests.live import serving
from tests.newsletter.sent_digests import make_sent
from tests.page_checks import axe_violations, is_scrolling_sideways
from tests.test_pages_browser import (
    DESKTOP,
    PHONE,
    browser_type_launch_args,  # noqa: F401 (a fixture)
)

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's event loop runs in this thread
# The server commits; the tests read what it committed.
pytestmark = pytest.mark.django_db


@dataclass
class World:
    """The site, readers whom no test has used yet, and one with something on each page."""

    url: str
    readers: list[Subscriber]
    full: Subscriber


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Rows that are made in a test are not committed, so the server would not see them."""
    with django_db_blocker.unblock():
        with serving() as url:
            now = timezone.now()
            make_paper(
                "Diffusion for tea",
                arxiv_id="2611.00001",
                authors=["Ada Byron"],
                listed_on=now.date() - timedelta(days=1),
            )
            readers = [
                make_subscriber(f"ada{n}@example.com", cadence="daily", confirmed_at=now)
                for n in range(60)
            ]
            yield World(url, readers, make_full_reader())
        with erasing():
            ConsentEntry.objects.all().delete()
            Subscriber.objects.all().delete()
        DigestContent.objects.all().delete()
        Delivery.objects.all().delete()
        Edition.objects.all().delete()
        Paper.objects.all().delete()


def make_full_reader() -> Subscriber:
    today = timezone.now().date()
    reader = make_subscriber("full@example.com", paused_until=today + timedelta(days=9))
    for kind, term in (("keyword", "diffusion"), ("author", "Ada Byron"), ("muted", "tea")):
        reader.interests.create(kind=kind, term=term)
    reader.feedback.create(paper=Paper.objects.earliest("pk"), kind="save", at=timezone.now())
    AddressChange.objects.create(
        subscriber=reader,
        old_email=reader.email,
        new_email="a-rather-long-address-of-somebody@a-rather-long-domain.example",
        requested_at=timezone.now(),
    )
    make_sent(reader)
    return reader


@pytest.fixture
def site(world: World) -> str:
    return world.url


@pytest.fixture
def ada(world: World) -> Subscriber:
    return world.readers.pop()


@pytest.fixture
def reader(world: World) -> Subscriber:
    return world.full


@pytest.fixture(
    params=[(True, DESKTOP), (True, PHONE), (False, PHONE), (False, DESKTOP)],
    ids=["scripts, wide", "scripts, phone", "no scripts, phone", "no scripts, wide"],
)
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    has_scripts, size = request.param
    context = browser.new_context(java_script_enabled=has_scripts, viewport=size)
    yield context.new_page()
    context.close()


def own(site: str, reader: Subscriber, part: str = "") -> str:
    return f"{site}/preferences/{tokens.make('preferences', reader)}/{part}"


def says(page: Page, text: str) -> None:
    expect(page.locator(".notice[role=status]")).to_contain_text(text)


def test_words_are_added_seen_and_removed(page: Page, site: str, ada: Subscriber) -> None:
    page.goto(own(site, ada))
    page.get_by_label("Follow words").fill("diffusion")
    page.get_by_label("Follow words").press("Enter")
    expect(page.locator("#keywords")).to_contain_text("1 paper last week")
    expect(page.get_by_role("link", name="Diffusion for tea")).to_be_visible()
    page.get_by_role("button", name="Remove diffusion").click()
    says(page, "Saved.")
    assert not ada.interests.exists()


def test_a_refused_word_has_the_focus(page: Page, site: str, ada: Subscriber) -> None:
    page.goto(own(site, ada))
    page.get_by_label("Mute words").fill("…")
    page.locator("#muted").get_by_role("button", name="Add").click()
    expect(page.get_by_label("Mute words")).to_be_focused()
    expect(page.get_by_role("alert").first).to_contain_text("no letter or number")


def test_choices_are_changed(page: Page, site: str, ada: Subscriber) -> None:
    page.goto(own(site, ada))
    page.get_by_text("Change topics, time and number").click()
    page.get_by_label("Robotics", exact=True).check()
    page.get_by_label("Papers in a digest").select_option("5")
    page.get_by_role("button", name="Save", exact=True).click()
    says(page, "Saved.")
    expect(page.locator("#choices dl")).to_contain_text("Robotics")


def test_a_pause_and_its_end(page: Page, site: str, ada: Subscriber) -> None:
    page.goto(own(site, ada))
    page.get_by_role("button", name="a month", exact=True).click()
    says(page, "Your digests are paused.")
    page.get_by_role("button", name="Resume now").click()
    says(page, "Your digests come again.")


def test_a_pause_until_a_day(page: Page, site: str, ada: Subscriber) -> None:
    until = timezone.now().date() + timedelta(days=50)
    page.goto(own(site, ada))
    page.get_by_label("Or until a day").fill(until.isoformat())
    page.get_by_role("button", name="Pause until then").click()
    says(page, "Your digests are paused.")
    ada.refresh_from_db()
    assert ada.paused_until == until


def test_less_often_and_back(page: Page, site: str, ada: Subscriber) -> None:
    page.goto(own(site, ada))
    page.get_by_role("button", name="Once a week instead of every day").click()
    page.get_by_role("button", name="Back to every day").click()
    ada.refresh_from_db()
    assert ada.cadence == "daily"


def test_papers_are_saved_and_removed(page: Page, site: str, ada: Subscriber) -> None:
    page.goto(own(site, ada))
    page.get_by_role("link", name="Saved papers").click()
    page.get_by_label("Its arXiv number, or a link to it").fill("https://arxiv.org/abs/2611.00001")
    page.get_by_role("button", name="Save", exact=True).click()
    says(page, "The paper is in your list.")
    page.get_by_role("button", name="Remove Diffusion for tea").click()
    says(page, "no longer in your list")


def test_the_address_is_changed_by_the_mailed_link(page: Page, site: str, ada: Subscriber) -> None:
    old, new = ada.email, f"new.{ada.email}"
    page.goto(own(site, ada))
    page.get_by_role("link", name="Address", exact=True).click()
    page.get_by_label("Your new address").fill(new)
    page.get_by_role("button", name="Send a link there").click()
    expect(page.get_by_role("button", name="Cancel the change")).to_be_visible()
    change = AddressChange.objects.get(new_email=new)
    page.goto(f"{site}/new-address/{tokens.make_for_change('move', change)}/")
    page.get_by_role("button", name="Use this address").click()
    page.get_by_role("link", name="Your digest", exact=True).click()
    expect(page.get_by_role("heading", name="Your digest", level=1)).to_be_visible()
    page.goto(f"{site}/old-address/{tokens.make_for_change('move_back', change)}/")
    page.get_by_role("button", name="Undo the change").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("undone")
    ada.refresh_from_db()
    assert ada.email == old


def test_leaving_and_one_press_back(page: Page, site: str, ada: Subscriber) -> None:
    page.goto(own(site, ada, "unsubscribe/"))
    page.get_by_role("button", name="Unsubscribe").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("subscribed again")
    ada.refresh_from_db()
    assert ada.state == "active"


def test_the_data_is_downloaded_and_deleted(
    page: Page, site: str, ada: Subscriber, tmp_path: Path
) -> None:
    page.goto(own(site, ada, "data/"))
    with page.expect_download() as found:
        page.get_by_role("link", name="Download my data").click()
    found.value.save_as(tmp_path / "mine.json")
    stored = json.loads((tmp_path / "mine.json").read_text())["stored"]
    assert stored["subscribers"][0]["email"] == ada.email
    page.get_by_role("link", name="Delete me").click()
    page.get_by_role("button", name="Delete me").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Everything is deleted")
    assert not Subscriber.objects.filter(pk=ada.pk).exists()


def pages_of(site: str, reader: Subscriber) -> list[str]:
    change = reader.address_changes.get()
    parts = ["", "?done=cadence&was=daily", "digests/", "saved/", "address/", "data/"]
    return [
        *(own(site, reader, part) for part in (*parts, "data/delete/", "unsubscribe/")),
        f"{site}/new-address/{tokens.make_for_change('move', change)}/",
        f"{site}/deleted/",
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["wide", "phone"])
def test_every_page_is_usable_with_any_sense(
    browser: Browser, site: str, reader: Subscriber, scheme: Any, size: Any
) -> None:
    context = browser.new_context(color_scheme=scheme, viewport=size)
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    found = {}
    for address in pages_of(site, reader):
        page.goto(address)
        problems = axe_violations(page)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        problems += ["it scrolls sideways"] if is_scrolling_sideways(page) else []
        found[address.removeprefix(site)] = problems
    context.close()
    assert {address: problems for address, problems in found.items() if problems} == {}
    assert said == []


def test_everything_can_be_reached_and_pressed_by_keys(
    browser: Browser, site: str, reader: Subscriber
) -> None:
    page = browser.new_page()
    page.goto(own(site, reader))
    page.get_by_label("Follow words").focus()
    page.keyboard.type("diffusion")
    page.keyboard.press("Enter")
    says(page, "Saved.")
    names = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        names.add(page.evaluate("document.activeElement.innerText || document.activeElement.id"))
    page.close()
    assert {"Resume now", "id_add_keywords", "two weeks", "Pause until then"} <= names
