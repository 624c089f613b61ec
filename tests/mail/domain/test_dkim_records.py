"""Keys in the DNS: missing, short, revoked, cut off, and another than the one that signs."""

from __future__ import annotations

import pytest

from mail.domain.dkim_records import check_dkim_records
from mail.domain.findings import Finding
from tests.mail.dkim.keys import DOMAIN, SELECTOR, make_key
from tests.mail.domain.dns_of import SILENT, dns_of, levels, only

NAME = f"{SELECTOR}._domainkey.{DOMAIN}"
TXT = f"TXT {NAME}"


def check(record: str | tuple[str, ...], *, own: bool = False) -> list[Finding]:
    key = make_key() if own else None
    return check_dkim_records(
        DOMAIN, [SELECTOR], are_given=True, own=key, dns=dns_of({TXT: record} if record else {})
    )


@pytest.mark.parametrize("own", [True, False])
def test_a_key_of_2048_bits_is_good(own: bool) -> None:
    assert only(check(make_key().record, own=own)) == ("ok", f"{NAME} has a key of 2048 bits.", "")


def test_a_published_key_may_have_blanks_and_no_version() -> None:
    public = make_key().public
    assert levels(check(f"p={public[:100]} {public[100:]} ; t=s", own=True)) == ["ok"]


def test_another_key_than_the_one_that_signs_is_an_error_with_the_record() -> None:
    level, text, value = only(check(make_key(bits=1024).record, own=True))
    assert (level, value) == ("error", make_key().record)
    assert "another key" in text


def test_the_key_that_signs_is_shown_when_it_is_not_published() -> None:
    level, _, value = only(check("", own=True))
    assert (level, value) == ("error", make_key().record)


@pytest.mark.parametrize(
    ("record", "level", "part"),
    [
        ("v=DKIM1; k=rsa; p=", "error", "is revoked"),
        ("v=DKIM1; k=rsa; p=MIIBIjANBg", "error", "was it cut off"),
        (make_key(bits=1024).record, "warning", "has 1024 bits"),
        (f"t=y; {make_key().record}", "warning", "marked as a test"),
        (
            "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
            "warning",
            "Ed25519 key",
        ),
        ("v=DKIM1; k=unknown; p=AAAA", "error", "cannot be read"),
    ],
)
def test_a_key_that_receivers_ignore_or_may_ignore(record: str, level: str, part: str) -> None:
    found = only(check(record))
    assert found[0] == level
    assert part in found[1]


def test_the_mark_of_a_test_is_removed_from_the_record() -> None:
    assert only(check(f"t=y; {make_key().record}"))[2] == make_key().record


def test_a_selector_that_was_named_must_be_there() -> None:
    level, text, _ = only(check(""))
    assert level == "error"
    assert text.startswith(f"there is no key at {NAME}")


def test_of_selectors_that_are_guesses_one_is_enough() -> None:
    dns = dns_of({f"TXT s2._domainkey.{DOMAIN}": make_key().record})
    found = check_dkim_records(DOMAIN, ["s1", "s2"], are_given=False, own=None, dns=dns)
    assert levels(found) == ["ok"]


@pytest.mark.parametrize(
    ("selectors", "level", "part"),
    [(["s1", "s2"], "error", "was found under s1, s2"), ([], "warning", "nothing says. Name its")],
)
def test_without_any_the_operator_is_to_name_one(
    selectors: list[str], level: str, part: str
) -> None:
    found = check_dkim_records(DOMAIN, selectors, are_given=False, own=None, dns=dns_of({}))
    assert found[0].level == level
    assert part in found[0].text


def test_a_guess_without_an_answer_is_noted() -> None:
    found = check_dkim_records(
        DOMAIN, [SELECTOR], are_given=False, own=None, dns=dns_of({TXT: SILENT})
    )
    assert levels(found) == ["note"]
