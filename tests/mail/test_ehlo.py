"""The name in EHLO."""

from __future__ import annotations

import pytest

from mail.ehlo import ehlo_name, is_accepted, is_local


@pytest.mark.parametrize(
    ("hosts", "name"),
    [
        (("papers.example.org", "mail.example.org"), "papers.example.org"),
        (("localhost", "example.org"), "example.org"),
        (("web-1", "example.org"), "example.org"),
        (("192.0.2.7", "example.org"), "example.org"),
        (("2001:db8::1", "example.org"), "example.org"),
        (("papers.internal", "example.org"), "example.org"),
        (("papers.internal", "localhost"), "papers.internal"),
        (("bücher.example.org", ""), "xn--bcher-kva.example.org"),
        (("papers.example.org.", ""), "papers.example.org"),
        ((None, ""), ""),
        (("localhost", "localhost"), ""),
        (("a_b.example.org", "example.org"), "example.org"),
        (("a" * 64 + ".org", "example.org"), "example.org"),
    ],
)
def test_the_name_is_the_first_that_servers_accept(
    hosts: tuple[str | None, ...], name: str
) -> None:
    assert ehlo_name(*hosts) == name


@pytest.mark.parametrize("name", ["papers.example.org", "a.b", "[192.0.2.7]", "[IPv6:2001:db8::1]"])
def test_a_qualified_name_and_an_address_in_brackets_are_accepted(name: str) -> None:
    assert is_accepted(name)


@pytest.mark.parametrize(
    "name",
    ["", "web", "192.0.2.7", "a..b", "-a.org", "a_b.org", "bücher.org", "a.org\r\nMAIL", "a b"],
)
def test_no_other_name_is(name: str) -> None:
    assert not is_accepted(name)


def test_a_name_of_a_local_network_is_known() -> None:
    assert [is_local(name) for name in ("a.local", "localhost", "a.internal", "local.org")] == [
        True,
        True,
        True,
        False,
    ]
