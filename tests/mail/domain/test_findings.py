"""Findings as an operator reads them."""

from __future__ import annotations

from mail.domain.findings import DnsRecord, Finding, as_data, as_text, has_errors

OK = Finding("ok", "SPF", "good.")
WRONG = Finding("error", "DKIM", "missing.", DnsRecord("s._domainkey.a.example", "TXT", "v=DKIM1"))


def test_a_record_to_enter_stands_below_what_asks_for_it() -> None:
    assert as_text([OK, WRONG]) == (
        "ok      SPF: good.\n"
        "ERROR   DKIM: missing.\n"
        "          TXT record\n"
        "          name   s._domainkey.a.example\n"
        "          value  v=DKIM1"
    )


def test_a_long_value_says_how_a_zone_file_has_it() -> None:
    long = Finding("error", "DKIM", "missing.", DnsRecord("a", "TXT", "x" * 256))
    assert "at most 255 characters" in as_text([long])
    assert "at most 255 characters" not in as_text([WRONG])


def test_what_a_record_says_does_not_reach_the_terminal_as_a_command() -> None:
    assert as_text([Finding("note", "DMARC", "p=\x1b]0;x\x07\n")]) == "note    DMARC: p=?]0;x??"


def test_only_an_error_is_one() -> None:
    assert has_errors([OK, WRONG])
    assert not has_errors([OK, Finding("warning", "SPF", "short.")])


def test_the_same_as_data() -> None:
    record = {"name": "s._domainkey.a.example", "type": "TXT", "value": "v=DKIM1"}
    assert as_data([OK, WRONG]) == [
        {"level": "ok", "topic": "SPF", "text": "good.", "record": None},
        {"level": "error", "topic": "DKIM", "text": "missing.", "record": record},
    ]
