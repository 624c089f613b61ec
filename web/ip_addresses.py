"""IP addresses as proxies and resolvers write them, and the IPv4 address that one may contain.

Pure functions on text and on `ipaddress` values; nothing here opens a connection.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

Address = IPv4Address | IPv6Address

# "[2001:db8::1]:443" and "198.51.100.7:4711": a port, or the client's port of IIS and Azure.
_BRACKETS: Final = re.compile(r"\[([^\]]*)\](?::\w*)?")
_IPV4_PORT: Final = re.compile(r"([0-9.]+):\w*")

_MAPPED: Final = IPv6Network("::ffff:0:0/96")  # RFC 4291, 2.5.5.2
_COMPATIBLE: Final = IPv6Network("::/96")  # RFC 4291, 2.5.5.1
_NO_IPV4: Final = (IPv6Address("::"), IPv6Address("::1"))
_TRANSLATED: Final = IPv6Network("::ffff:0:0:0/96")  # RFC 2765
_NAT64: Final = IPv6Network("64:ff9b::/96")  # RFC 6052
_LOCAL_NAT64: Final = IPv6Network("64:ff9b:1::/48")  # RFC 8215
_6TO4: Final = IPv6Network("2002::/16")  # RFC 3056
_TEREDO: Final = IPv6Network("2001::/32")  # RFC 4380
_ISATAP: Final = {0x0000_5EFE, 0x0200_5EFE, 0x0100_5EFE, 0x0300_5EFE}  # RFC 5214, with flags
# An address of these stands for an IPv4 address, and is reachable where that is.
_STANDS_FOR_IPV4: Final = (_MAPPED, _COMPATIBLE, _TRANSLATED, _NAT64, _LOCAL_NAT64, _6TO4)
_GLOBAL: Final = IPv6Network("2000::/3")  # all that IANA has opened for the public internet
# What ipaddress of Python 3.11 still calls global.
_NOT_GLOBAL: Final = (IPv6Network("3fff::/20"), IPv6Network("2001:db8::/32"))
_NO_HOST: Final = IPv4Network("0.0.0.0/8")
# Where RFC 6052 puts the four bytes, after prefixes of 48, 56, 64 and 96 bits; byte 8 is skipped.
_PLACES: Final = ((6, 7, 9, 10), (7, 9, 10, 11), (9, 10, 11, 12), (12, 13, 14, 15))


def parse_ip(text: str) -> Address | None:
    """The address in an entry of X-Forwarded-For or Forwarded; None where there is none.

    Ports, brackets, quotes and zones ("%eth0") are dropped. IPv6 that only wraps an IPv4 address
    is that IPv4 address: one client must not count as two.
    """
    bare = text.strip().strip('"').strip()
    if found := _BRACKETS.fullmatch(bare) or _IPV4_PORT.fullmatch(bare):
        bare = found[1]
    try:
        return as_one_client(ip_address(bare.partition("%")[0]))
    except ValueError:
        return None


def as_one_client(address: Address) -> Address:
    """The IPv4 address that a client has behind a translator or tunnel, else the address itself.

    An ISATAP address counts as itself: its owner chooses the last half of it freely, and could
    pretend to be all of IPv4.
    """
    if isinstance(address, IPv4Address):
        return address
    if address in _LOCAL_NAT64:
        return _ipv4_at(address, _PLACES[_local_nat64_place(address)])
    inside = _tunnelled(address)
    return inside[-1] if inside else address


def is_public(text: str) -> bool:
    """Whether an IP address is on the public internet: not private, loopback or similar.

    Every IPv4 address that the address contains must be public too: a translator or a tunnel on
    the way would deliver there.
    """
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv4Address):
        return _is_public_v4(address)
    stands_for_ipv4 = any(address in network for network in _STANDS_FOR_IPV4)
    is_open = (stands_for_ipv4 and bool(embedded(address))) or _is_public_v6(address)
    return is_open and all(map(_is_public_v4, embedded(address)))


def embedded(address: IPv6Address) -> list[IPv4Address]:
    """All IPv4 addresses to which a packet for this address may be delivered; often none."""
    if address in _LOCAL_NAT64:
        readings = [_ipv4_at(address, place) for place in _PLACES]
        # A network writes them in one of four ways. The three others mostly read as no host.
        return [one for one in readings if one not in _NO_HOST] or readings[-1:]
    if found := _tunnelled(address):
        return found
    middle = int.from_bytes(address.packed[8:12], "big")
    return [_ipv4_at(address, _PLACES[-1])] if middle in _ISATAP else []


def _tunnelled(address: IPv6Address) -> list[IPv4Address]:
    """What the prefix says; of Teredo the server and then the client."""
    if any(address in network for network in (_MAPPED, _NAT64, _TRANSLATED)):
        return [_ipv4_at(address, _PLACES[-1])]
    if address in _COMPATIBLE and address not in _NO_IPV4:
        return [_ipv4_at(address, _PLACES[-1])]
    if address in _6TO4:
        return [IPv4Address(address.packed[2:6])]
    if address in _TEREDO:
        return [IPv4Address(address.packed[4:8]), IPv4Address(~int(address) & 0xFFFF_FFFF)]
    return []


def _is_public_v4(address: IPv4Address) -> bool:
    return address.is_global and not address.is_multicast and not address.is_reserved


def _is_public_v6(address: IPv6Address) -> bool:
    is_open = address in _GLOBAL and not any(address in network for network in _NOT_GLOBAL)
    return is_open and address.is_global


def _local_nat64_place(address: IPv6Address) -> int:
    """The place of the IPv4 address after 64:ff9b:1: the last four bytes, unless they are zero."""
    if any(address.packed[12:]):
        return 3
    return 0 if address.packed[6] else 1


def _ipv4_at(address: IPv6Address, place: tuple[int, ...]) -> IPv4Address:
    return IPv4Address(bytes(address.packed[index] for index in place))
