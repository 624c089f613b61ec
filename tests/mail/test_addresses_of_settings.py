"""SITE_URL and LIST_ID in ASCII, for links and headers."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from mail.addresses import ascii_url
from mail.headers import ascii_list_id
from tests.settings_file import PRODUCTION, load_settings

BUCHER = "xn--bcher-kva.example"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://papers.example.org", "https://papers.example.org"),
        ("https://bücher.example", f"https://{BUCHER}"),
        ("https://BÜCHER.example:8443", f"https://{BUCHER}:8443"),
    ],
)
def test_the_host_of_a_url_is_in_punycode(url: str, expected: str) -> None:
    assert ascii_url("SITE_URL", url) == expected


@pytest.mark.parametrize("url", ["https://ü ü.example", "https://ü..example", "https://[ü"])
def test_a_host_that_cannot_be_one_is_refused_by_the_name_of_its_setting(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="SITE_URL"):
        ascii_url("SITE_URL", url)


def test_a_list_id_that_cannot_be_one_stays_for_its_check_on_one_line() -> None:
    assert ascii_list_id("no\r\nBcc: id") == "no Bcc: id"
    assert ascii_list_id("<digest.ä.example>") == "<digest.xn--4ca.example>"


def test_a_site_with_an_umlaut_is_reached_by_the_host_that_browsers_ask_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found: dict[str, Any] = load_settings(
        monkeypatch,
        **{
            **PRODUCTION,
            "SITE_URL": "https://bücher.example/",
            "MAIL_FROM": "Bücher <digest@bücher.example>",
            "MAIL_REPLY_TO": "Roe, Ada <ada@bücher.example>",
        },
    )
    names = ("SITE_URL", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "MAIL_FROM", "MAIL_REPLY_TO")
    assert {name: found[name] for name in (*names, "MAIL_DOMAIN", "LIST_ID", "CONTACT")} == {
        "SITE_URL": f"https://{BUCHER}",
        "ALLOWED_HOSTS": [BUCHER],
        "CSRF_TRUSTED_ORIGINS": [f"https://{BUCHER}"],
        "MAIL_FROM": f"Bücher <digest@{BUCHER}>",
        "MAIL_REPLY_TO": f'"Roe, Ada" <ada@{BUCHER}>',
        "MAIL_DOMAIN": BUCHER,
        "LIST_ID": f"Trending Papers <digest.{BUCHER}>",
        "CONTACT": f"ada@{BUCHER}",
    }
