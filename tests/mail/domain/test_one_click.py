"""Whether a mailbox provider can reach the links of List-Unsubscribe."""

from __future__ import annotations

import pytest

from mail.domain.one_click import check_one_click
from tests.mail.domain.dns_of import dns_of, levels

DNS = dns_of({"A papers.example.org": "192.0.2.1"})


def test_an_https_site_in_the_dns_is_good() -> None:
    [found] = check_one_click("https://papers.example.org", "reply@in.example.org", DNS)
    assert found.level == "ok"
    assert "List-Unsubscribe-Post" in found.text


def test_without_a_mailbox_there_is_no_mailto() -> None:
    assert levels(check_one_click("https://papers.example.org", "", DNS)) == ["ok", "note"]


@pytest.mark.parametrize(
    "site",
    [
        "http://papers.example.org",
        "https://localhost:8000",
        "https://papers.local",
        "https://papers",
        "https://missing.example.org",
    ],
)
def test_a_site_that_cannot_be_reached_is_an_error(site: str) -> None:
    assert levels(check_one_click(site, "", DNS)) == ["error"]
