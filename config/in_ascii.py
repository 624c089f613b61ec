"""Settings that become parts of links and headers, in ASCII: SITE_URL, LIST_ID."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from django.core.exceptions import ImproperlyConfigured

from mail.addresses import ascii_domain
from mail.headers import list_id


def ascii_url(variable: str, url: str) -> str:
    """The URL with its host in punycode and without line ends, which urlsplit leaves out.

    Raises:
        ImproperlyConfigured: the host cannot be a domain.
    """
    try:
        parts = urlsplit(url)
        host = ascii_domain(parts.hostname or "")
    except ValueError:
        host = " "
    if any(sign.isspace() for sign in host):
        raise ImproperlyConfigured(f"{variable} must have the name of a host in it, not {url!r}.")
    if url.isascii() and url.isprintable():
        return url
    before, at, _ = parts.netloc.rpartition("@")
    port = f":{parts.port}" if parts.port else ""
    return urlunsplit(parts._replace(netloc=f"{before}{at}{host}{port}"))


def ascii_list_id(text: str) -> str:
    """The List-Id in ASCII; what cannot be one stays, for the check of the setting."""
    try:
        return list_id(text)
    except ValueError:
        return " ".join(text.split())
