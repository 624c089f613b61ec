"""From the first field to the confirmed page in Chromium: with and without scripts, by keys."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django import DjangoDbBlocker

from newsletter.editions.compose import compose
from newsletter.models import Candidate, Edition
from papers.models import Paper, Topic
from papers.ranking.score import score
from subscribers import tokens
from subscribers.models import ConsentEntry, Subscriber, TransactionalMail
from subscribers.preferences import preferences_of
from subscribers.privacy import erasing
from tests.factories import make_paper, make_paper_topic, make_signal
from tests.live import serving
from tests.page_checks import axe_violations, html_problems, is_scrolling_sideways
from tests.test_pages_browser import browser_type_launch_args  # noqa: F401 (a fixture)

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's event loop runs in this thread
pytestmark = pytest.mark.django_db
PHONE: Final = {"width": 375, "height": 812}
DESKTOP: Final = {"width": 1280, "height": 800}
_number = count(1)
SMALL: Final = """elements => elements.filter(e => e.checkVisibility())
    .map(e => [e.textContent.trim().slice(0, 40), e.getBoundingClientRect()])
    .filter(([, box]) => box.height < 43.5 || box.width < 43.5).map(([text]) => text)"""


def make_week() -> None:
    """A weekly edition of six papers, three of them about robots."""
    last = timezone.now().date() - timedelta(days=1)
    for number in range(6):
        paper = make_paper(f"{'Robots' if number < 3 else 'Papers'} that read {number}")
        Paper.objects.filter(pk=paper.pk).update(listed_on=last)
        make_signal(paper, 90 - number, read_at=timezone.now() - timedelta(days=1))
        if number < 3:
            make_paper_topic(paper, Topic.objects.get(slug="robotics"))
    score("week", last, timezone.now())
    compose("weekly", last, timezone.now())


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    with django_db_blocker.unblock():
        make_week()
        with serving() as url:
            yield url
        Candidate.objects.all().delete()
        Edition.objects.all().delete()
        Paper.objects.all().delete()
        with erasing():
            ConsentEntry.objects.all().delete()
            Subscriber.objects.all().delete()


@pytest.fixture
def ada() -> str:
    """An address that no other test signs up."""
    return f"choosing{next(_number)}@example.com"


@pytest.fixture(
    params=[(True, PHONE), (False, PHONE), (True, DESKTOP), (False, DESKTOP)],
    ids=["phone", "phone without scripts", "desktop", "desktop without scripts"],
)
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page in Berlin. At the end it must have complained of nothing."""
    has_scripts, viewport = request.param
    context = browser.new_context(
        java_script_enabled=has_scripts,
        viewport=viewport,
        has_touch=viewport is PHONE,
        timezone_id="Europe/Berlin",
    )
    context.set_default_timeout(5000)
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    # Chromium writes the status of every page that is no 200, and that is meant here.
    assert [text for text in complaints if "a status of 422" not in text] == []


@pytest.fixture
def scripted(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=DESKTOP, timezone_id="Europe/Berlin")  # type: ignore[arg-type]
    context.set_default_timeout(5000)
    yield context.new_page()
    context.close()


def has_scripts(page: Page) -> bool:
    return page.locator("[data-when]:visible").count() == 1


def confirm_address(page: Page, site: str, address: str, **form: str) -> str:
    """The page behind the link for an address; it is signed up by the server, which commits."""
    if not Subscriber.objects.filter(email=address).exists():
        page.request.post(f"{site}/subscribe/", form={"email": address, **form})
    token = tokens.make("confirm", Subscriber.objects.get(email=address))
    return f"{site}/confirm/{token}/"


def focused(page: Page) -> str:
    return str(page.locator(":focus").get_attribute("id"))


# ── the whole path ───────────────────────────────────────────────────────────


