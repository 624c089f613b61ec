"""Where a step of consent came from: a blunted address of the network and the browser's name."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Final

from django.http import HttpRequest

# Enough to say "from this provider, this region"; not enough to say "from this household".
_KEPT_BITS: Final = {4: 24, 6: 48}


@dataclass(frozen=True, slots=True)
class Trail:
    """What is kept of a request with a consent entry; empty for what no request caused."""

    ip: str | None = None
    user_agent: str = ""


def of_request(request: HttpRequest) -> Trail:
    """The trail of a web request, its IP cut to a /24 (IPv4) or a /48 (IPv6)."""
    return Trail(
        ip=blunted(request.META.get("REMOTE_ADDR", "")),
        user_agent=request.headers.get("User-Agent", "").replace("\x00", "")[:200],
    )


def blunted(address: str) -> str | None:
    """The network around an address: 192.0.2.17 becomes 192.0.2.0. None where there is none.

    A server on a unix socket sees no address at all.
    """
    try:
        whole = ip_address(address)
    except ValueError:
        return None
    network = ip_network((whole, _KEPT_BITS[whole.version]), strict=False)
    return str(network.network_address)
