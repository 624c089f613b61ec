"""The address of the client, when a proxy stands in front (BEHIND_PROXY)."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from ipaddress import ip_network
from typing import Final

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse

from web.ip_addresses import Address, parse_ip

log = logging.getLogger(__name__)
_FORWARDED_FOR: Final = re.compile(r'(?:^|[;,])\s*for\s*=\s*("[^"]*"|[^;,\s]*)', re.IGNORECASE)
_HIDDEN: Final = (
    "The address of the client is hidden by the proxy in front (X-Forwarded-For is missing or "
    "holds no address), so no limit by network applies and consent is stored without one."
)
_NOT_TRUSTED: Final = (
    "SITE_URL is https and a request came from a proxy on this machine or network, but "
    "BEHIND_PROXY is off: set BEHIND_PROXY=true. Until then no limit by network applies, since "
    "all readers seem to have the proxy's address."
)
# Of container networks and of a host beside this one.
_NEAR: Final = tuple(
    ip_network(network)
    for network in (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10"),
        *("fc00::/7", "fe80::/10"),
    )
)


class ClientAddressMiddleware:
    """Replace the proxy's address in REMOTE_ADDR by the client's, or by nothing if it is hidden.

    With the proxy's address all readers would share one rate limit: after thirty sign-ups nobody
    could sign up, and each consent entry would hold the proxy's address. Without any address no
    limit by network applies; those by mail domain and of the whole site still hold.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not (settings.BEHIND_PROXY or settings.HTTPS):
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.BEHIND_PROXY:
            address = client_address(request.META, settings.PROXY_COUNT)
            if not address:
                _warn_once(_HIDDEN)
            request.META["REMOTE_ADDR"] = address
        elif is_from_proxy(request.META):
            _warn_once(_NOT_TRUSTED)
            request.META["REMOTE_ADDR"] = ""
        return self.get_response(request)


def client_address(headers: Mapping[str, str], proxies: int) -> str:
    """The client's address as the outermost of our `proxies` saw it; nothing if no header has it.

    Each proxy appends the address of its own client to X-Forwarded-For, so what the outermost saw
    is that many entries from the end. The entries before it come from the client, and count only
    where that one is no address ("unknown", a socket): then, too, no two readers should be one.
    """
    found = next(_candidates(headers, proxies), None)
    return str(found) if found else ""


def _candidates(headers: Mapping[str, str], proxies: int) -> Iterator[Address]:
    entries = headers.get("HTTP_X_FORWARDED_FOR", "").split(",")
    pairs = _FORWARDED_FOR.findall(headers.get("HTTP_FORWARDED", ""))  # RFC 7239
    lists: Sequence[Sequence[str]] = (
        _from_outermost(entries, proxies),
        _from_outermost(pairs, proxies),
        [headers.get("HTTP_X_REAL_IP", "")],
    )
    nearest = [entry for one in lists for entry in one[:1]]
    others = [entry for one in lists for entry in one[1:]]
    return filter(None, map(parse_ip, [*nearest, *others]))


def _from_outermost(entries: Sequence[str], proxies: int) -> list[str]:
    """The entry that our outermost proxy added, then those before it, the nearest first."""
    last = max(len(entries) - proxies, 0)
    return list(reversed(entries[: last + 1]))


def is_from_proxy(headers: Mapping[str, str]) -> bool:
    """Whether a request surely came through a proxy of ours, by its address and its headers.

    From this machine: no reader does, with an address in https. From a private network only with
    a proxy's header: readers of an intranet have such addresses too.
    """
    address = parse_ip(headers.get("REMOTE_ADDR", ""))
    if address is None:
        return False
    names = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")
    has_header = any(headers.get(name) for name in names)
    is_near = any(address in network for network in _NEAR)
    return address.is_loopback or (has_header and is_near)


@cache
def _warn_once(message: str) -> None:
    log.warning(message)
