"""The mails that a person asks for, as a mailbox receives them."""

from __future__ import annotations

import re
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.test import Client
from pytest_django import Settings

from subscribers import tokens
from subscribers.messages import build, may_receive
from subscribers.models import AddressChange, Subscriber, TransactionalMail
from tests.factories import NOON, make_mail, make_paper, make_subscriber

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def site(settings: LazySettings) -> None:
    settings.SITE_URL = "https://papers.example.org"
    settings.MAIL_FROM = "Trending Papers <digest@papers.example.org>"
    settings.MAIL_DOMAIN = "papers.example.org"


def built(kind: str = "confirm", reader: Subscriber | None = None) -> EmailMessage:
    mail = make_mail(reader or make_subscriber(), kind)
    return message_from_bytes(build(mail, NOON).as_bytes(), policy=policy.default)


def part(message: EmailMessage, kind: str) -> str:
    found = message.get_body((kind,))
    assert found is not None
    return str(found.get_content())


def test_it_has_every_header_and_one_recipient() -> None:
    mail = built(reader=make_subscriber("ada@example.com"))
    assert mail["To"] == "ada@example.com"
    assert (mail["Cc"], mail["Bcc"]) == (None, None)
    assert mail["From"] == "Trending Papers <digest@papers.example.org>"
    assert mail["Subject"] == "Confirm your address for Trending Papers"
    assert mail["Date"] == "Fri, 14 Mar 2025 12:00:00 +0000"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Reply-To"] is None


def test_replies_go_to_the_address_of_the_settings(settings: LazySettings) -> None:
    settings.MAIL_REPLY_TO = "editors@example.org"
    assert built()["Reply-To"] == "editors@example.org"


def test_the_message_id_belongs_to_the_row() -> None:
    mail, other = make_mail(make_subscriber()), make_mail(make_subscriber())
    ids = [build(row, NOON).headers["Message-ID"] for row in (mail, mail, other)]
    assert ids[0] == ids[1] != ids[2]
    assert ids[0].startswith(f"<confirm.{mail.pk}.")
    assert ids[0].endswith("@papers.example.org>")


@pytest.mark.parametrize(
    ("kind", "purpose"),
    [("confirm", "confirm"), ("manage", "preferences"), ("link", "preferences")],
)
def test_both_parts_carry_the_same_working_link(kind: str, purpose: tokens.Purpose) -> None:
    reader = make_subscriber()
    mail = built(kind, reader)
    start = f"https://papers.example.org/{purpose}/"
    text, html = part(mail, "plain"), part(mail, "html")
    token = text.split(start)[1].split("/")[0]
    assert f'href="{start}{token}/"' in html
    assert tokens.read(purpose, token) == reader


def test_a_message_id_depends_on_the_secret_and_reveals_no_link() -> None:
    mail = make_mail(make_subscriber())
    before = built_id(mail)
    mail.subscriber.secret = uuid4()
    assert built_id(mail) != before
    proof = before.split(".")[2].partition("@")[0]
    message = build(mail, NOON)
    assert proof not in message.text + message.html
    assert len(proof) == 20


def built_id(mail: TransactionalMail) -> str:
    return build(mail, NOON).headers["Message-ID"]


def test_the_mail_with_new_links_has_one_to_unsubscribe(client: Client) -> None:
    reader = make_subscriber("ada@example.com")
    mail = built("link", reader)
    text, html = part(mail, "plain"), part(mail, "html")
    [link] = [line for line in text.splitlines() if line.endswith("/unsubscribe/")]
    assert f'href="{link}"' in html
    page = client.get(link.removeprefix("https://papers.example.org")).content.decode()
    assert "Unsubscribe?" in page
    assert "ada@example.com" in page


@pytest.mark.parametrize("kind", ["confirm", "manage", "link"])
def test_the_text_has_at_most_72_columns(kind: str) -> None:
    lines = part(built(kind), "plain").splitlines()
    assert all(len(line) <= 72 for line in lines if "http" not in line)


def test_the_confirmation_says_how_long_its_link_works(settings: LazySettings) -> None:
    settings.CONFIRM_DAYS = 1
    mail = built()
    assert "works for one day." in part(mail, "plain")
    assert "works for one day." in part(mail, "html")


