"""A message as Django's, and its bytes for the wire."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from anymail.exceptions import AnymailInvalidAddress
from django.core.mail import BadHeaderError
from pytest_django import Settings

from mail.message import Message, django_message, encode, provider_fields, sender_of
from newsletter.editions.rendering.message import Digest
from subscribers.messages import TransactionalMessage
from tests.mail.mails import make_digest

NOON = datetime(2025, 3, 14, 12, tzinfo=UTC)
CONFIRMATION = TransactionalMessage(
    reference=7,
    to="ada@example.com",
    subject="Bestätigen Sie Ihre Adresse",
    text="Grüße\n.\n..two\nthree " + "long " * 300,
    html="<p>Grüße</p>",
    headers={"Message-ID": "<confirm.7@papers.test>", "Auto-Submitted": "auto-generated"},
    dated_at=NOON,
    attempts=1,
)


@pytest.fixture(autouse=True)
def _sender(settings: Settings) -> None:
    settings.MAIL_FROM = "Trending Papers <digest@papers.test>"
    settings.MAIL_REPLY_TO = ""


@pytest.mark.parametrize("message", [make_digest(7, "ada@example.com"), CONFIRMATION])
def test_what_the_apps_build_is_a_message(message: Digest | TransactionalMessage) -> None:
    as_message: Message = message
    assert (as_message.reference, as_message.attempts) == (7, 1)
    assert django_message(as_message).recipients() == ["ada@example.com"]
    assert as_message.as_bytes().isascii()


def test_a_digest_names_its_delivery_and_a_confirmation_none() -> None:
    assert django_message(make_digest(7)).metadata == {"delivery": "7"}  # type: ignore[attr-defined]
    assert not hasattr(django_message(CONFIRMATION), "metadata")


def test_without_support_for_metadata_none_is_set() -> None:
    assert not hasattr(django_message(make_digest(7), has_metadata=False), "metadata")


def test_the_django_message_has_both_parts_and_all_headers(settings: Settings) -> None:
    settings.MAIL_REPLY_TO = "editors@papers.test"
    built = django_message(CONFIRMATION)
    assert (built.from_email, built.to, built.cc, built.bcc) == (
        "Trending Papers <digest@papers.test>",
        ["ada@example.com"],
        [],
        [],
    )
    assert built.reply_to == ["editors@papers.test"]
    assert built.extra_headers == CONFIRMATION.headers
    assert (built.body, built.alternatives[0]) == (
        CONFIRMATION.text,
        (CONFIRMATION.html, "text/html"),
    )


@pytest.mark.parametrize(
    "to",
    [
        "ada@example.com, eve@example.com",
        "ada@example.com,eve@example.com",
        "ada@example.com\nBcc: eve@example.com",
    ],
)
def test_a_message_to_several_addresses_is_refused(to: str) -> None:
    with pytest.raises(AnymailInvalidAddress, match="to one recipient"):
        django_message(replace(CONFIRMATION, to=to))


def test_the_bytes_are_seven_bits_in_short_lines_with_crlf() -> None:
    content = encode(CONFIRMATION)
    assert content.isascii()
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(map(len, content.split(b"\r\n"))) <= 78


def test_the_bytes_say_what_the_message_says() -> None:
    parsed = message_from_bytes(encode(CONFIRMATION), policy=policy.default)
    assert parsed["From"] == "Trending Papers <digest@papers.test>"
    assert parsed["To"] == "ada@example.com"
    assert parsed["Subject"] == CONFIRMATION.subject
    assert parsed["Message-ID"] == "<confirm.7@papers.test>"
    assert parsed["Auto-Submitted"] == "auto-generated"
    text, html = parsed.get_body(("plain",)), parsed.get_body(("html",))
    assert text
    assert html
    assert text.get_content().splitlines() == CONFIRMATION.text.splitlines()
    assert html.get_content().splitlines() == CONFIRMATION.html.splitlines()


def test_a_header_with_a_line_end_is_never_encoded() -> None:
    with pytest.raises(BadHeaderError):
        encode(replace(CONFIRMATION, headers={"X-Note": "a\nBcc: eve@example.com"}))


def test_a_confirmation_has_seven_bit_headers_in_short_lines(settings: Settings) -> None:
    settings.MAIL_FROM = f'"{"Bücher, " * 12}neu" <digest@xn--bcher-kva.example>'
    settings.MAIL_REPLY_TO = '"Roe, \\"A\\"" <ada@a.example>, b@b.example'
    subject = "=?utf-8?q?not_encoded?= " + "研究" * 30
    raw = encode(replace(CONFIRMATION, subject=subject))
    found = message_from_bytes(raw, policy=policy.default)
    head, _, body = raw.partition(b"\r\n\r\n")
    assert raw.isascii()
    assert max(map(len, head.split(b"\r\n"))) <= 78
    assert max(map(len, body.split(b"\r\n"))) <= 76
    assert found["Subject"] == subject
    assert found["From"].addresses[0].addr_spec == "digest@xn--bcher-kva.example"
    assert len(found["Reply-To"].addresses) == 2
    assert found.defects == []


class TestStreams:
    """Mails that one person asked for have a sender and a stream of their own."""

    def test_digests_and_single_mails_have_their_own_senders(self, settings: Settings) -> None:
        settings.TRANSACTIONAL_FROM = "Papers <hello@papers.test>"
        single = message_from_bytes(encode(CONFIRMATION), policy=policy.default)
        assert single["From"] == "Papers <hello@papers.test>"
        assert django_message(CONFIRMATION).from_email == "Papers <hello@papers.test>"
        digest = make_digest(7)
        assert django_message(digest).from_email == "Trending Papers <digest@papers.test>"

    def test_without_a_sender_of_their_own_single_mails_have_that_of_digests(
        self, settings: Settings
    ) -> None:
        settings.TRANSACTIONAL_FROM = ""
        assert sender_of(CONFIRMATION) == "Trending Papers <digest@papers.test>"

    def test_each_has_its_own_fields_for_the_provider(self, settings: Settings) -> None:
        settings.ESP_EXTRA = {"Tag": "digest"}
        settings.TRANSACTIONAL_ESP_EXTRA = {"Tag": "single"}
        settings.MESSAGE_STREAM = "broadcast"
        settings.TRANSACTIONAL_MESSAGE_STREAM = "outbound"
        assert provider_fields(make_digest(7)) == {"Tag": "digest", "MessageStream": "broadcast"}
        assert provider_fields(CONFIRMATION) == {"Tag": "single", "MessageStream": "outbound"}

    def test_without_settings_the_provider_is_told_nothing_more(self) -> None:
        assert not hasattr(django_message(CONFIRMATION), "esp_extra")

    def test_a_message_does_not_change_the_settings(self, settings: Settings) -> None:
        settings.ESP_EXTRA = {"options": {"sandbox": True}}
        provider_fields(make_digest(7))["options"].clear()
        assert settings.ESP_EXTRA == {"options": {"sandbox": True}}


@pytest.mark.parametrize(("provider", "is_given"), [("sparkpost", True), ("mailgun", False)])
def test_a_provider_that_takes_a_return_path_gets_it(
    settings: Settings, provider: str, *, is_given: bool
) -> None:
    settings.INBOUND_ADDRESS, settings.RETURN_PATH = "reply@in.papers.test", "verp"
    settings.MAIL_PROVIDER = provider
    digest = make_digest(7)
    assert digest.return_path.startswith("reply+b-7-")
    given = getattr(django_message(digest), "envelope_sender", None)
    assert given == (digest.return_path if is_given else None)
    single = getattr(django_message(CONFIRMATION), "envelope_sender", None)
    assert single == ("reply@in.papers.test" if is_given else None)
