"""SPF records as operators have them, with the faults that receivers punish."""

from __future__ import annotations

import pytest

from mail.domain.spf import check_spf, walk_spf
from tests.mail.domain.dns_of import SILENT, dns_of, levels, only

DOMAIN = "papers.example.org"
TXT = f"TXT {DOMAIN}"
INCLUDED = {"TXT spf.example.net": "v=spf1 ip4:192.0.2.0/24 ~all"}
TERM = "include:spf.example.net"


def test_a_record_that_includes_the_provider_is_good() -> None:
    dns = dns_of({TXT: ["google-site-verification=x", f"v=spf1 {TERM} -all"], **INCLUDED})
    level, text, _ = only(check_spf(DOMAIN, TERM, [], dns))
    assert (level, text) == ("ok", f"{DOMAIN} has a record; it takes 1 of 10 questions.")


@pytest.mark.parametrize(
    ("term", "value"),
    [
        (TERM, f"v=spf1 {TERM} -all"),
        ("ip4:192.0.2.7", "v=spf1 ip4:192.0.2.7 -all"),
        ("", "v=spf1 include:YOUR-PROVIDER -all"),
    ],
)
def test_without_a_record_the_one_to_enter_is_shown(term: str, value: str) -> None:
    [found] = check_spf(DOMAIN, term, [], dns_of({TXT: "some other text"}))
    assert found.level == "error"
    assert found.record
    assert (found.record.name, found.record.type, found.record.value) == (DOMAIN, "TXT", value)


def test_two_records_are_to_become_one() -> None:
    dns = dns_of({TXT: ["v=spf1 a -all", f"v=spf1 a {TERM} ~all"]})
    level, text, value = only(check_spf(DOMAIN, TERM, [], dns))
    assert (level, value) == ("error", f"v=spf1 a {TERM} ~all")
    assert "2 records" in text


@pytest.mark.parametrize(
    "record", ["v=spf1include:a.example -all", "v=spf10 -all", "spf1 -all", '"v=spf1 -all']
)
def test_what_only_looks_like_a_record_is_none(record: str) -> None:
    level, text, _ = only(check_spf(DOMAIN, "", [], dns_of({TXT: record})))
    assert level == "error"
    assert "has no SPF record" in text


@pytest.mark.parametrize(
    ("record", "fixed"),
    [
        ("v=spf1 ip4:192.0.2.7 -all", f"v=spf1 ip4:192.0.2.7 {TERM} -all"),
        ("v=spf1", f"v=spf1 {TERM}"),
        ("v=spf1 redirect=a.example", f"v=spf1 {TERM} redirect=a.example"),
    ],
)
def test_a_provider_that_is_missing_is_put_before_the_end(record: str, fixed: str) -> None:
    dns = dns_of({TXT: record, "TXT a.example": "v=spf1 -all", **INCLUDED})
    found = check_spf(DOMAIN, TERM, [], dns)
    values = [one.record.value for one in found if one.record and one.level == "error"]
    assert values == [fixed]


def test_a_provider_that_is_included_two_levels_below_is_found() -> None:
    dns = dns_of(
        {TXT: "v=spf1 include:all.example -all", "TXT all.example": f"v=spf1 {TERM} -all"}
        | INCLUDED
    )
    assert levels(check_spf(DOMAIN, TERM, [], dns)) == ["ok"]


def includes(count: int) -> dict[str, str]:
    names = [f"s{number}.example" for number in range(count)]
    main = " ".join(f"include:{name}" for name in names)
    return {TXT: f"v=spf1 {main} -all"} | {
        f"TXT {name}": "v=spf1 ip4:192.0.2.1 -all" for name in names
    }


@pytest.mark.parametrize(("count", "level"), [(10, "ok"), (11, "error"), (200, "error")])
def test_receivers_ask_ten_questions_at_most(count: int, level: str) -> None:
    [found] = check_spf(DOMAIN, "", [], dns_of(includes(count)))
    assert found.level == level
    assert len(found.text) < 300


def test_questions_of_included_records_count_too() -> None:
    dns = dns_of({TXT: "v=spf1 include:a.example mx -all", "TXT a.example": "v=spf1 a mx ptr -all"})
    assert walk_spf(DOMAIN, dns).questions == 5


