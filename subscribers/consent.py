"""Record one step of consent and where its request came from. The database refuses changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_network
from typing import Any, Final

from django.http import HttpRequest

from subscribers.addresses import address_hash
from subscribers.models import ConsentEntry, Subscriber
from web.ip_addresses import parse_ip
from web.storable import storable_text

# Enough to name a provider and a region; not enough to name a household.
KEPT_BITS: Final = {4: 24, 6: 48}
_LONGEST_USER_AGENT: Final = 200


@dataclass(frozen=True, slots=True)
class RequestOrigin:
    """What a consent entry keeps of its request; empty for a step that no request caused."""

    ip: str | None = None
    user_agent: str = ""


def origin_of(request: HttpRequest) -> RequestOrigin:
    """The origin of a web request: its truncated IP address and the name of the browser."""
    return RequestOrigin(
        ip=truncated_ip(request.META.get("REMOTE_ADDR", "")),
        user_agent=storable_text(request.headers.get("User-Agent", ""))[:_LONGEST_USER_AGENT],
    )


def truncated_ip(address: str) -> str | None:
    """The /24 (IPv4) or /48 (IPv6) around an address: 192.0.2.17 becomes 192.0.2.0.

    None where there is no address: a server on a unix socket does not receive one. IPv4 inside
    IPv6 is truncated as IPv4: the /48 around a mapped or NAT64 address would name no network.
    """
    whole = parse_ip(address)
    if whole is None:
        return None
    network = ip_network((whole, KEPT_BITS[whole.version]), strict=False)
    return str(network.network_address)


def record(
    step: ConsentEntry.Step,
    *,
    email: str,
    subscriber: Subscriber | None,
    origin: RequestOrigin,
    now: datetime,
    detail: dict[str, Any] | None = None,
) -> ConsentEntry:
    """Add one entry. `subscriber` is None where the address has no subscriber."""
    return ConsentEntry.objects.create(
        subscriber=subscriber,
        address_hash=address_hash(email),
        step=step,
        at=now,
        ip=origin.ip,
        user_agent=origin.user_agent,
        detail=detail or {},
    )
