"""Whether a form was sent from a page of another site: then its visitor may know nothing of it."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest


def is_cross_site(request: HttpRequest) -> bool:
    """Whether the browser says that another site's page sent this request.

    Sec-Fetch-Site decides, and where it does not say "same-origin" the Origin: after a redirect
    from http to https the first calls our own page another site. Older browsers and programs send
    neither, and pass.
    """
    site = request.headers.get("Sec-Fetch-Site", "")
    origin = request.headers.get("Origin", "")
    if site in ("same-origin", "none") or not (site or origin):
        return False
    return not _is_ours(origin, request)


def _is_ours(origin: str, request: HttpRequest) -> bool:
    """By the settings, or by the host of the request. A sandboxed page says "null"."""
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    try:
        host = urlsplit(origin).hostname
    except ValueError:
        return False
    # Without the port: not every proxy passes it on.
    return host is not None and host == urlsplit(f"//{request.get_host()}").hostname