def test_an_address_is_escaped_in_the_html(settings: LazySettings) -> None:
    settings.POSTAL_ADDRESS = "Smith & Sons, 1 <Street>"
    mail = built(reader=make_subscriber("o'hara&co@example.com"))
    assert "o&#x27;hara&amp;co@example.com" in part(mail, "html")
    assert "Smith &amp; Sons" in part(mail, "html")
    assert "o'hara&co@example.com" in part(mail, "plain")
    assert "Smith & Sons, 1 <Street>" in part(mail, "plain")


def test_the_message_names_its_row_and_its_attempt() -> None:
    mail = make_mail(make_subscriber("ada@example.com"), attempts=3)
    message = build(mail, NOON)
    assert (message.reference, message.to, message.attempts) == (mail.pk, "ada@example.com", 3)
    assert (message.dated_at, dict(message.metadata), message.shared_lines) == (NOON, {}, None)


@pytest.mark.parametrize("kind", ["confirm", "manage", "link"])
def test_the_html_loads_nothing_from_anywhere(kind: str) -> None:
    html = part(built(kind), "html")
    assert "src=" not in html
    assert "url(" not in html
    assert html.startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("is_sample", "mailbox", "provider", "may"),
    [
        (False, "", "postmark", True),
        (False, "var/mail", "smtp", True),
        (True, "var/mail", "smtp", True),
        (True, "", "smtp", False),
        (True, "var/mail", "postmark", False),
    ],
)
def test_samples_get_mail_in_the_local_mailbox_only(
    settings: LazySettings, is_sample: bool, mailbox: str, provider: str, may: bool
) -> None:
    settings.MAILBOX_DIR, settings.MAIL_PROVIDER = mailbox, provider
    assert may_receive(make_subscriber(is_sample=is_sample)) == may


# ── a change of address ──────────────────────────────────────────────────────


def change_mail(kind: str) -> tuple[AddressChange, EmailMessage]:
    reader = make_subscriber("ada@old.example")
    change = AddressChange.objects.create(
        subscriber=reader, old_email=reader.email, new_email="ada@new.example", requested_at=NOON
    )
    to = change.new_email if kind == "address" else change.old_email
    mail = make_mail(reader, kind, recipient=to, address_change=change)
    return change, message_from_bytes(build(mail, NOON).as_bytes(), policy=policy.default)


@pytest.mark.parametrize(
    ("kind", "to", "path", "purpose"),
    [
        ("address", "ada@new.example", "new-address", "move"),
        ("moved", "ada@old.example", "old-address", "move_back"),
    ],
)
def test_each_address_gets_its_own_link_and_does_not_learn_the_other(
    client: Client, kind: str, to: str, path: str, purpose: tokens.ChangePurpose
) -> None:
    change, mail = change_mail(kind)
    other = {change.old_email, change.new_email} - {to}
    assert mail["To"] == to
    for body in (part(mail, "plain"), part(mail, "html")):
        [link] = set(re.findall(rf"https://papers.example.org(/{path}/[^\s\"<]+)", body))
        token = link.split("/")[2]
        assert tokens.read_change(purpose, token, max_age=timedelta(days=99999)) == change
        assert to in body
        assert not other & {word for word in other if word in body}


def test_an_address_with_a_digest_gets_the_link_to_its_own_page() -> None:
    mail = built("in_use", make_subscriber("bob@example.com"))
    assert mail["To"] == "bob@example.com"
    assert "https://papers.example.org/preferences/" in part(mail, "plain")


@pytest.mark.parametrize("kind", ["address", "moved"])
def test_lines_of_text_are_short_and_links_whole(kind: str) -> None:
    text = part(change_mail(kind)[1], "plain")
    assert max(len(line) for line in text.splitlines() if "https://" not in line) <= 72
    assert "{%" not in text
    assert "{{" not in text


# ── languages ────────────────────────────────────────────────────────────────


def in_german(kind: str, **values: str) -> EmailMessage:
    return built(kind, make_subscriber("ada@example.com", language="de", **values))


