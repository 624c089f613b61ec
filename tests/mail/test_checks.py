"""Each mistake in the settings of mail is one error with a hint."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import requests
from django.core.checks import WARNING, CheckMessage
from pytest_django import Settings

from mail.checks import (
    check_ascii,
    check_ca_file,
    check_feedback_id,
    check_list_id,
    check_name,
    check_provider,
    check_public_name,
    check_sender,
    check_sender_domain,
    check_smtp,
    check_streams,
    missing_provider_setting,
)
from mail.providers import backend_of, known_providers


@pytest.fixture(autouse=True)
def _production(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings without a mistake."""
    good: dict[str, Any] = {
        "EMAIL_TIMEOUT": 30.0,
        "EMAIL_USE_TLS": True,
        "EMAIL_USE_SSL": False,
        "MAIL_FROM": "Trending Papers <digest@papers.example.org>",
        "MAIL_REPLY_TO": "",
        "CONTACT": "https://papers.example.org/contact",
        "LIST_ID": "Trending Papers <digest.papers.example.org>",
        "MAIL_DOMAIN": "papers.example.org",
        "LOCAL": False,
    }
    for name, value in good.items():
        setattr(settings, name, value)
    choose(settings, "smtp")
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")


def choose(settings: Settings, provider: str, **anymail: object) -> None:
    settings.MAIL_PROVIDER = provider
    settings.EMAIL_BACKEND = backend_of(provider)
    settings.ANYMAIL = anymail


def errors() -> list[CheckMessage]:
    return [
        *check_provider(),
        *check_smtp(),
        *check_sender(),
        *check_ascii(),
        *check_sender_domain(),
        *check_list_id(),
    ]


def test_good_settings_have_no_error(settings: Settings) -> None:
    assert errors() == []
    settings.MAIL_REPLY_TO = "editors@papers.example.org"
    assert errors() == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("EMAIL_TIMEOUT", 0.0, "E003"),
        ("EMAIL_TIMEOUT", None, "E003"),
        ("EMAIL_TIMEOUT", float("nan"), "E003"),
        ("EMAIL_TIMEOUT", float("inf"), "E003"),
        ("EMAIL_USE_SSL", True, "E004"),
        ("LIST_ID", "digest.papers.example.org", "E071"),
        ("LIST_ID", "Trending Papers", "E071"),
        ("LIST_ID", "Papers <digest>", "E071"),
        ("LIST_ID", "Papers <digest@papers.example.org>", "E071"),
        ("LIST_ID", "Papers <digest.papers.example.org", "E071"),
        ("LIST_ID", "", "E071"),
        ("MAIL_FROM", "Trending Papers", "E008"),
        ("MAIL_FROM", "", "E008"),
        ("MAIL_FROM", "digest@", "E008"),
        ("MAIL_REPLY_TO", "us", "E008"),
        ("MAIL_FROM", "Jürgen <jürgen@papers.example.org>", "E070"),
        ("MAIL_FROM", "Papers <digest@bü cher.example>", "E070"),
        ("MAIL_REPLY_TO", "a@b.example, ä@b.example", "E070"),
        ("CONTACT", "ü@papers.example.org", "E070"),
        ("LIST_ID", "Papers <digest.ü..example>", "E071"),
    ],
)
def test_a_wrong_value_is_one_error_with_a_hint(
    settings: Settings, name: str, value: object, expected: str
) -> None:
    setattr(settings, name, value)
    [error] = errors()
    assert error.id == f"trending.{expected}"
    assert error.hint
    assert name in error.msg


def test_an_unknown_provider_gets_the_list_of_known_ones(settings: Settings) -> None:
    settings.MAIL_PROVIDER = "mailgn"
    [error] = errors()
    assert (error.id, "'mailgn'" in error.msg) == ("trending.E001", True)
    assert error.hint == f"Choose one of: {', '.join(known_providers())}."


def test_a_missing_key_is_named_as_the_variable_to_set(settings: Settings) -> None:
    choose(settings, "postmark")
    [error] = errors()
    assert error.id == "trending.E002"
    assert "ANYMAIL_POSTMARK_SERVER_TOKEN" in str(error.hint)


def test_amazon_needs_a_region(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    choose(settings, "amazon_ses")
    [error] = errors()
    assert "AWS_DEFAULT_REGION" in error.msg
    choose(settings, "amazon_ses", AMAZON_SES_CLIENT_PARAMS={"region_name": "eu-west-1"})
    assert errors() == []
    choose(settings, "amazon_ses")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    assert errors() == []


@pytest.mark.filterwarnings("ignore:.*:Warning")  # django-anymail deprecates SendGrid
@pytest.mark.parametrize("provider", [name for name in known_providers() if name != "smtp"])
def test_the_named_settings_make_any_provider_usable(settings: Settings, provider: str) -> None:
    """An operator who does what the check says, again and again, ends with a usable provider."""
    keys: dict[str, object] = {}
    for _ in range(6):
        choose(settings, provider, **keys)
        missing = missing_provider_setting(provider)
        if not missing:
            return
        if missing == "AWS_DEFAULT_REGION":
            keys["AMAZON_SES_CLIENT_PARAMS"] = {"region_name": "eu-west-1"}
        else:
            assert re.fullmatch(r"ANYMAIL_[A-Z0-9_]+", missing)
            keys[missing.removeprefix("ANYMAIL_")] = "https://api.example.org/"
    pytest.fail(f"{provider} always misses a setting")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MAIL_DOMAIN", "mail.example.org"),
        ("MAIL_DOMAIN", "notgmail.com"),
        ("MAIL_DOMAIN", "gmail.com.example.org"),
        ("MAIL_DOMAIN", "me.example.com"),
        ("LIST_ID", "<digest.papers.example.org>"),
        ("LIST_ID", '"Papers, trending" <digest.papers.example.org>'),
    ],
)
def test_a_domain_and_a_list_of_ones_own_are_right(
    settings: Settings, name: str, value: str
) -> None:
    setattr(settings, name, value)
    assert errors() == []


