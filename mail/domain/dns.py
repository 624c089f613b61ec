"""Questions to the DNS: the one module of this package that uses the network."""

from __future__ import annotations

from typing import Final, Literal, Protocol

import dns.exception
import dns.resolver
import dns.reversename

Kind = Literal["TXT", "MX", "A", "AAAA", "PTR"]
_PATIENCE: Final = 5.0  # seconds for the answer to one question


class NoAnswer(Exception):
    """The DNS did not say whether there is such a record."""


class Dns(Protocol):
    """What the checks ask."""

    def ask(self, name: str, kind: Kind) -> list[str]:
        """The records as text, the strings of a TXT record joined; none if there are none.

        Raises:
            NoAnswer: no server answered, or it failed. Perhaps there are some.
        """
        ...


class Resolver:
    """The DNS by a resolver of dnspython: the system's by default. Each question is asked once."""

    def __init__(self, resolver: dns.resolver.Resolver | None = None) -> None:
        self._resolver = resolver
        self._known: dict[tuple[str, Kind], list[str]] = {}

    def ask(self, name: str, kind: Kind) -> list[str]:
        key = name.lower().rstrip("."), kind
        if key not in self._known:
            self._known[key] = self._ask(*key)
        return self._known[key]

    def _ask(self, name: str, kind: Kind) -> list[str]:
        try:
            if self._resolver is None:
                self._resolver = dns.resolver.Resolver()
            answer = self._resolver.resolve(name, kind, lifetime=_PATIENCE, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError, ValueError) as error:
            raise NoAnswer(f"the DNS has no answer for {kind} of {name}") from error
        if kind == "TXT":
            return [b"".join(one.strings).decode(errors="replace") for one in answer]
        return [one.to_text() for one in answer]


def addresses(name: str, dns: Dns) -> list[str]:
    """The IPv4 and IPv6 addresses of a host."""
    return [*dns.ask(name, "A"), *dns.ask(name, "AAAA")]


def pointers(address: str, dns_: Dns) -> list[str]:
    """The names that the reverse DNS gives for an address."""
    name = dns.reversename.from_address(address).to_text()
    return [one.rstrip(".").lower() for one in dns_.ask(name, "PTR")]


def exchangers(domain: str, dns_: Dns) -> list[str]:
    """The mail exchangers of a domain by preference; "" is the null MX of RFC 7505."""
    found = [one.split() for one in dns_.ask(domain, "MX")]
    pairs = [(int(one[0]), one[1].rstrip(".").lower()) for one in found if len(one) == 2]
    return [host for _, host in sorted(pairs)]