def test_addresses_and_all_cost_no_question() -> None:
    record = "v=spf1 ip4:192.0.2.1 ip6:2001:db8::/32 exp=e.example -all"
    walk = walk_spf(DOMAIN, dns_of({TXT: record}))
    assert (walk.questions, walk.faults) == (0, [])


def test_a_redirect_beside_all_does_not_count() -> None:
    walk = walk_spf(DOMAIN, dns_of({TXT: "v=spf1 redirect=missing.example -all"}))
    assert (walk.questions, walk.faults, walk.has_end) == (0, [], True)


@pytest.mark.parametrize(
    ("records", "fault"),
    [
        ({TXT: f"v=spf1 include:{DOMAIN} -all"}, "includes itself"),
        ({TXT: "v=spf1 include:none.example -all"}, "none.example, which the record includes, has"),
        ({TXT: "v=spf1 ipv4:192.0.2.1 -all"}, "do not know 'ipv4:192.0.2.1'"),
        ({TXT: "v=spf1 192.0.2.1 -all"}, "do not know '192.0.2.1'"),
        ({TXT: "v=spf1 ip4:192.0.2.999 -all"}, "'192.0.2.999' in the record"),
        ({TXT: "v=spf1 include:slow.example -all", "TXT slow.example": SILENT}, "has no answer"),
        ({TXT: "v=spf1 a:slow.example -all", "A slow.example": SILENT}, "has no answer"),
        ({TXT: "v=spf1 a:x1 a:x2 a:x3 -all"}, "3 names in it do not exist"),
    ],
)
def test_what_makes_receivers_give_up_is_an_error(records: dict[str, str], fault: str) -> None:
    found = check_spf(DOMAIN, "", [], dns_of(records))
    assert [fault in one.text for one in found if one.level == "error"] == [True]


@pytest.mark.parametrize("end", ["+all", "all", "ALL"])
def test_a_record_for_everybody_is_an_error(end: str) -> None:
    level, text, value = only(check_spf(DOMAIN, "", [], dns_of({TXT: f"v=spf1 a {end}"})))
    assert (level, value) == ("error", "v=spf1 a -all")
    assert "everybody" in text


def test_a_record_without_an_end_is_a_warning() -> None:
    found = check_spf(DOMAIN, "", [], dns_of({TXT: "v=spf1 ip4:192.0.2.1"}))
    assert levels(found) == ["ok", "warning"]
    assert found[1].record
    assert found[1].record.value == "v=spf1 ip4:192.0.2.1 ~all"


@pytest.mark.parametrize(
    ("record", "host"),
    [
        ("ip4:192.0.2.7", "192.0.2.7"),
        ("+ip4:192.0.2.0/24", "192.0.2.7"),
        ("ip6:2001:db8::/32", "2001:db8::7"),
        ("a", "192.0.2.7"),
        ("a:mail.example/24", "192.0.2.200"),
        ("a:mail.example//64", "2001:db8::8"),
        ("a:mail.example//64", "192.0.2.7"),
        ("mx", "192.0.2.7"),
        ("include:spf.example.net", "192.0.2.9"),
        ("redirect=spf.example.net", "192.0.2.9"),
        ("exists:%{i}.spf.example", "198.51.100.1"),
    ],
)
def test_a_machine_that_the_record_has_may_send(record: str, host: str) -> None:
    dns = dns_of(
        {
            TXT: f"v=spf1 {record}",
            f"A {DOMAIN}": "192.0.2.7",
            f"MX {DOMAIN}": "10 mail.example.",
            "A mail.example": "192.0.2.7",
            "AAAA mail.example": "2001:db8::7",
            **INCLUDED,
        }
    )
    assert "error" not in levels(check_spf(DOMAIN, "", [host], dns))


@pytest.mark.parametrize("record", ["ip4:192.0.2.8", "-ip4:192.0.2.7", "?ip4:192.0.2.7", "a"])
def test_a_machine_that_it_does_not_have_is_an_error_with_the_record(record: str) -> None:
    found = check_spf(
        DOMAIN, "", ["192.0.2.7", "2001:db8::1"], dns_of({TXT: f"v=spf1 {record} -all"})
    )
    [wrong] = [one for one in found if one.level == "error"]
    assert wrong.record
    assert wrong.record.value == f"v=spf1 {record} ip4:192.0.2.7 ip6:2001:db8::1 -all"
