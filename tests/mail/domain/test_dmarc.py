"""DMARC policies, their reports, and what they count for a sender."""

from __future__ import annotations

import pytest

from mail.domain.dmarc import Policy, check_alignment, read_policy
from mail.domain.findings import Finding
from mail.domain.tags import parse_tags
from tests.mail.domain.dns_of import dns_of, levels, only

DOMAIN = "papers.example.org"
GOOD = "v=DMARC1; p=reject; rua=mailto:dmarc@example.org"


def findings(*records: str) -> list[Finding]:
    return read_policy(DOMAIN, dns_of({f"TXT _dmarc.{DOMAIN}": records}))[1]


def test_a_policy_with_reports_is_good() -> None:
    assert only(findings(GOOD))[0] == "ok"


def test_the_policy_of_the_domain_above_holds_for_one_without_its_own() -> None:
    policy, found = read_policy(DOMAIN, dns_of({"TXT _dmarc.example.org": GOOD}))
    assert policy
    assert (policy.name, policy.policy, policy.is_inherited) == (
        "_dmarc.example.org", "reject", True,
    )  # fmt: skip
    assert levels(found) == ["ok"]


def test_the_domain_above_may_have_another_policy_for_those_below() -> None:
    record = f"{GOOD}; sp=none"
    policy, found = read_policy(DOMAIN, dns_of({"TXT _dmarc.example.org": record}))
    assert policy
    assert policy.policy == "none"
    assert levels(found) == ["note"]
    own, _ = read_policy(DOMAIN, dns_of({f"TXT _dmarc.{DOMAIN}": record}))
    assert own
    assert own.policy == "reject"


def test_without_a_policy_one_to_begin_with_is_shown() -> None:
    [found] = findings()
    assert found.level == "error"
    assert found.record
    assert found.record.name == f"_dmarc.{DOMAIN}"
    assert found.record.value == f"v=DMARC1; p=none; rua=mailto:dmarc@{DOMAIN}"


@pytest.mark.parametrize(
    ("record", "value"),
    [
        ("v=DMARC1; rua=mailto:a@example.org", "v=DMARC1; rua=mailto:a@example.org; p=none"),
        ("v=DMARC1; p=rejected; pct=100", "v=DMARC1; p=none; pct=100"),
        ("v=DMARC1;p=", "v=DMARC1;p=; p=none"),
    ],
)
def test_a_policy_that_receivers_ignore_is_an_error(record: str, value: str) -> None:
    level, _, shown = only(findings(record))
    assert (level, shown) == ("error", value)


def test_two_policies_are_none() -> None:
    level, text, _ = only(findings(GOOD, GOOD))
    assert level == "error"
    assert "2 records" in text


def test_a_record_of_another_kind_beside_it_does_not_count() -> None:
    found = findings("v=spf1 -all", "V = dmarc1 ;p=quarantine; rua=mailto:a@example.org")
    assert levels(found) == ["ok"]


def test_no_policy_is_enough_and_noted() -> None:
    assert levels(findings("v=DMARC1; p=none; rua=mailto:dmarc@example.org")) == ["note"]


def test_a_policy_for_a_part_of_the_mail_is_noted() -> None:
    assert levels(findings(f"{GOOD}; pct=20")) == ["ok", "note"]


def test_without_reports_the_record_with_some_is_shown() -> None:
    found = findings("v=DMARC1; p=reject;")
    assert levels(found) == ["ok", "warning"]
    assert found[1].record
    assert found[1].record.value == f"v=DMARC1; p=reject; rua=mailto:dmarc@{DOMAIN}"


class TestReportsElsewhere:
    RECORD = "v=DMARC1; p=reject; rua=mailto:x@reports.example!10m,mailto:y@example.org"

    def test_they_need_a_record_there(self) -> None:
        found = findings(self.RECORD)
        assert levels(found) == ["ok", "warning"]
        assert found[1].record
        assert found[1].record.name == f"{DOMAIN}._report._dmarc.reports.example"

    def test_with_that_record_they_are_good(self) -> None:
        name = f"TXT {DOMAIN}._report._dmarc.reports.example"
        dns = dns_of({f"TXT _dmarc.{DOMAIN}": self.RECORD, name: "v=DMARC1;"})
        assert levels(read_policy(DOMAIN, dns)[1]) == ["ok"]


def policy(record: str = GOOD) -> Policy:
    return Policy(f"_dmarc.{DOMAIN}", parse_tags(record), is_inherited=False)


@pytest.mark.parametrize(
    ("record", "return_path", "signers", "level"),
    [
        (GOOD, DOMAIN, [DOMAIN], "ok"),
        (GOOD, "bounces.example.org", ["example.org"], "ok"),
        (GOOD, "", [DOMAIN], "ok"),
        (GOOD, "bounces.example.net", [DOMAIN], "note"),
        (GOOD, DOMAIN, [], "warning"),
        (GOOD, "", [], "error"),
        (GOOD, "bounces.example.net", ["example.net"], "error"),
        (f"{GOOD}; adkim=s; aspf=s", "example.org", ["example.org"], "error"),
        (f"{GOOD}; adkim=s", DOMAIN, ["example.org"], "warning"),
        (GOOD, DOMAIN, None, "note"),
    ],
)
def test_what_authenticates_the_mail_must_be_of_the_sender_s_domain(
    record: str, return_path: str, signers: list[str] | None, level: str
) -> None:
    assert levels(check_alignment(policy(record), DOMAIN, return_path, signers)) == [level]
