"""What holds for the messages of every kind, in every language."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings

from papers.text.shorten import columns
from subscribers.messages import TransactionalMessage, build
from subscribers.models import AddressChange, Subscriber, TransactionalMail
from subscribers.single_mails.notices import BOUNCES
from tests.factories import NOON, make_mail, make_paper, make_subscriber
from web.languages import language_codes

pytestmark = pytest.mark.django_db
ADA, OTHER = "ada@example.com", "ada@elsewhere.example"
KINDS = [*TransactionalMail.Kind.values, "link to a paper", "paused after bounces"]
RULE = "-" * 72


@pytest.fixture(autouse=True)
def _site(settings: LazySettings) -> None:
    settings.SITE_URL = "https://papers.example.org"
    settings.CONTACT_EMAIL = settings.MAIL_REPLY_TO = "editors@example.org"
    settings.POSTAL_ADDRESS = "1 Main Street, Springfield"


def made(kind: str, language: str) -> TransactionalMessage:
    ada = make_subscriber(
        ADA, language=language, timezone="Europe/Berlin", next_send_at=NOON + timedelta(days=3)
    )
    words = kind.split(" ")
    return build(make_mail(ada, words[0], **_values(kind, ada)), NOON)


def _values(kind: str, ada: Subscriber) -> dict[str, Any]:
    if kind == "link to a paper":
        return {"draft": {"paper": make_paper("A very long title " * 20).pk}}
    if kind == "paused after bounces":
        return {"draft": {"because": BOUNCES}}
    if kind == "paused":
        Subscriber.objects.update(paused_until=(NOON + timedelta(days=2)).date())
        ada.refresh_from_db()
    if kind in ("address", "moved"):
        both = {"old_email": OTHER, "new_email": ADA}
        change = AddressChange.objects.create(subscriber=ada, requested_at=NOON, **both)
        return {"address_change": change, "recipient": ADA}
    return {}


each_mail = pytest.mark.parametrize("language", sorted(language_codes()))


@each_mail
@pytest.mark.parametrize("kind", KINDS)
def test_the_subject_is_whole_words_of_at_most_60_letters(kind: str, language: str) -> None:
    subject = made(kind, language).subject
    assert 10 <= len(subject) <= 60
    assert subject == " ".join(subject.split())
    assert "…" not in subject


@each_mail
@pytest.mark.parametrize("kind", KINDS)
def test_lines_of_text_have_at_most_72_columns_and_no_blank_at_the_end(
    kind: str, language: str
) -> None:
    lines = made(kind, language).text.splitlines()
    assert all(columns(line) <= 72 for line in lines if "://" not in line)
    assert all(line == line.rstrip() for line in lines)
    assert all(len(line.split()) == 1 for line in lines if "://" in line)


@each_mail
@pytest.mark.parametrize("kind", KINDS)
def test_no_tag_and_no_two_empty_lines_are_left_in_the_text(kind: str, language: str) -> None:
    text = made(kind, language).text
    assert not re.search(r"\{[%{#]|<[a-z/]|&[a-z#]", text)
    assert "\n\n\n" not in text
    assert text.count(f"\n{RULE}\n") == 2


@each_mail
@pytest.mark.parametrize("kind", KINDS)
def test_the_html_has_one_heading_and_one_button_whose_link_stands_below_it_too(
    kind: str, language: str
) -> None:
    html = made(kind, language).html
    assert len(re.findall(r"<h1\b", html)) == 1
    [button] = re.findall(r'<a class="button" href="([^"]+)"', html)
    assert f'<a href="{button}" style=' in html
    assert f">{button}</a>" in html
    assert re.search(r'<td class="button-cell"[^>]*mso-padding-alt', html)


@each_mail
@pytest.mark.parametrize("kind", KINDS)
def test_both_parts_have_the_same_links(kind: str, language: str) -> None:
    message = made(kind, language)
    in_html = set(re.findall(r'href="(https?:[^"]+)"', message.html))
    in_text = set(re.findall(r"https?:\S+", message.text))
    assert in_html == in_text
    assert len(in_html) >= 2


@each_mail
@pytest.mark.parametrize("kind", KINDS)
def test_it_says_why_it_came_and_whom_to_ask(kind: str, language: str) -> None:
    message = made(kind, language)
    foot = message.text.split(RULE)[2]
    assert "editors@example.org" in foot
    assert "1 Main Street, Springfield" in foot
    assert 'href="mailto:editors@example.org"' in message.html
    if language == "en":
        assert foot.lstrip().startswith("You get this because ")
        assert "You get this because " in message.html


@each_mail
@pytest.mark.parametrize("kind", KINDS)
def test_it_names_no_other_address(kind: str, language: str) -> None:
    message = made(kind, language)
    found = set(re.findall(r"[\w.]+@[\w.]+\w", message.text + message.html))
    assert found == {ADA, "editors@example.org"}
    assert OTHER not in str(dict(message.headers))


@each_mail
@pytest.mark.parametrize("kind", KINDS)
def test_automatic_answers_are_not_wanted(kind: str, language: str) -> None:
    headers = made(kind, language).headers
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert headers["Content-Language"] == language


@each_mail
@pytest.mark.parametrize("kind", KINDS)
def test_it_is_small(kind: str, language: str) -> None:
    assert len(made(kind, language).as_bytes()) < 16_000


@pytest.mark.parametrize("kind", KINDS)
def test_the_preheader_goes_on_where_the_subject_ends(kind: str) -> None:
    message = made(kind, "en")
    found = re.search(r'<div class="preheader[^>]*>(.*?)<', message.html, re.DOTALL)
    assert found
    words = " ".join(found[1].split())
    assert len(words) > 20
    assert words not in message.subject
    assert message.subject not in words