def test_a_reader_signs_up_chooses_sees_a_digest_and_confirms(
    page: Page, site: str, ada: str
) -> None:
    page.goto(f"{site}/subscribe/")
    page.get_by_label("Your email address").fill(ada)
    page.get_by_role("button", name="Subscribe").first.click()
    page.wait_for_selector("h1:has-text('Check your inbox')")
    assert page.get_by_text("Confirm your address for Trending Papers").is_visible()

    page.goto(confirm_address(page, site, ada))
    page.get_by_text("Robotics", exact=True).click()
    page.get_by_role("button", name="Show me a digest").click()
    page.wait_for_selector("#preview_title")
    assert page.locator(".digest-preview h3").all_inner_texts() == [
        "Robots that read 0",
        "Robots that read 1",
        "Robots that read 2",
    ]
    assert page.get_by_label("Robotics").is_checked()
    scripts = has_scripts(page)

    page.get_by_text("Every month", exact=True).click()
    assert page.get_by_text("the first such day of it").is_visible()
    if scripts:
        assert page.locator("[data-when]").inner_text() == (
            "On the first Friday of each month at 08:00."
        )
    page.get_by_text("Every day", exact=True).click()
    assert not page.get_by_label("On", exact=True).is_visible()

    page.get_by_role("button", name="Confirm and start").last.click()
    page.wait_for_selector("h1:has-text('You are subscribed')")
    assert page.get_by_text("Every day at 08:00").is_visible()
    chosen = preferences_of(Subscriber.objects.get(email=ada))
    zone = "Europe/Berlin" if scripts else "UTC"
    topics = frozenset({"robotics"})
    assert (chosen.topics, chosen.cadence, chosen.timezone) == (topics, "daily", zone)


def test_a_mistyped_address_takes_one_press(page: Page, site: str) -> None:
    name = f"choosing{next(_number)}"
    page.goto(f"{site}/subscribe/")
    page.get_by_label("Your email address").fill(f"{name}@gmial.com")
    page.get_by_role("button", name="Subscribe").first.click()
    use = page.get_by_role("button", name=f"Use {name}@gmail.com")
    use.wait_for()
    assert use.evaluate("e => e === document.activeElement")
    assert page.title() == "Subscribe · Trending Papers"
    page.keyboard.press("Enter")
    page.wait_for_selector(f"strong:has-text('{name}@gmail.com')")
    assert TransactionalMail.objects.filter(subscriber__email=f"{name}@gmail.com").count() == 1


def test_errors_have_the_focus_and_links_to_their_fields(page: Page, site: str, ada: str) -> None:
    page.goto(confirm_address(page, site, ada))
    page.locator("summary", has_text="Words and authors").click()
    page.get_by_label("Words you follow").fill("…")
    page.get_by_label("Words you mute").fill("au:lecun")
    page.get_by_role("button", name="Confirm and start").last.click()
    page.wait_for_selector(".errors")
    assert page.title() == "Error: Confirm your address · Trending Papers"
    assert focused(page) == "id_keywords"
    assert page.locator("#id_keywords").get_attribute("aria-invalid") == "true"
    link = page.locator(".errors a").last
    assert "would find nothing" in link.inner_text()
    link.click()
    assert page.url.endswith("#id_muted")
    assert page.locator("#id_muted").is_visible()
    assert Subscriber.objects.get(email=ada).state == "pending"


def test_a_mail_that_did_not_come_is_sent_again_or_goes_elsewhere(
    page: Page, site: str, ada: str
) -> None:
    page.goto(f"{site}/subscribe/")
    page.get_by_label("Your email address").fill(ada)
    page.get_by_role("button", name="Subscribe").first.click()
    page.get_by_role("button", name="Send it again").click()
    page.wait_for_selector("text=We send the link once more")
    page.get_by_role("button", name="Change the address").click()
    page.wait_for_selector("h1:has-text('Get trending papers')")
    assert page.get_by_label("Your email address").input_value() == ada


# ── what scripts add ─────────────────────────────────────────────────────────


def test_the_zone_is_guessed_named_and_can_be_changed(scripted: Page, site: str, ada: str) -> None:
    scripted.goto(confirm_address(scripted, site, ada))
    guess = scripted.locator("[data-guess]")
    assert re.match(r"We guessed Europe/Berlin: it is \d\d:\d\d there\.", guess.inner_text())
    assert not scripted.get_by_label("Time zone").is_visible()
    assert not scripted.get_by_text("Until then we use UTC").is_visible()
    guess.get_by_role("button", name="Change").click()
    assert focused(scripted) == "id_timezone"
    assert scripted.get_by_label("Time zone").input_value() == "Europe/Berlin"
    assert not guess.is_visible()


def test_a_zone_that_was_chosen_is_not_guessed(scripted: Page, site: str, ada: str) -> None:
    scripted.goto(confirm_address(scripted, site, ada, timezone="Asia/Kolkata"))
    assert scripted.get_by_label("Time zone").input_value() == "Asia/Kolkata"
    assert not scripted.locator("[data-guess]").is_visible()


