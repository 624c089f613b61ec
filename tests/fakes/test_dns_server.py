"""The fake DNS server answers as it is set to."""

from __future__ import annotations

import dns.resolver
import pytest

from fakes.dns_server import BROKEN, serving_dns


def test_it_answers_with_the_exchangers_of_a_domain() -> None:
    with serving_dns({"a.org": ["10 mx.a.org.", "20 mx.b.org."]}) as server:
        answer = server.resolver().resolve("a.org", "MX")
    assert sorted(str(one) for one in answer) == ["10 mx.a.org.", "20 mx.b.org."]
    assert server.questions == ["a.org"]


def test_other_domains_do_not_exist_or_fail() -> None:
    with serving_dns({"broken.org": BROKEN}) as server:
        with pytest.raises(dns.resolver.NXDOMAIN):
            server.resolver().resolve("b.org", "MX")
        with pytest.raises(dns.resolver.NoNameservers):
            server.resolver().resolve("broken.org", "MX", lifetime=1)


def test_other_records_are_given_by_kind_and_name() -> None:
    long = 'v=DKIM1; p="' + "x" * 600
    records = {"TXT a.example": [long, "short"], "A a.example": "192.0.2.1"}
    with serving_dns({"b.example": ["10 mx.example."]}, records) as server:
        resolver = server.resolver()
        found = [b"".join(one.strings).decode() for one in resolver.resolve("a.example", "TXT")]
        assert sorted(found) == ["short", long]
        assert [one.to_text() for one in resolver.resolve("a.example", "A")] == ["192.0.2.1"]
        assert [one.to_text() for one in resolver.resolve("b.example", "MX")] == ["10 mx.example."]
        with pytest.raises(dns.resolver.NXDOMAIN):
            resolver.resolve("a.example", "AAAA")
