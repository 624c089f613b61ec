"""Addresses and hosts of settings in the one form that headers, links and SMTP can carry."""

from __future__ import annotations

import pytest

from mail.addresses import (
    ascii_address,
    ascii_domain,
    ascii_host,
    split_address,
    split_addresses,
    with_ascii_domains,
)


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("papers.example.org", "papers.example.org"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("bu\u0308cher.example", "xn--bcher-kva.example"),
        ("straße.example", "xn--strae-oqa.example"),  # IDNA 2003 would make "strasse" of it
        ("例子。例子.example", "xn--fsqu00a.xn--fsqu00a.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("mail_host", "mail_host"),
    ],
)
def test_a_domain_is_written_in_punycode(domain: str, expected: str) -> None:
    assert ascii_domain(domain) == expected


@pytest.mark.parametrize("domain", ["bü cher.example", "ü" * 70 + ".example", "ü..example", "ü\n"])
def test_what_cannot_be_a_domain_is_refused(domain: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        ascii_domain(domain)


@pytest.mark.parametrize(
    ("host", "expected"),
    [("*", "*"), (".bücher.example", ".xn--bcher-kva.example"), ("[::1]", "[::1]"), ("ü ", "ü ")],
)
def test_a_host_keeps_its_dot_and_its_star(host: str, expected: str) -> None:
    assert ascii_host(host) == expected


@pytest.mark.parametrize(
    ("text", "name", "address"),
    [
        ("digest@a.example", "", "digest@a.example"),
        ("<digest@a.example>", "", "digest@a.example"),
        ("Papers <digest@a.example>", "Papers", "digest@a.example"),
        ('"Roe, Ada \\"A\\"" <a@a.example>', 'Roe, Ada "A"', "a@a.example"),
        ("Roe, Ada <a@a.example>", "Roe, Ada", "a@a.example"),
        ("=?utf-8?q?B=C3=BCcher?= <a@a.example>", "Bücher", "a@a.example"),
        ("=?no-charset?q?a?= <a@a.example>", "=?no-charset?q?a?=", "a@a.example"),
        ("Papers\r\nBcc: eve@b.example <a@a.example>", "Papers Bcc: eve@b.example", "a@a.example"),
        ("Pa\x00pers\x7f <a@a.example>", "Pa pers", "a@a.example"),
    ],
)
def test_a_name_and_an_address_are_split(text: str, name: str, address: str) -> None:
    assert split_address(text) == (name, address)


def test_a_list_is_split_at_commas_between_addresses_only() -> None:
    assert split_addresses('"Roe, A" <a@a.example>, b@b.example') == [
        '"Roe, A" <a@a.example>',
        "b@b.example",
    ]
    assert split_addresses("Roe, Ada <a@a.example>") == ["Roe, Ada <a@a.example>"]


@pytest.mark.parametrize(
    "address", ["jürgen@a.example", "a b@a.example", "a@", "@a.example", "a@b c", "a@b\r\nBcc: c"]
)
def test_an_address_that_servers_refuse_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r"@"):
        ascii_address(address)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("Bücher <digest@bücher.example>", "Bücher <digest@xn--bcher-kva.example>"),
        ("Roe, Ada <a@bücher.example>", '"Roe, Ada" <a@xn--bcher-kva.example>'),
        ("a@ä.example, b@b.example", "a@xn--4ca.example, b@b.example"),
        ("no address\r\nBcc: x", "no address Bcc: x"),
        ("a@[192.0.2.1]", "a@[192.0.2.1]"),
    ],
)
def test_a_setting_gets_one_form_on_one_line(text: str, expected: str) -> None:
    assert with_ascii_domains(text) == expected
    assert with_ascii_domains(expected) == expected
