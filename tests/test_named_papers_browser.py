"""A reader names papers that they like in Chromium: with and without scripts, small and large."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django import DjangoDbBlocker

from newsletter.models import Candidate, Edition
from papers.models import Paper
from subscribers import tokens
from subscribers.models import ConsentEntry, Subscriber
from subscribers.privacy import erasing
from tests.factories import make_candidate, make_edition, make_paper, make_subscriber
from tests.live import serving
from tests.page_checks import axe_violations, is_scrolling_sideways
from tests.test_pages_browser import (
    DESKTOP,
    PHONE,
    browser_type_launch_args,  # noqa: F401 (a fixture)
)

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's event loop runs in this thread
# The server commits; the tests read what it committed.
pytestmark = pytest.mark.django_db
FACTS = {
    "title": "Talking pots", "summary": "", "authors": [], "since": "this week",
    "upvotes_window_gain": 3, "stars": 0, "position": 1,
}  # fmt: skip


@dataclass
class World:
    """The site, and readers whom no test has used yet."""

    url: str
    active: list[Subscriber]
    pending: list[Subscriber]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Two papers, and one of an edition.

    Rows that are made in a test are not committed, so the server sees none.
    """
    with django_db_blocker.unblock():
        with serving() as url:
            day = timezone.now().date() - timedelta(days=1)
            make_paper("Diffusion for tea", arxiv_id="2611.00001", listed_on=day)
            make_paper("Kettles that learn", arxiv_id="2611.00002", listed_on=day)
            active = [make_subscriber() for _ in range(12)]
            make_candidate(make_edition(), make_paper("Talking pots"), facts=FACTS)
            yield World(url, active, [make_subscriber(state="pending") for _ in range(12)])
        with erasing():
            ConsentEntry.objects.all().delete()
            Subscriber.objects.all().delete()
        Candidate.objects.all().delete()
        Edition.objects.all().delete()
        Paper.objects.all().delete()


@pytest.fixture
def site(world: World) -> str:
    return world.url


@pytest.fixture
def reader(world: World) -> Subscriber:
    return world.active.pop()


@pytest.fixture
def pending(world: World) -> Subscriber:
    return world.pending.pop()


@pytest.fixture(
    params=[(True, DESKTOP), (True, PHONE), (False, PHONE), (False, DESKTOP)],
    ids=["scripts, wide", "scripts, phone", "no scripts, phone", "no scripts, wide"],
)
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    has_scripts, size = request.param
    context = browser.new_context(java_script_enabled=has_scripts, viewport=size)
    yield context.new_page()
    context.close()


def liked(reader: Subscriber) -> set[str]:
    return set(reader.feedback.values_list("paper__title", flat=True))


def test_papers_are_named_while_confirming(
    page: Page, site: str, pending: Subscriber, tmp_path: Path
) -> None:
    library = tmp_path / "library.bib"
    library.write_text("@misc{a, title={Tea}, eprint={2611.00002}, archivePrefix={arXiv}}\n")
    page.goto(f"{site}/confirm/{tokens.make('confirm', pending)}/")
    page.locator("#papers summary").click()
    page.get_by_label("arXiv numbers").fill("https://arxiv.org/abs/2611.00001\nwhat is this")
    page.get_by_label("Or a file").set_input_files(library)
    page.get_by_role("button", name="Show what you understood").click()
    understood = page.locator("#papers [role=status]")
    expect(understood).to_contain_text("2 papers found.")
    expect(understood).to_contain_text("1 line names no paper")
    expect(page.get_by_label("arXiv numbers")).to_have_value(
        "https://arxiv.org/abs/2611.00001\nwhat is this\n2611.00002"
    )
    assert liked(pending) == set()
    assert not is_scrolling_sideways(page)
    page.get_by_role("button", name="Confirm and start").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are subscribed")
    expect(page.locator("main")).to_contain_text(
        "Your digests begin with papers that are like the 2 that you named"
    )
    assert liked(pending) == {"Diffusion for tea", "Kettles that learn"}


def test_the_preview_of_a_digest_takes_them_into_account(
    page: Page, site: str, pending: Subscriber, tmp_path: Path
) -> None:
    library = tmp_path / "library.bib"
    library.write_text("@misc{a, title={Tea}, eprint={2611.00002}, archivePrefix={arXiv}}\n")
    page.goto(f"{site}/confirm/{tokens.make('confirm', pending)}/")
    page.locator("#papers summary").click()
    page.get_by_label("arXiv numbers").fill("2611.00001, 2611.00009")
    page.get_by_role("button", name="Show me a digest").click()
    preview = page.locator(".digest-preview")
    expect(preview).to_contain_text("The paper that you named counts.")
    expect(preview).to_contain_text("Papers that are not here yet cannot count in this preview.")
    page.get_by_label("Or a file").set_input_files(library)
    page.get_by_role("button", name="Show me a digest").click()
    expect(preview).to_contain_text("2 papers that you named count.")
    assert liked(pending) == set()


def test_papers_are_added_picked_and_removed(page: Page, site: str, reader: Subscriber) -> None:
    page.goto(f"{site}/preferences/{tokens.make('preferences', reader)}/")
    page.get_by_role("link", name="Papers you like").click()
    page.get_by_label("arXiv numbers").fill("Diffusion for Tea")
    page.get_by_role("button", name="Add these papers").click()
    expect(page.locator(".notice[role=status]")).to_contain_text("1 is in your list now.")
    page.get_by_label("Words of a title").fill("kettles")
    page.get_by_label("Words of a title").press("Enter")
    page.get_by_role("button", name="Add Kettles that learn").click()
    expect(page.locator("#archive")).to_contain_text("In your list")
    assert liked(reader) == {"Diffusion for tea", "Kettles that learn"}
    assert not is_scrolling_sideways(page)
    page.get_by_role("button", name="Remove Diffusion for tea").click()
    expect(page.locator("#list")).to_contain_text("1 paper in your list")
    assert liked(reader) == {"Kettles that learn"}


def test_a_file_that_cannot_be_read_is_named_at_its_field(
    page: Page, site: str, reader: Subscriber, tmp_path: Path
) -> None:
    picture = tmp_path / "a.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n")
    page.goto(f"{site}/preferences/{tokens.make('preferences', reader)}/papers/")
    page.get_by_label("Or a file").set_input_files(picture)
    page.get_by_role("button", name="Add these papers").click()
    expect(page.get_by_role("alert")).to_contain_text("This is a picture.")
    expect(page.get_by_label("Or a file")).to_have_attribute("aria-describedby", "file_error")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_have_no_known_barrier(
    browser: Browser, site: str, reader: Subscriber, pending: Subscriber, scheme: str
) -> None:
    context = browser.new_context(viewport=PHONE, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{site}/preferences/{tokens.make('preferences', reader)}/papers/?q=tea")
    page.get_by_label("arXiv numbers").fill("2611.00001\nwhat is this\n2401.00001")
    page.get_by_role("button", name="Add these papers").click()
    assert axe_violations(page) == []
    page.goto(f"{site}/confirm/{tokens.make('confirm', pending)}/")
    page.locator("#papers summary").click()
    assert axe_violations(page) == []
    context.close()