def test_a_laptop_may_use_any_sender(settings: Settings) -> None:
    settings.LOCAL, settings.MAIL_DOMAIN = True, "gmail.com"
    assert errors() == []


@pytest.mark.parametrize(
    "domain",
    [
        *["gmail.com", "Outlook.com", "yahoo.co.uk", "yahoo.fr", "hotmail.com.br", "icloud.com"],
        *["gmx.de", "web.de", "proton.me", "mail.ru", "qq.com", "live.nl", "aol.com", "me.com"],
    ],
)
def test_a_sender_at_a_mailbox_provider_is_a_warning(settings: Settings, domain: str) -> None:
    settings.MAIL_DOMAIN = domain
    [warning] = errors()
    assert (warning.id, warning.level) == ("trending.W057", WARNING)
    assert warning.msg.startswith(f"MAIL_FROM is at {domain.lower()}, ")


# ── the name and the CA ──────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("papers.example.org", []),
        ("[192.0.2.7]", []),
        ("", []),
        ("web-1", ["trending.E040"]),
        ("a_b.example.org", ["trending.E040"]),
        ("bücher.example.org", ["trending.E040"]),
        ("192.0.2.7", ["trending.E040"]),
    ],
)
def test_a_name_that_servers_refuse_is_an_error(
    settings: Settings, name: str, ids: list[str]
) -> None:
    settings.MAIL_PROVIDER, settings.EHLO_NAME = "smtp", name
    assert [found.id for found in check_name()] == ids
    settings.MAIL_PROVIDER = "postmark"
    assert check_name() == []


@pytest.mark.parametrize(("content", "ids"), [("", ["trending.E041"]), ("x", ["trending.E041"])])
def test_a_ca_file_without_certificates_is_an_error(
    settings: Settings, tmp_path: Path, content: str, ids: list[str]
) -> None:
    file = tmp_path / "ca.pem"
    if content:
        file.write_text(content)
    settings.EMAIL_SSL_CA_FILE = str(file)
    [found] = check_ca_file()
    assert [found.id] == ids
    assert str(file) in found.msg


def test_no_ca_file_and_the_system_s_are_fine(settings: Settings) -> None:
    settings.EMAIL_SSL_CA_FILE = ""
    assert check_ca_file() == []
    settings.EMAIL_SSL_CA_FILE = requests.utils.DEFAULT_CA_BUNDLE_PATH
    assert check_ca_file() == []


@pytest.mark.parametrize(
    ("name", "ca_file", "encrypted", "ids"),
    [
        ("papers.example.org", "", False, []),
        ("", "", False, ["trending.W040"]),
        ("papers.internal", "", True, ["trending.W040"]),
        ("papers.example.org", "/ca.pem", True, []),
        ("papers.example.org", "/ca.pem", False, ["trending.W041"]),
    ],
)
def test_a_name_that_only_this_network_knows_is_a_warning(
    settings: Settings, name: str, ca_file: str, encrypted: bool, ids: list[str]
) -> None:
    settings.MAIL_PROVIDER, settings.EHLO_NAME = "smtp", name
    settings.EMAIL_SSL_CA_FILE, settings.EMAIL_USE_TLS = ca_file, encrypted
    assert [found.id for found in check_public_name()] == ids
    settings.MAIL_PROVIDER = "postmark"
    assert check_public_name() == []


@pytest.mark.parametrize("value", ["", "four", "a b c d", "with:colon", "digest", "Weekly"])
def test_a_sender_that_gmail_does_not_take_is_an_error(settings: Settings, value: str) -> None:
    settings.FEEDBACK_SENDER_ID = value
    assert [found.id for found in check_feedback_id()] == ["trending.E096"]


def test_a_sender_of_fifteen_signs_is_good(settings: Settings) -> None:
    settings.FEEDBACK_SENDER_ID = "Papers.Example1"
    assert check_feedback_id() == []


@pytest.mark.parametrize(
    ("provider", "name", "value", "expected"),
    [
        ("smtp", "MESSAGE_STREAM", "broadcast", 1),
        ("resend", "TRANSACTIONAL_MESSAGE_STREAM", "outbound", 1),
        ("postmark", "MESSAGE_STREAM", "broadcast", 0),
        ("smtp", "ESP_EXTRA", {"Tag": "digest"}, 1),
        ("smtp", "TRANSACTIONAL_ESP_EXTRA", {"Tag": "single"}, 1),
        ("mailgun", "ESP_EXTRA", {"o:tag": "digest"}, 0),
    ],
)
def test_a_stream_that_the_provider_does_not_have_is_a_warning(
    settings: Settings, provider: str, name: str, value: object, expected: int
) -> None:
    choose(settings, provider)
    setattr(settings, name, value)
    found = check_streams()
    assert [one.id for one in found] == ["trending.W073"] * expected
    assert all(f"{name} is set" in one.msg for one in found)


@pytest.mark.parametrize(
    ("value", "expected"), [("us", "trending.E008"), ("ä@b.example", "trending.E070")]
)
def test_the_sender_of_single_mails_is_an_address(
    settings: Settings, value: str, expected: str
) -> None:
    settings.TRANSACTIONAL_FROM = value
    assert [found.id for found in errors()] == [expected]