@pytest.mark.parametrize(
    ("kind", "subject", "sentence"),
    [
        (
            "confirm",
            "Bestätigen Sie Ihre Adresse für Trending Papers",
            "Der Link gilt zwei Tage.",
        ),
        ("manage", "Sie haben Trending Papers abonniert", "Es ändert sich nichts."),
        ("link", "Ihre Links zu Trending Papers", "Behalten Sie die Links für sich:"),
    ],
)
def test_a_german_reader_gets_german_mails(kind: str, subject: str, sentence: str) -> None:
    mail = in_german(kind)
    assert (mail["Subject"], mail["Content-Language"]) == (subject, "de")
    assert sentence in " ".join(part(mail, "plain").split())
    assert '<html lang="de"' in part(mail, "html")


@pytest.mark.parametrize("kind", ["confirm", "manage", "link"])
def test_the_german_text_has_at_most_72_columns_and_seven_bits(kind: str) -> None:
    reader = make_subscriber(language="de")
    raw = build(make_mail(reader, kind), NOON).as_bytes()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert raw.isascii()
    lines = part(message_from_bytes(raw, policy=policy.default), "plain").splitlines()
    assert all(len(line) <= 72 for line in lines if "http" not in line)
    assert not all(line.isascii() for line in lines)


def test_the_language_of_the_page_counts_before_that_of_the_row() -> None:
    reader = make_subscriber(language="en", state="pending")
    mail = make_mail(reader, draft={"language": "de"})
    assert build(mail, NOON).subject == "Bestätigen Sie Ihre Adresse für Trending Papers"


def test_a_language_that_the_site_does_not_have_is_english() -> None:
    mail = make_mail(make_subscriber(language="fr"))
    assert build(mail, NOON).headers["Content-Language"] == "en"


def test_a_german_mail_leaves_the_next_one_english() -> None:
    in_german("confirm")
    assert built()["Subject"] == "Confirm your address for Trending Papers"


def test_a_long_address_stays_in_one_piece() -> None:
    address = f"{'a' * 60}@{'b' * 60}.example.com"
    words = part(built(reader=make_subscriber(address)), "plain").split()
    assert f"{address}." in words


def test_a_link_that_was_asked_for_on_a_paper_leads_to_the_own_page_about_it(
    client: Client,
) -> None:
    reader, paper = make_subscriber(), make_paper(r"On $\beta$-VAE", arxiv_id="1706.03762")
    message = build(make_mail(reader, "link", draft={"paper": paper.pk}), NOON)
    [link] = [line for line in message.text.splitlines() if "/paper/?id=" in line]
    assert f'href="{link}"' in message.html
    assert "save “On β-VAE”, or say that you want more or less like it:" in joined(message.text)
    page = client.get(link.removeprefix("https://papers.example.org")).content.decode()
    assert "You have not voted on this paper." in page


@pytest.mark.parametrize("draft", [{}, {"paper": 0}, {"paper": None}])
def test_without_a_paper_the_mail_is_the_usual_one(draft: dict[str, object]) -> None:
    message = build(make_mail(make_subscriber(), "link", draft=draft), NOON)
    assert "/paper/" not in message.text + message.html
    assert "Change your digest" in message.html


def joined(text: str) -> str:
    return " ".join(text.split())


def test_a_mail_returns_to_the_sender_of_its_stream(settings: Settings) -> None:
    mail = make_mail(make_subscriber())
    assert build(mail, NOON).return_path == ""
    settings.TRANSACTIONAL_FROM = "Papers <hello@single.example>"
    assert build(mail, NOON).return_path == "hello@single.example"


def test_gmail_counts_complaints_by_the_kind_of_a_mail(settings: Settings) -> None:
    settings.FEEDBACK_SENDER_ID = "papersexample"
    found = [built(kind)["Feedback-ID"] for kind in ("confirm", "manage")]
    assert found == ["confirm:transactional:papersexample", "manage:transactional:papersexample"]


def test_reports_that_a_mail_cannot_be_delivered_are_not_suppressed() -> None:
    assert built()["X-Auto-Response-Suppress"] == "OOF, AutoReply"
