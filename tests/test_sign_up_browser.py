"""The sign-up form in Chromium: with and without scripts, and with a browser that fills in all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count

import pytest
from playwright.sync_api import Browser, Page
from pytest_django import DjangoDbBlocker

from subscribers.models import ConsentEntry, Subscriber, TransactionalMail
from subscribers.privacy import erasing
from tests.live import serving
from tests.test_pages_browser import browser_type_launch_args  # noqa: F401 (a fixture)

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's event loop runs in this thread
# The server commits; the tests read what it committed.
pytestmark = pytest.mark.django_db
FORMS = ["/", "/subscribe/"]
_number = count(1)
SENT = "text=Check your inbox"


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    with django_db_blocker.unblock():
        with serving() as url:
            yield url
        with erasing():
            ConsentEntry.objects.all().delete()
            Subscriber.objects.all().delete()


@pytest.fixture
def ada() -> str:
    """An address that no other test signs up."""
    return f"ada{next(_number)}@example.com"


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=request.param)
    yield context.new_page()
    context.close()


def fill_honeypot(page: Page) -> None:
    """As a password manager does that heeds no hint; the field cannot be reached otherwise."""
    page.locator(".trap input").first.evaluate("field => { field.value = 'https://ada.example' }")


def mails_to(address: str) -> int:
    return TransactionalMail.objects.filter(subscriber__email=address).count()


@pytest.mark.parametrize("path", FORMS)
def test_a_reader_signs_up(page: Page, site: str, ada: str, path: str) -> None:
    page.goto(f"{site}{path}")
    page.get_by_label("Your email address").fill(ada)
    page.get_by_role("button", name="Subscribe").click()
    page.wait_for_selector(SENT)
    assert mails_to(ada) == 1


def test_a_reader_whose_browser_fills_in_everything_signs_up(
    page: Page, site: str, ada: str
) -> None:
    page.goto(f"{site}/subscribe/")
    fill_honeypot(page)
    page.get_by_label("Your email address").fill(ada)
    page.wait_for_timeout(4100)  # longer than FASTEST, whose clock counts whole seconds
    page.get_by_role("button", name="Subscribe").click()
    page.wait_for_selector(SENT)
    assert mails_to(ada) == 1


def test_one_who_was_faster_presses_once_more(page: Page, site: str, ada: str) -> None:
    page.goto(f"{site}/subscribe/")
    fill_honeypot(page)
    page.get_by_label("Your email address").fill(ada)
    page.get_by_role("button", name="Subscribe").click()
    page.wait_for_selector("text=press Subscribe once more")
    assert mails_to(ada) == 0
    page.get_by_role("button", name="Subscribe").click()
    page.wait_for_selector(SENT)
    assert mails_to(ada) == 1


@pytest.mark.parametrize("path", FORMS)
def test_neither_keys_nor_screen_readers_meet_the_honeypot(
    page: Page, site: str, path: str
) -> None:
    page.goto(f"{site}{path}")
    assert page.get_by_label("Leave this empty").count() > 0
    assert page.get_by_role("textbox", name="Leave this empty").count() == 0
    for _ in range(40):
        page.keyboard.press("Tab")
        assert page.locator(".trap :focus").count() == 0


def test_a_form_on_another_site_does_nothing(page: Page, site: str, ada: str) -> None:
    other = site.replace("localhost", "127.0.0.1")
    page.route(
        f"{other}/evil/",
        lambda route: route.fulfill(
            content_type="text/html",
            body=f"<form method=post action='{site}/subscribe/'>"
            f"<input name=email value={ada}><button>Win</button></form>",
        ),
    )
    page.goto(f"{other}/evil/")
    page.get_by_role("button", name="Win").click()
    page.wait_for_selector("text=from a page of another site")
    assert mails_to(ada) == 0
