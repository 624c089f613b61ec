"""Every page in Chromium, in both colour schemes: axe, html-validate, console, hosts and widths."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django import DjangoDbBlocker

from newsletter.editions.compose import compose
from newsletter.editions.keys import current_key_id
from newsletter.editions.loaded_edition import load_edition
from newsletter.editions.personalize import Interests
from newsletter.models import Delivery, Edition
from papers.models import Curator, Paper, Topic
from papers.ranking.score import score
from papers.windows import WINDOWS, last_closed_day
from subscribers import tokens
from subscribers.feedback.seed import add_seeds
from subscribers.feedback.vote import vote
from subscribers.models import (
    ConsentEntry,
    Feedback,
    Interest,
    ReaderProfile,
    SeedRequest,
    Subscriber,
)
from subscribers.privacy import erasing
from tests.factories import (
    make_content,
    make_delivery,
    make_paper,
    make_paper_topic,
    make_signal,
    make_subscriber,
    tokens_of,
)
from tests.live import serving
from tests.page_checks import axe_violations, html_problems, is_scrolling_sideways
from tests.test_pages_browser import browser_type_launch_args  # noqa: F401 (a fixture)

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's event loop runs in this thread
pytestmark = pytest.mark.django_db
SUMMARY: Final = "We propose a way to brew tea that loses no leaf. It is shown on three kinds. "
PHONE: Final = {"width": 375, "height": 812}


def make_world() -> dict[str, str]:
    """A site with all that its pages can show; returns their names and paths."""
    now = timezone.now()
    Curator.objects.create(name="A Curator", url="https://example.org/")
    first = make_paper(
        r"Where the $\alpha$ goes: a title with $x^2$",
        arxiv_id="2611.00001",
        authors=["Ada Byron", "Grace Hopper", *(f"Author {number}" for number in range(12))],
        summary=SUMMARY * 4,
        listed_on=now.date() - timedelta(days=2),
        code_url="https://github.com/example/alpha",
        project_url="https://example.org/alpha",
    )
    make_paper_topic(first, Topic.objects.get(slug="robotics"))
    for days in range(5):
        read_at = now - timedelta(days=2, hours=-8 * days, minutes=5)
        make_signal(first, 10 + 30 * days, read_at=read_at)
        make_signal(first, 900 + 90 * days, kind="stars", source="github", read_at=read_at)
    for number in range(30):
        make_paper(summary=SUMMARY * 3, listed_on=now.date() - timedelta(days=1 + number % 3))
    gone = make_paper("Gone", is_withdrawn=True, withdrawn_on=now.date())
    for window in WINDOWS:
        score(window, now.date(), now)
    for cadence in ("daily", "weekly"):
        compose(cadence, last_closed_day(now), now)
    return public_pages(first, gone) | own_pages(first)


def public_pages(paper: Paper, gone: Paper) -> dict[str, str]:
    weekly = Edition.objects.get(cadence="weekly", state=Edition.State.FROZEN)
    return {
        "front": "/",
        "front, compact": "/?view=compact",
        "front, page 2": "/?page=2",
        "a day without papers": "/day/2020-01-05/",
        "topics": "/topics/",
        "a topic": "/topics/robotics/",
        "a paper": paper.get_absolute_url(),
        "a withdrawn paper": gone.get_absolute_url(),
        "an author": "/authors/ada-byron/",
        "the search": "/search/",
        "a search": "/search/?q=tea",
        "a search that finds nothing": "/search/?q=zebra&topic=none",
        "editions": "/editions/",
        "editions of a cadence": "/editions/weekly/",
        "an edition": f"/editions/weekly/{weekly.day}",
        "an edition as a mail": f"/editions/weekly/{weekly.day}/mail",
        "feeds": "/feeds/",
        "about": "/about/",
        "forwarded": "/forwarded/",
        "privacy": "/privacy/",
        "sign-up": "/subscribe/",
        "sign-up for a topic": "/subscribe/?topic=robotics",
        "manage": "/new-link/",
        "deleted": "/deleted/",
        "feedback without a reader": f"{paper.get_absolute_url()}/feedback",
        "the API": "/api/docs",
        "no page": "/no/such/page/",
        "a cut link": "/u/abc",
    }


def own_pages(paper: Paper) -> dict[str, str]:
    """The pages behind the links of a subscriber and of someone who has yet to confirm."""
    later = datetime(2027, 1, 1, tzinfo=UTC)
    active = make_subscriber("ada@example.com", next_send_at=later, confirmed_at=later)
    pending = make_subscriber(state="pending")
    gone = make_subscriber(state="unsubscribed")
    Interest.objects.create(subscriber=active, kind="keyword", term="tea")
    Interest.objects.create(subscriber=active, kind="author", term="Ada Byron")
    Feedback.objects.create(subscriber=active, paper=paper, kind="save", at=timezone.now())
    add_seeds(active, [paper], timezone.now())
    vote(active, Paper.objects.exclude(pk=paper.pk).earliest("pk"), Feedback.Kind.LESS, later)
    ReaderProfile.objects.update(ignored_topics=["nlp"], ignored_words=["tea"])
    make_seed_requests(active)
    sent = make_sent_of("weekly", active)
    token = tokens.make("preferences", active)
    of_mail = tokens_of(sent)
    account = {
        name: reverse(f"subscribers:{name}", args=[token])
        for name in (
            "preferences",
            "words",
            "pause",
            "papers",
            "saved",
            "learned",
            "forget",
            "address",
            "data",
            "delete",
        )
    }
    account["learned, nothing yet"] = reverse(
        "subscribers:learned", args=[tokens.make("preferences", make_subscriber())]
    )
    account["papers, a search"] = f"{account['papers']}?q=alpha"
    return account | {
        "confirm": reverse("subscribers:confirm", args=[tokens.make("confirm", pending)]),
        "confirmed": reverse("subscribers:confirm", args=[tokens.make("confirm", active)]),
        "unsubscribe": reverse("subscribers:unsubscribe", args=[token]),
        "unsubscribed": reverse("subscribers:preferences", args=[tokens.make("preferences", gone)]),
        "feedback on a paper": f"{reverse('subscribers:paper', args=[token])}?id={paper.pk}",
        "digests": reverse("newsletter:digests", args=[token]),
        "a digest": f"/d/{of_mail.read}",
        "unsubscribe by a mail": f"/u/{of_mail.unsubscribe}",
        "feedback by a mail": f"/w/{of_mail.feedback}/4",
        "feedback by a mail, all papers": f"/w/{of_mail.feedback}",
    }


def make_seed_requests(reader: Subscriber) -> None:
    """One that waits, one that failed, and a list."""
    now = timezone.now()
    for kind, identity, state, reason in (
        ("arxiv", "2401.00001", "waiting", ""),
        ("arxiv", "2401.99999", "failed", "unknown"),
        ("orcid", "0000-0002-1825-0097", "found", ""),
    ):
        SeedRequest.objects.create(
            subscriber=reader,
            kind=kind,
            identity=identity,
            state=state,
            reason=reason,
            next_attempt_at=now,
            asked_at=now,
        )


def make_sent_of(cadence: str, reader: Subscriber) -> Delivery:
    edition = Edition.objects.get(cadence=cadence, state=Edition.State.FROZEN)
    delivery = make_delivery(edition, reader, state="sent", sent_at=timezone.now())
    picks = load_edition(edition.pk).select(Interests(), ()).picks
    make_content(delivery, picks, dated_at=timezone.now(), key_id=current_key_id())
    return delivery


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, str]]:
    """The addresses of the pages by name. The tests only read, so one world is enough."""
    with django_db_blocker.unblock():
        with serving() as url:
            yield {name: f"{url}{path}" for name, path in make_world().items()}
        Delivery.objects.all().delete()
        Edition.objects.all().delete()
        Paper.objects.all().delete()
        Curator.objects.all().delete()
        with erasing():
            ConsentEntry.objects.all().delete()
            Subscriber.objects.all().delete()


@dataclass
class Visit:
    """What opening a page asked for and wrote to the console."""

    hosts: set[str] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        page.on("console", lambda message: self._hear(message.text, message.location["url"]))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, text: str, url: str) -> None:
        # Chromium writes the status of every page that is no 200, and that is meant here.
        if "the server responded with a status of 4" not in text:
            self.complaints.append(f"{url}: {text}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(
    browser: Browser, world: dict[str, str], scheme: str
) -> None:
    page = browser.new_page(color_scheme=scheme)  # type: ignore[arg-type]
    found = {}
    for name, address in world.items():
        page.goto(address)
        found[name] = axe_violations(page)
    page.close()
    assert {name: problems for name, problems in found.items() if problems} == {}


def test_every_page_is_valid_html(browser: Browser, world: dict[str, str], tmp_path: Path) -> None:
    page = browser.new_page()
    for number, (name, address) in enumerate(world.items()):
        answer = page.request.get(address)
        (tmp_path / f"{number} {name}.html").write_bytes(answer.body())
    page.close()
    assert html_problems(tmp_path) == []


def test_no_page_complains_or_asks_another_host(browser: Browser, world: dict[str, str]) -> None:
    visit = Visit()
    page = browser.new_page()
    visit.watch(page)
    for address in world.values():
        page.goto(address, wait_until="networkidle")
    page.close()
    assert visit.complaints == []
    assert visit.hosts == {urlsplit(next(iter(world.values()))).netloc}


@pytest.mark.parametrize("size", ["100%", "200%"])
def test_no_page_scrolls_sideways_on_a_phone(
    browser: Browser, world: dict[str, str], size: str
) -> None:
    """At 200 % as well, where the letters of a reader's own settings are twice as large."""
    page = browser.new_page(viewport=PHONE)  # type: ignore[arg-type]
    wide = []
    for name, address in world.items():
        page.goto(address)
        page.evaluate("size => { document.documentElement.style.fontSize = size }", size)
        if is_scrolling_sideways(page):
            wide.append(name)
    page.close()
    assert wide == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_of_a_remembered_browser_is_as_good_as_the_others(
    browser: Browser, world: dict[str, str], scheme: str, tmp_path: Path
) -> None:
    """It has an address that shows another page to everybody else."""
    context = browser.new_context(viewport=PHONE, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(world["preferences"])
    page.get_by_role("button", name="Remember this browser").click()
    page.goto(world["feedback without a reader"])
    expect(page.get_by_role("main")).to_contain_text("This browser remembers ada@example.com.")
    assert axe_violations(page) == []
    assert not is_scrolling_sideways(page)
    (tmp_path / "page.html").write_text(page.content())
    context.close()
    assert html_problems(tmp_path) == []


def test_every_page_has_one_main_heading_and_a_way_home(
    browser: Browser, world: dict[str, str]
) -> None:
    page = browser.new_page()
    wrong = []
    for name, address in world.items():
        page.goto(address)
        if (
            page.locator("h1").count() != 1
            or page.locator("main").count() != 1
            or not page.locator('a[href="/"]').count()
        ):
            wrong.append(name)
    page.close()
    assert wrong == []
