"""The page about privacy says what the settings and the code do."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from pytest_django import Settings

from newsletter.pages.privacy import privacy_page
from subscribers.consent import truncated_ip
from subscribers.models import Subscriber
from subscribers.pages.feedback.remembered import remember


def test_the_days_are_those_of_the_settings(settings: Settings) -> None:
    settings.CONFIRM_DAYS, settings.UNCONFIRMED_DAYS = 3, 21
    settings.LEDGER_RETENTION_DAYS = 500
    settings.EVENT_RETENTION_DAYS = 40
    page = privacy_page()
    assert (page.confirm_days, page.ledger_days, page.event_days) == (3, 500, 40)
    assert page.unconfirmed_days == 21
    settings.CONFIRM_DAYS = 28
    assert privacy_page().unconfirmed_days == 28, "a sign-up is kept while its link works"


@pytest.mark.parametrize(
    ("sign_up", "api", "minutes"),
    [
        ("30/hour", "500/5 minutes", 120),
        ("9/minute", "500/5 minutes", 10),
        ("9/minute", "5/second", 2),
        ("100/day", "5/second", 2 * 24 * 60),
    ],
)
def test_a_counter_is_kept_for_twice_its_window(
    settings: Settings, sign_up: str, api: str, minutes: int
) -> None:
    settings.SIGN_UP_RATE, settings.API_RATE = sign_up, api
    assert privacy_page().counter_minutes == minutes


def test_the_part_of_a_network_that_is_kept_is_the_one_that_it_names() -> None:
    page = privacy_page()
    assert (page.network_bits, page.network_bits_6) == (24, 48)
    assert truncated_ip("192.0.2.17") == "192.0.2.0"
    assert truncated_ip("2001:db8:1:2::3") == "2001:db8:1::"


def test_a_browser_remembers_for_as_long_as_it_says() -> None:
    answer = HttpResponse()
    remember(answer, Subscriber(pk=1, email="ada@example.com"))
    assert answer.cookies["reader"]["max-age"] == privacy_page().browser_days * 86_400


def test_it_names_whom_to_ask(settings: Settings) -> None:
    settings.CONTACT_EMAIL, settings.POSTAL_ADDRESS = "ed@example.org", "1 Example Street"
    page = privacy_page()
    assert (page.contact_email, page.postal_address) == ("ed@example.org", "1 Example Street")


def test_it_says_for_how_long_incoming_mail_is_noted(settings: Settings) -> None:
    settings.INBOUND_ADDRESS, settings.INBOUND_DAYS = "", 14
    assert privacy_page().inbound_days == 0
    settings.INBOUND_ADDRESS = "reply@in.example.org"
    assert privacy_page().inbound_days == 14
