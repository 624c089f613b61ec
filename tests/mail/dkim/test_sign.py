"""What is signed on its way to an SMTP server; dkimpy verifies it, an independent reading of it."""

from __future__ import annotations

from email import message_from_bytes

import dkim
import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from mail.dkim.sign import configured_signer, signed_headers, signer
from newsletter.editions.rendering.body import DigestBody
from tests.mail.dkim.keys import DOMAIN, SELECTOR, make_key, pem, publishing
from tests.newsletter.editions.digests import make_digest, make_fragment, make_layout


@pytest.fixture(autouse=True)
def _site(settings: Settings) -> None:
    settings.SITE_URL = "https://papers.test"


def digest() -> bytes:
    papers = [make_fragment(title="Bücher")]
    return make_digest(body=DigestBody(make_layout(), papers, feedback_id="a:b:c:d")).as_bytes()


def signed(algorithm: str = "rsa", content: bytes | None = None) -> bytes:
    content = digest() if content is None else content
    return signer(make_key(algorithm))(content)


def is_valid(content: bytes, algorithm: str = "rsa") -> bool:
    return bool(dkim.verify(content, dnsfunc=publishing(make_key(algorithm))))


def fields(content: bytes) -> list[str]:
    """The names in h=, in small letters."""
    found = message_from_bytes(content)["DKIM-Signature"]
    tags = dict(tag.strip().split("=", 1) for tag in "".join(found.split()).split(";"))
    return [name.lower() for name in tags["h"].split(":")]


def test_a_digest_s_signature_is_valid() -> None:
    assert is_valid(signed())


def test_an_ed25519_signature_is_valid() -> None:
    assert is_valid(signed("ed25519"), "ed25519")


def test_the_signature_stands_before_the_message_which_stays_as_it_is() -> None:
    content = digest()
    found = signed(content=content)
    assert found.endswith(content)
    assert found.startswith(b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;")
    assert found[: -len(content)].endswith(b"\r\n")
    assert max(map(len, found[: -len(content)].split(b"\r\n"))) <= 78


def test_both_headers_of_one_click_are_signed() -> None:
    assert {"list-unsubscribe", "list-unsubscribe-post"} <= set(fields(signed()))


def test_every_header_of_a_digest_is_signed_but_those_for_one_program() -> None:
    present = {name.lower() for name in message_from_bytes(digest())}
    assert present - set(fields(signed())) == {"x-auto-response-suppress"}


@pytest.mark.parametrize("name", ["From", "To", "Subject", "Date"])
def test_a_second_header_that_is_added_on_the_way_breaks_the_signature(name: str) -> None:
    content = signed()
    assert fields(content).count(name.lower()) == 2
    assert not is_valid(f"{name}: eve@example.com\r\n".encode() + content)


@pytest.mark.parametrize(
    "name", ["List-Unsubscribe", "List-Unsubscribe-Post", "Subject", "Feedback-ID", "List-Id"]
)
def test_a_header_that_is_changed_on_the_way_breaks_the_signature(name: str) -> None:
    content = signed()
    head, _, body = content.partition(f"\r\n{name}: ".encode())
    assert not is_valid(head + f"\r\n{name}: x".encode() + body)


def test_a_received_line_that_is_added_on_the_way_breaks_nothing() -> None:
    assert is_valid(b"Received: from a by b\r\n" + signed())


def test_white_space_that_a_server_changes_breaks_nothing() -> None:
    head, _, body = signed().partition(b"\r\n\r\n")
    assert is_valid(head + b"\r\n\r\n" + body.replace(b"    ", b" ") + b"\r\n\r\n")


def test_a_changed_link_breaks_the_signature() -> None:
    assert not is_valid(signed().replace(b"/u/", b"/v/"))


@pytest.mark.parametrize(
    "content",
    [
        b"From: a@b.example\r\n\r\n",
        b"From: a@b.example\r\n\r\n.\r\n..\r\n",
        b"From: a@b.example\r\nSubject: a\r\n b\r\n\r\nText without an end",
        b"From: a@b.example\r\nX-Note: From: eve\r\n\r\n\r\n\r\nTo: no header\r\n\r\n",
    ],
)
def test_odd_messages_are_signed_as_well(content: bytes) -> None:
    assert is_valid(signed(content=content))


def test_a_line_of_the_body_is_no_header() -> None:
    content = b"From: a@b.example\r\nSubject: a\r\n List-Id: b\r\n\r\nReply-To: c\r\n"
    assert b"reply-to" not in signed_headers(content)
    assert b"list-id" not in signed_headers(content)


class TestSettings:
    @pytest.fixture(autouse=True)
    def _settings(self, settings: Settings) -> None:
        settings.DKIM_DOMAIN, settings.DKIM_SELECTOR = DOMAIN, SELECTOR
        settings.DKIM_PRIVATE_KEY = pem()

    def test_the_configured_key_signs(self) -> None:
        sign = configured_signer()
        assert sign
        assert is_valid(sign(digest()))

    def test_without_settings_nothing_signs(self, settings: Settings) -> None:
        settings.DKIM_DOMAIN = settings.DKIM_SELECTOR = settings.DKIM_PRIVATE_KEY = ""
        assert configured_signer() is None

    def test_with_a_bad_key_each_message_says_why_it_does_not_leave(
        self, settings: Settings
    ) -> None:
        settings.DKIM_PRIVATE_KEY = "secret word"
        sign = configured_signer()
        assert sign
        with pytest.raises(ImproperlyConfigured, match="no base64"):
            sign(b"From: a@b.example\r\n\r\n")
