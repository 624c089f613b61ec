"""A logo, and encryption: nice to have, and wrong only when half done."""

from __future__ import annotations

import pytest

from mail.domain.dmarc import Policy
from mail.domain.extras import check_bimi, check_transport
from tests.mail.domain.dns_of import dns_of, levels

DOMAIN = "papers.example.org"
LOGO = "v=BIMI1; l=https://papers.example.org/logo.svg"


@pytest.mark.parametrize(
    ("record", "policy", "level"),
    [
        ("", "none", "note"),
        (LOGO, "none", "warning"),
        (LOGO, "reject", "note"),
        (f"{LOGO}; a=https://papers.example.org/vmc.pem", "quarantine", "ok"),
        ("v=BIMI1; l=http://papers.example.org/logo.svg", "reject", "warning"),
    ],
)
def test_a_logo_needs_a_policy_and_a_certificate(record: str, policy: str, level: str) -> None:
    dns = dns_of({f"TXT default._bimi.{DOMAIN}": record} if record else {})
    found = check_bimi(DOMAIN, Policy("_dmarc", {"p": policy}, is_inherited=False), dns)
    assert levels(found) == [level]


def test_a_policy_for_a_part_of_the_mail_shows_no_logo() -> None:
    policy = Policy("_dmarc", {"p": "reject", "pct": "50"}, is_inherited=False)
    assert levels(check_bimi(DOMAIN, policy, dns_of({f"TXT default._bimi.{DOMAIN}": LOGO}))) == [
        "warning"
    ]


@pytest.mark.parametrize(
    ("records", "level"),
    [
        ({}, "note"),
        ({f"TXT _mta-sts.{DOMAIN}": "v=STSv1; id=1"}, "note"),
        (
            {
                f"TXT _mta-sts.{DOMAIN}": "v=STSv1; id=1",
                f"TXT _smtp._tls.{DOMAIN}": "v=TLSRPTv1; rua=mailto:a@b.example",
            },
            "ok",
        ),
    ],
)
def test_encryption_of_mail_to_the_domain_is_noted(records: dict[str, str], level: str) -> None:
    assert levels(check_transport(DOMAIN, dns_of(records))) == [level]
