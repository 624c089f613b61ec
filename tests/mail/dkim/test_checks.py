"""The check of the DKIM_* settings."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from mail.dkim.checks import check_dkim, is_below
from tests.mail.dkim.keys import DOMAIN, SELECTOR, pem


@pytest.fixture(autouse=True)
def _settings(settings: Settings) -> None:
    settings.MAIL_PROVIDER = "smtp"
    settings.MAIL_FROM = f"Trending Papers <digest@{DOMAIN}>"
    settings.DKIM_DOMAIN, settings.DKIM_SELECTOR = DOMAIN, SELECTOR
    settings.DKIM_PRIVATE_KEY = pem()


def test_a_key_of_2048_bits_for_the_sender_s_domain_is_good() -> None:
    assert check_dkim() == []


def test_no_key_is_good(settings: Settings) -> None:
    settings.DKIM_DOMAIN = settings.DKIM_SELECTOR = settings.DKIM_PRIVATE_KEY = ""
    assert check_dkim() == []


def test_a_key_that_cannot_be_read_is_an_error(settings: Settings) -> None:
    settings.DKIM_PRIVATE_KEY = "secret word"
    [found] = check_dkim()
    assert found.id == "trending.E097"
    assert "secret word" not in f"{found.msg}{found.hint}"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("MAIL_PROVIDER", "postmark", "postmark signs by itself"),
        ("MAIL_FROM", "digest@papers.example.net", "MAIL_FROM is at papers.example.net"),
        ("TRANSACTIONAL_FROM", "hello@other.example.org", "TRANSACTIONAL_FROM is at other"),
    ],
)
def test_a_signature_that_does_not_help_is_a_warning(
    settings: Settings, name: str, value: str, expected: str
) -> None:
    setattr(settings, name, value)
    [found] = check_dkim()
    assert found.id == "trending.W072"
    assert expected in found.msg


def test_a_short_key_is_a_warning(settings: Settings) -> None:
    settings.DKIM_PRIVATE_KEY = pem("rsa", 1024)
    assert [found.msg for found in check_dkim()] == ["The DKIM key has 1024 bits."]


@pytest.mark.parametrize("domain", ["example.org", "mail.papers.example.org"])
def test_a_domain_above_or_below_the_sender_s_is_good(settings: Settings, domain: str) -> None:
    settings.DKIM_DOMAIN = domain
    assert check_dkim() == []


def test_a_domain_that_only_ends_alike_is_not_below() -> None:
    assert is_below("a.example.org", "example.org")
    assert not is_below("notexample.org", "example.org")
