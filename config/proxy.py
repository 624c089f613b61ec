"""Who is asking, when a proxy stands in front (BEHIND_PROXY)."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse


class ClientAddressMiddleware:
    """REMOTE_ADDR becomes the reader's address instead of the proxy's.

    Without it every reader would share one rate limit, and each consent entry would name the
    proxy. Only the last entry of X-Forwarded-For is believed: it is the proxy's own word, and
    what stands before it is whatever the client sent.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.BEHIND_PROXY:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        said = last_address(request.META.get("HTTP_X_FORWARDED_FOR", ""))
        if said:
            request.META["REMOTE_ADDR"] = said
        return self.get_response(request)


def last_address(forwarded_for: str) -> str:
    """The last IP address of an X-Forwarded-For header, or nothing when it is none."""
    word = forwarded_for.rpartition(",")[2].strip()
    try:
        return str(ip_address(word))
    except ValueError:
        return ""