def test_the_digest_follows_the_choices_and_the_address_stays_in_the_page(
    scripted: Page, site: str, ada: str
) -> None:
    sent: list[tuple[str, str]] = []
    scripted.on("request", lambda request: sent.append((request.url, request.post_data or "")))
    scripted.goto(f"{site}/subscribe/")
    scripted.get_by_label("Your email address").fill(ada)
    scripted.get_by_text("Choose topics and days now").click()
    scripted.get_by_role("button", name="Show me a digest").click()
    scripted.wait_for_selector(".digest-preview li >> nth=5")
    assert focused(scripted) == "preview_title"
    scripted.get_by_text("Robotics", exact=True).click()
    expect(scripted.locator(".digest-preview li")).to_have_count(3)
    assert scripted.locator("[role=status]").inner_text() == "The digest is shown."
    assert scripted.url == f"{site}/subscribe/"
    bodies = [body for url, body in sent if url.endswith("/preview/?part")]
    assert len(bodies) == 2
    assert all("choosing" not in body and "cadence=weekly" in body for body in bodies)


def test_without_an_answer_the_form_itself_asks(scripted: Page, site: str, ada: str) -> None:
    scripted.route(re.compile(r"/preview/\?part$"), lambda route: route.abort())
    scripted.goto(confirm_address(scripted, site, ada))
    scripted.get_by_role("button", name="Show me a digest").click()
    scripted.wait_for_selector(".digest-preview li >> nth=5")
    assert scripted.url.endswith("#preview")


# ── keys, fingers, sense ─────────────────────────────────────────────────────


def test_keys_alone_choose_and_confirm(scripted: Page, site: str, ada: str) -> None:
    scripted.goto(confirm_address(scripted, site, ada))
    seen = []
    for _ in range(80):
        scripted.keyboard.press("Tab")
        box = scripted.locator(":focus")
        seen.append(box.get_attribute("value") or box.inner_text().strip())
        if seen[-1] == "robotics":
            scripted.keyboard.press("Space")
        if seen[-1] == "weekly":
            scripted.keyboard.press("ArrowLeft")
            assert scripted.locator(":focus").get_attribute("value") == "daily"
        if seen[-1] == "Confirm and start" and "robotics" in seen:
            scripted.keyboard.press("Enter")
            break
    scripted.wait_for_selector("h1:has-text('You are subscribed')")
    chosen = preferences_of(Subscriber.objects.get(email=ada))
    assert (chosen.topics, chosen.cadence) == (frozenset({"robotics"}), "daily")


def test_every_target_is_large_enough_for_a_finger(browser: Browser, site: str, ada: str) -> None:
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)  # type: ignore[arg-type]
    phone = context.new_page()
    phone.goto(confirm_address(phone, site, ada))
    phone.get_by_role("button", name="Show me a digest").click()
    phone.wait_for_selector("#preview_title")
    targets = phone.locator("main").locator(".chip, button, summary, select, textarea, a")
    assert targets.count() > 30
    assert targets.evaluate_all(SMALL) == []
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state_and_nothing_is_too_wide(
    browser: Browser, site: str, ada: str, scheme: Any
) -> None:
    context = browser.new_context(color_scheme=scheme, viewport=PHONE)  # type: ignore[arg-type]
    page, found = context.new_page(), {}

    def look(name: str) -> None:
        found[name] = axe_violations(page)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert not is_scrolling_sideways(page), name

    for name, email in (("error", "ada@gmail"), ("question", "ada@gmial.com"), ("inbox", ada)):
        page.goto(f"{site}/subscribe/")
        page.get_by_text("Choose topics and days now").click()
        page.get_by_label("Your email address").fill(email)
        page.get_by_label("Your email address").press("Enter")
        page.wait_for_load_state()
        look(name)
    page.goto(confirm_address(page, site, ada))
    page.get_by_role("button", name="Show me a digest").click()
    page.wait_for_selector("#preview_title")
    look("digest")
    assert found == {"error": [], "question": [], "inbox": [], "digest": []}
    context.close()


def test_every_state_is_valid_html(browser: Browser, site: str, ada: str, tmp_path: Path) -> None:
    page = browser.new_page()
    choices = {"cadence": "weekly", "weekday": "4", "hour": "99", "digest_size": "10"}
    preview: dict[str, str] = {**choices, "hour": "8", "preview": "1"}
    for name, form in {
        "error": {"email": "ada@gmail", **choices},
        "question": {"email": "ada@gmial.com"},
        "inbox": {"email": ada, "topic": "robotics"},
        "again": {"email": ada, "again": "1", **preview, "hour": "8"},
        "preview": preview,
    }.items():
        answer = page.request.post(f"{site}/subscribe/", form={**form})
        (tmp_path / f"{name}.html").write_bytes(answer.body())
    page.close()
    assert html_problems(tmp_path) == []
