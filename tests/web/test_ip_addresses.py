"""How IP addresses are read, which client they are, and which are on the public internet."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from web.ip_addresses import as_one_client, is_public, parse_ip


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("198.51.100.7", "198.51.100.7"),
        (" 198.51.100.7:4711 ", "198.51.100.7"),
        ("198.51.100.7:_hidden", "198.51.100.7"),
        ("2001:db8::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ('"[2001:DB8::1]:443"', "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("[fe80::1%25eth0]:443", "fe80::1"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("[::ffff:198.51.100.7]:443", "198.51.100.7"),
        ("64:ff9b::198.51.100.7", "198.51.100.7"),
    ],
)
def test_an_entry_of_a_proxy_is_read_in_every_form(text: str, address: str) -> None:
    assert str(parse_ip(text)) == address


@pytest.mark.parametrize(
    "text",
    ["", "unknown", "_hidden", "unix:", "1.2.3", "[]", "198.51.100.7 x", "١.1.1.1"],
)
def test_an_entry_without_an_address_is_none(text: str) -> None:
    assert parse_ip(text) is None


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("::ffff:c633:6407", "198.51.100.7"),  # mapped
        ("::c633:6407", "198.51.100.7"),  # compatible
        ("::ffff:0:c633:6407", "198.51.100.7"),  # translated
        ("64:ff9b::c633:6407", "198.51.100.7"),  # NAT64
        ("64:ff9b:1::c633:6407", "198.51.100.7"),  # NAT64 of a network, after 96 bits
        ("64:ff9b:1:c633:64:700::", "198.51.100.7"),  # after 48 bits
        ("64:ff9b:1:00c6:33:6407::", "198.51.100.7"),  # after 56 bits
        ("2002:c633:6407::1", "198.51.100.7"),  # 6to4
        ("2001:0:4136:e378:8000:63bf:39cc:9bf8", "198.51.100.7"),  # Teredo
        ("2001:db8::1", "2001:db8::1"),
        ("::", "::"),
        ("::1", "::1"),
        # Who has a network may choose these bytes: they would be four billion clients.
        ("2001:db8::200:5efe:c633:6407", "2001:db8::200:5efe:c633:6407"),
    ],
)
def test_an_address_that_contains_ipv4_is_that_client(address: str, client: str) -> None:
    assert str(as_one_client(ip_address(address))) == client


@pytest.mark.parametrize(
    "address",
    [
        "93.184.216.34",
        "2606:2800:220:1::1",
        "::ffff:93.184.216.34",
        "64:ff9b::93.184.216.34",
        "64:ff9b:1::93.184.216.34",
        "64:ff9b:1:5db8:d8:2200::",
        "2002:5db8:d822::1",
    ],
)
def test_a_public_address_stays_public_in_every_form(address: str) -> None:
    assert is_public(address)


# 127.0.0.1, 10.0.0.7, 169.254.169.254 (a cloud's metadata) and 224.0.0.1.
PRIVATE = ["7f00:1", "a00:7", "a9fe:a9fe", "e000:1", "6440:1", "0:0"]


@pytest.mark.parametrize("inner", PRIVATE)
@pytest.mark.parametrize(
    "form",
    [
        "::ffff:{}",
        "::ffff:0:{}",
        "64:ff9b::{}",
        "64:ff9b:1::{}",
        "2002:{}::1",
        "2606:2800:220:1:0:5efe:{}",
        "2606:2800:220:1:200:5efe:{}",
        "fe80::5efe:{}",
    ],
)
def test_a_private_address_is_private_in_every_form(form: str, inner: str) -> None:
    assert not is_public(form.format(inner))


@pytest.mark.parametrize(
    "address",
    [
        "64:ff9b:1:7f00:0:100::",  # NAT64 after 48 bits
        "64:ff9b:1:7f00:0:100:808:808",  # the same, with bytes that a translator ignores
        "64:ff9b:1:007f:0:1::",  # after 56 bits
        "::7f00:1",
        "::1",
        "::",
        "fe80::1%eth0",
        "fec0::1",
        "fd00::1",
        "ff0e::1",
        "4000::1",
        "3fff::1",
        "5f00::1",
        "2001:db8::1",
        "2001:0:4136:e378:8000:63bf:39cc:9bf8",
        "fe80::5efe:808:808",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "not an address",
    ],
)
def test_other_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)
