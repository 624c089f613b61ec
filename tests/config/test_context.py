from __future__ import annotations

from django.http import HttpRequest
from pytest_django import Settings

from config.context import contact_url, site


def test_a_page_gets_the_url_of_the_site(settings: Settings) -> None:
    settings.SITE_URL, settings.MAILBOX_DIR = "https://papers.example.org", ""
    settings.CONTACT_EMAIL = settings.CONTACT_URL = ""
    assert site(HttpRequest()) == {
        "site_url": "https://papers.example.org",
        "contact_url": "",
        "mailbox_is_open": False,
    }


def test_a_laptop_has_a_mailbox(settings: Settings) -> None:
    settings.MAILBOX_DIR = "var/mail"
    assert site(HttpRequest())["mailbox_is_open"] is True


def test_readers_ask_by_mail_or_on_a_page(settings: Settings) -> None:
    settings.CONTACT_EMAIL, settings.CONTACT_URL = "ed@example.org", ""
    assert contact_url() == "mailto:ed@example.org"
    settings.CONTACT_URL = "https://example.org/ask"
    assert contact_url() == "https://example.org/ask"
