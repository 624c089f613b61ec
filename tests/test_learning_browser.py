"""What a reader teaches the service, end to end, in real processes and in Chromium.

Papers named while confirming → a first digest that says it is like them → more and less from its
links → the page of what was learned → forgotten. With scripts, and without them on a phone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.page_checks import is_scrolling_sideways
from tests.service import Service, links, wait_until
from tests.test_pages_browser import (
    DESKTOP,
    PHONE,
    browser_type_launch_args,  # noqa: F401 (a fixture)
)

pytestmark = pytest.mark.flow

# Of the sample papers: all three are about what is inside of language models.
NAMED = {
    "2406.11944": "Transcoders Find Interpretable LLM Feature Circuits",
    "2405.12522": "Sparse Autoencoders Enable Scalable and Reliable Circuit Identification",
    "2310.17230": "Codebook Features: Sparse and Discrete Interpretability for Neural Networks",
}
PASTED = (
    "https://arxiv.org/abs/2406.11944\n"
    "@misc{a, title={Sparse Autoencoders}, eprint={2405.12522}, archivePrefix={arXiv}}\n"
    "2310.17230\n"
)
_NAMED = "(Transcoders|Sparse Autoencoders|Codebook Features)"
LIKE_ONE = re.compile(f"Why: Like “{_NAMED}")
SENT_AGAIN = re.compile(rf" [0-9]+\. {_NAMED}")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """As `make run` starts it, with the sample papers. Beat ticks every second."""
    with Service(tmp_path_factory.mktemp("var"), TICK_SECONDS="1") as running:
        yield running


@pytest.fixture(params=[(True, DESKTOP), (False, PHONE)], ids=["scripts", "no scripts, phone"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    has_scripts, size = request.param
    context = browser.new_context(java_script_enabled=has_scripts, viewport=size)
    yield context.new_page()
    context.close()


def mail_to(service: Service, email: str, *, is_digest: bool) -> EmailMessage:
    def found() -> list[EmailMessage]:
        return [mail for mail in service.mails(email) if bool(mail["List-Id"]) is is_digest]

    return wait_until(found, f"a mail to {email}")[0]


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())


def link_of(mail: EmailMessage, word: str) -> str:
    """Where the first link with this word leads, in the HTML of a digest."""
    body = mail.get_body(("html",))
    assert body is not None
    before = str(body.get_content()).partition(f">{word}</a>")[0]
    return before.rpartition('href="')[2].partition('"')[0]


def name_papers_and_confirm(service: Service, page: Page, email: str) -> None:
    page.goto(f"{service.site}/subscribe/")
    page.wait_for_timeout(2_500)  # a form that is sent within two seconds is taken for a program's
    page.get_by_label("Your email address").first.fill(email)
    page.get_by_role("main").get_by_role("button", name="Subscribe").first.click()
    expect(page.get_by_role("main")).to_contain_text(email)
    confirmation = mail_to(service, email, is_digest=False)
    page.goto(next(link for link in links(confirmation) if "/confirm/" in link))
    page.locator("#papers summary").click()
    page.get_by_label("arXiv numbers").fill(PASTED)
    page.get_by_role("button", name="Show what you understood").click()
    expect(page.locator("#papers [role=status]")).to_contain_text("3 papers found. 3 are here.")
    page.get_by_role("button", name="Confirm and start").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are subscribed")
    expect(page.get_by_role("main")).to_contain_text("within five minutes")
    expect(page.get_by_role("main")).to_contain_text("papers that are like the 3 that you named")


def say_more_and_less(page: Page, address: str) -> tuple[str, str]:
    """Vote for the paper of a link of the mail and against the next one; their titles."""
    page.goto(address)
    papers = page.get_by_role("group")
    expect(papers.first.get_by_role("radio", name="More like this")).to_be_checked()
    papers.nth(1).get_by_text("Less like this").click()
    titles = [papers.nth(place).locator(".row-title").inner_text() for place in (0, 1)]
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Stored")
    return titles[0], titles[1]


def test_named_papers_and_votes_make_a_digest_that_can_be_forgotten(
    service: Service, page: Page
) -> None:
    email = f"reader{len(service.mails())}@readers.example.org"
    name_papers_and_confirm(service, page, email)

    digest = mail_to(service, email, is_digest=True)
    text = text_of(digest)
    first = text.partition(" 1. ")[2].partition(" 2. ")[0]
    assert LIKE_ONE.search(first), first
    assert "which you named" in first
    assert not SENT_AGAIN.search(text)

    more, less = say_more_and_less(page, link_of(digest, "More like this"))
    page.get_by_role("link", name="What we learned").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What we learned")
    for title in (more, *NAMED.values()):
        expect(page.locator("#liked")).to_contain_text(title)
    expect(page.locator("#disliked")).to_contain_text(less)
    expect(page.locator("#topics")).to_contain_text("Interpretability")
    expect(page.locator("#preview")).to_contain_text("which you named")
    came_already = page.locator("#preview h4").filter(has_text=more)
    expect(came_already).to_have_count(0)
    assert not is_scrolling_sideways(page)

    page.get_by_role("link", name="Forget what you learned").click()
    page.get_by_role("button", name="Forget it").click()
    expect(page.get_by_role("status").first).to_contain_text("Forgotten.")
    expect(page.get_by_role("main")).to_contain_text("Nothing yet")
    expect(page.locator("#liked")).to_have_count(0)
