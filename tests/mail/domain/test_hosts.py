"""Where mail arrives, and how the sending machine is named."""

from __future__ import annotations

import pytest

from mail.domain.hosts import check_helo, check_mx
from tests.mail.domain.dns_of import SILENT, dns_of, levels, only

DOMAIN = "papers.example.org"
REVERSE = "PTR 7.2.0.192.in-addr.arpa"


@pytest.mark.parametrize(
    ("records", "level", "part"),
    [
        ({f"MX {DOMAIN}": ["20 b.example.", "10 a.example."], "A a.example": "192.0.2.1",
          "AAAA b.example": "2001:db8::1"}, "ok", "go to a.example"),
        ({f"MX {DOMAIN}": "0 ."}, "error", "receives no mail (a null MX)"),
        ({}, "error", "receives no mail"),
        ({f"A {DOMAIN}": "192.0.2.1"}, "warning", "has no MX record"),
        ({f"MX {DOMAIN}": "10 a.example."}, "error", "a.example is to receive"),
        ({f"MX {DOMAIN}": ["10 a.example.", "20 b.example."], "A b.example": "192.0.2.1"},
         "warning", "a.example is to receive"),
    ],
)  # fmt: skip
def test_mail_to_the_domain_arrives_somewhere(
    records: dict[str, str], level: str, part: str
) -> None:
    found = only(check_mx(DOMAIN, "replies", dns_of(records)))
    assert found[0] == level
    assert part in found[1]


@pytest.mark.parametrize(
    ("records", "level", "part"),
    [
        ({REVERSE: f"{DOMAIN}."}, "ok", "leads back"),
        ({}, "error", "no name in the reverse DNS"),
        ({REVERSE: "host.example."}, "error", "does not lead back"),
        ({REVERSE: "host.example.", "A host.example": "192.0.2.7"}, "warning", "calls itself"),
        ({REVERSE: ["other.example.", f"{DOMAIN}."]}, "ok", "leads back"),
        ({REVERSE: SILENT}, "warning", "no answer"),
    ],
)
def test_the_address_of_the_machine_leads_back_to_its_name(
    records: dict[str, str], level: str, part: str
) -> None:
    found = only(check_helo(DOMAIN, dns_of({f"A {DOMAIN}": "192.0.2.7", **records})))
    assert found[0] == level
    assert part in found[1]


def test_the_reverse_record_is_shown() -> None:
    [found] = check_helo(DOMAIN, dns_of({f"A {DOMAIN}": "192.0.2.7"}))
    assert found.record
    assert (found.record.name, found.record.type, found.record.value) == (
        "7.2.0.192.in-addr.arpa", "PTR", f"{DOMAIN}.",
    )  # fmt: skip


def test_each_address_is_judged() -> None:
    dns = dns_of({f"A {DOMAIN}": "192.0.2.7", f"AAAA {DOMAIN}": "2001:db8::7", REVERSE: DOMAIN})
    assert levels(check_helo(DOMAIN, dns)) == ["ok", "error"]


@pytest.mark.parametrize("name", ["", "[192.0.2.7]", DOMAIN])
def test_a_name_that_leads_nowhere_is_an_error(name: str) -> None:
    assert levels(check_helo(name, dns_of({}))) == ["error"]
