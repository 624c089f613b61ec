"""Questions to a name server on this machine."""

from __future__ import annotations

import dns.resolver
import pytest

from fakes.dns_server import BROKEN, DnsServer, serving_dns
from mail.domain.dns import NoAnswer, Resolver, addresses, exchangers, pointers
from tests.mail.dkim.keys import make_key

RECORDS = {
    "TXT a.example": [make_key().record, "v=spf1 -all"],
    "A a.example": "192.0.2.1",
    "AAAA a.example": "2001:db8::1",
    "PTR 1.2.0.192.in-addr.arpa": "A.example.",
    "MX a.example": ["20 B.example.", "10 c.example."],
    "MX null.example": "0 .",
    "TXT broken.example": BROKEN,
}


def asking(server: DnsServer) -> Resolver:
    return Resolver(server.resolver())


def test_records_are_texts_and_the_strings_of_one_are_joined() -> None:
    with serving_dns({}, RECORDS) as server:
        found = asking(server).ask("A.example.", "TXT")
    assert sorted(found) == sorted([make_key().record, "v=spf1 -all"])


def test_a_name_without_records_has_none() -> None:
    with serving_dns({}, RECORDS) as server:
        assert asking(server).ask("missing.example", "TXT") == []


def test_addresses_names_and_exchangers_are_found() -> None:
    with serving_dns({}, RECORDS) as server:
        dns_ = asking(server)
        assert addresses("a.example", dns_) == ["192.0.2.1", "2001:db8::1"]
        assert pointers("192.0.2.1", dns_) == ["a.example"]
        assert exchangers("a.example", dns_) == ["c.example", "b.example"]
        assert exchangers("null.example", dns_) == [""]


def test_each_question_is_asked_once() -> None:
    with serving_dns({}, RECORDS) as server:
        dns_ = asking(server)
        for name in ("a.example", "A.EXAMPLE."):
            dns_.ask(name, "TXT")
        assert server.questions == ["a.example"]


@pytest.mark.parametrize("name", ["broken.example", "a..example", "x" * 64 + ".example"])
def test_a_server_that_fails_and_a_name_that_is_none_have_no_answer(name: str) -> None:
    with serving_dns({}, RECORDS) as server, pytest.raises(NoAnswer):
        asking(server).ask(name, "TXT")


def test_no_server_at_all_has_no_answer() -> None:
    silent = dns.resolver.Resolver(configure=False)
    silent.nameservers = []
    with pytest.raises(NoAnswer):
        Resolver(silent).ask("a.example", "TXT")
