"""What is known of providers and relays."""

from __future__ import annotations

import pytest

from mail.domain.known import known_selectors, spf_term
from mail.providers import known_providers


@pytest.mark.parametrize(
    ("host", "term"),
    [
        ("smtp-relay.gmail.com", "include:_spf.google.com"),
        ("SMTP.Office365.com.", "include:spf.protection.outlook.com"),
        ("email-smtp.eu-west-1.amazonaws.com", "include:amazonses.com"),
        ("notgmail.com", ""),
        ("localhost", ""),
    ],
)
def test_a_relay_is_known_by_the_end_of_its_name(host: str, term: str) -> None:
    assert spf_term(host) == term


def test_every_provider_with_selectors_can_be_chosen() -> None:
    names = {"brevo", "mailersend", "mailgun", "mailjet", "mailtrap", "mandrill", "resend"}
    for name in names | {"sendgrid", "unisender_go", "smtp"}:
        assert name in known_providers()
        assert known_selectors(name)
    assert known_selectors("postmark") == ()
