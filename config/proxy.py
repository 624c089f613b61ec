"""The address of the client, when a proxy stands in front (BEHIND_PROXY)."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse


class ClientAddressMiddleware:
    """Replace the proxy's address in REMOTE_ADDR by the client's.

    Without it all readers would share one rate limit, and each consent entry would hold the
    proxy's address. Only the last entry of X-Forwarded-For is used: the proxy has added it, and
    the entries before it come from the client.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.BEHIND_PROXY:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        address = last_address(request.META.get("HTTP_X_FORWARDED_FOR", ""))
        if address:
            request.META["REMOTE_ADDR"] = address
        return self.get_response(request)


def last_address(forwarded_for: str) -> str:
    """The last IP address of an X-Forwarded-For header, or nothing when it is none."""
    text = forwarded_for.rpartition(",")[2].strip()
    try:
        return str(ip_address(text))
    except ValueError:
        return ""
