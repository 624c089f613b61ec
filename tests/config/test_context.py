from __future__ import annotations

from django.http import HttpRequest
from pytest_django import Settings

from config.context import site


def test_a_page_gets_the_url_of_the_site(settings: Settings) -> None:
    settings.SITE_URL, settings.MAILBOX_DIR = "https://papers.example.org", ""
    assert site(HttpRequest()) == {
        "site_url": "https://papers.example.org",
        "mailbox_is_open": False,
    }


def test_a_laptop_has_a_mailbox(settings: Settings) -> None:
    settings.MAILBOX_DIR = "var/mail"
    assert site(HttpRequest())["mailbox_is_open"] is True
