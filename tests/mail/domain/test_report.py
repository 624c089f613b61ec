"""A domain from SPF to one-click: what a good one and a new one are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.domain.findings import Finding
from mail.domain.report import Setup, check_domain
from tests.mail.dkim.keys import DOMAIN, SELECTOR, make_key
from tests.mail.domain.dns_of import SILENT, dns_of

RELAY = Setup(
    domain=DOMAIN,
    site=f"https://{DOMAIN}",
    smtp_host="smtp-relay.gmail.com",
    ehlo_name=DOMAIN,
    selectors=(SELECTOR,),
)
GOOD: Mapping[str, Sequence[str] | str] = {
    f"TXT {DOMAIN}": "v=spf1 include:_spf.google.com -all",
    "TXT _spf.google.com": "v=spf1 ip4:198.51.100.0/24 -all",
    f"TXT {SELECTOR}._domainkey.{DOMAIN}": make_key().record,
    "TXT _dmarc.example.org": "v=DMARC1; p=reject; rua=mailto:dmarc@example.org",
    f"MX {DOMAIN}": "10 mx.example.org.",
    "A mx.example.org": "192.0.2.1",
    f"A {DOMAIN}": "192.0.2.7",
}


def levels(findings: list[Finding]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for finding in findings:
        found.setdefault(finding.topic, []).append(finding.level)
    return found


def test_a_domain_with_all_records_is_good() -> None:
    assert levels(check_domain(RELAY, dns_of(GOOD))) == {
        "SPF": ["ok"],
        "DKIM": ["ok"],
        "DMARC": ["ok", "ok"],
        "MX": ["ok"],
        "HELO": ["note"],
        "one-click": ["ok", "note"],
        "BIMI": ["note"],
        "MTA-STS": ["note"],
    }


def test_a_new_domain_is_told_each_record() -> None:
    found = check_domain(RELAY, dns_of({}))
    records = {(one.record.type, one.record.name) for one in found if one.record}
    assert records == {
        ("TXT", DOMAIN),
        ("TXT", f"{SELECTOR}._domainkey.{DOMAIN}"),
        ("TXT", f"_dmarc.{DOMAIN}"),
        ("MX", DOMAIN),
        ("A", DOMAIN),
    }


def test_no_name_server_at_all_is_one_error_a_topic() -> None:
    class Silent:
        def ask(self, name: str, kind: str) -> list[str]:
            return dns_of({f"{kind} {name}": SILENT}).ask(name, kind)  # type: ignore[arg-type]

    found = levels(check_domain(replace(RELAY, selectors=(), key=make_key()), Silent()))
    assert {topic for topic, kinds in found.items() if "error" in kinds} == {
        *("SPF", "DKIM", "DMARC", "MX", "one-click", "BIMI", "MTA-STS"),
    }


class TestAMachineThatDeliversByItself:
    SETUP = replace(RELAY, smtp_host="localhost")

    def test_its_addresses_must_be_in_the_record(self) -> None:
        found = check_domain(self.SETUP, dns_of(GOOD))
        assert levels(found)["SPF"] == ["error"]
        assert levels(found)["PTR"] == ["error"]

    @pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1", DOMAIN.upper()])
    def test_with_both_it_is_good(self, host: str) -> None:
        dns = dns_of(
            {
                **GOOD,
                f"TXT {DOMAIN}": "v=spf1 ip4:192.0.2.7 -all",
                "PTR 7.2.0.192.in-addr.arpa": f"{DOMAIN}.",
            }
        )
        found = levels(check_domain(replace(self.SETUP, smtp_host=host), dns))
        assert (found["SPF"], found["PTR"]) == (["ok"], ["ok"])


class TestAProvider:
    SETUP = replace(RELAY, provider="postmark", selectors=())

    def test_its_return_path_is_its_own_and_its_selector_is_not_known(self) -> None:
        found = levels(check_domain(self.SETUP, dns_of(GOOD)))
        assert (found["SPF"], found["DKIM"], found["DMARC"]) == (
            ["note"],
            ["warning"],
            ["ok", "note"],
        )

    def test_a_return_path_that_was_named_is_looked_up(self) -> None:
        setup = replace(self.SETUP, return_path=f"bounces.{DOMAIN}", selectors=(SELECTOR,))
        found = levels(check_domain(setup, dns_of(GOOD)))
        assert (found["SPF"], found["DKIM"], found["DMARC"]) == (["error"], ["ok"], ["ok", "ok"])

    def test_keys_of_a_provider_with_known_selectors_are_found(self) -> None:
        dns = dns_of({**GOOD, f"TXT resend._domainkey.{DOMAIN}": make_key().record})
        found = levels(check_domain(replace(self.SETUP, provider="resend"), dns))
        assert (found["DKIM"], found["DMARC"]) == (["ok"], ["ok", "ok"])

    def test_without_any_key_nothing_authenticates_the_mail(self) -> None:
        found = levels(check_domain(replace(self.SETUP, provider="resend"), dns_of(GOOD)))
        assert (found["DKIM"], found["DMARC"]) == (["error"], ["ok", "error"])


class TestOurOwnKey:
    SETUP = replace(RELAY, selectors=(), key=make_key())

    def test_it_is_compared_with_what_is_published(self) -> None:
        assert levels(check_domain(self.SETUP, dns_of(GOOD)))["DKIM"] == ["ok"]

    def test_of_the_domain_above_it_is_aligned(self) -> None:
        key = replace(make_key(), domain="example.org")
        dns = dns_of({**GOOD, f"TXT {SELECTOR}._domainkey.example.org": key.record})
        found = levels(check_domain(replace(self.SETUP, key=key), dns))
        assert (found["DKIM"], found["DMARC"]) == (["ok"], ["ok", "ok"])


def test_returned_mails_and_replies_must_arrive_at_their_domains() -> None:
    setup = replace(
        RELAY,
        inbound="reply@in.example.org",
        return_path="in.example.org",
        replies="editors.example.org",
    )
    found = [one.text for one in check_domain(setup, dns_of(GOOD)) if one.topic == "MX"]
    assert [text.partition(" ")[0] for text in found] == ["in.example.org", "editors.example.org"]


_WORDS = st.sampled_from(
    [
        *("v=spf1", "v=DMARC1;", "v=DKIM1;", "v=BIMI1;", "v=STSv1;", "p=", "p=none;", "k=rsa;"),
        *("include:", f"include:{DOMAIN}", "redirect=", "a", "mx", "a:/", "a//", "ip4:", "-all"),
        *("ip6:::/0", "mx/999", "%{i}", "rua=mailto:", "rua=mailto:a@", "t=y;", ".", "x" * 300),
    ]
)
_RECORDS = st.lists(st.lists(_WORDS | st.text(max_size=9)).map(" ".join), max_size=3)


@given(records=_RECORDS, exchanger=st.sampled_from(["0 .", "10 mx.example.", "10 x y"]))
def test_no_text_of_a_record_ends_the_report(records: list[str], exchanger: str) -> None:
    class Anything:
        def ask(self, name: str, kind: str) -> list[str]:
            answers = {"TXT": records, "MX": [exchanger], "A": ["192.0.2.1"], "PTR": ["."]}
            return answers.get(kind, [])

    for setup in (RELAY, replace(RELAY, smtp_host="localhost", selectors=(), key=make_key())):
        assert check_domain(setup, Anything())
