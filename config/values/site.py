"""SITE_URL and ALLOWED_HOSTS: where readers find the site, and under which names it answers."""

from __future__ import annotations

import re
from ipaddress import IPv6Address, ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

from django.core.exceptions import ImproperlyConfigured

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_HOST: Final = re.compile(r"\.?[^\s/:?#@\[\]*,\"']+")


def read_site_url(text: str) -> str:
    """The URL as every link begins: in lower case, without a slash, without a default port.

    Browsers send the Origin in this form; CSRF_TRUSTED_ORIGINS must equal it.

    Raises:
        ImproperlyConfigured: it is no http(s) URL of a host, or it has more than that.
    """
    parts = _split(text)
    host = parts.hostname or ""
    if parts.scheme not in _DEFAULT_PORTS or not host:
        raise ImproperlyConfigured(
            f"SITE_URL must look like https://papers.example.org, not {_shown(text)!r}."
        )
    for wrong, name in (
        (parts.path.strip("/"), "a path: the site is always at the top of its host"),
        (parts.query or "?" in text, "a query"),
        (parts.fragment or "#" in text, "a fragment"),
    ):
        if wrong:
            raise ImproperlyConfigured(f"SITE_URL must not have {name}.")
    port = f":{parts.port}" if parts.port not in (None, _DEFAULT_PORTS[parts.scheme]) else ""
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}"


def _split(text: str) -> SplitResult:
    if re.search(r"[\s\x00-\x1f]", text):
        raise ImproperlyConfigured("SITE_URL must not have white space in it.")
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises for one that is no number
    except ValueError:
        raise ImproperlyConfigured("SITE_URL has a malformed host or port.") from None
    if "@" in parts.netloc:
        raise ImproperlyConfigured("SITE_URL must not have a user or a password.")
    return parts


def _shown(text: str) -> str:
    """The value for a message, without what may be a password."""
    return text.rpartition("@")[2]


def wrong_host(host: str) -> str:
    """What is wrong with an entry of ALLOWED_HOSTS, in words; empty when nothing is."""
    if host == "*" or _is_bracketed(host):
        return ""
    if "://" in host:
        return "has a scheme"
    if "/" in host:
        return "has a path"
    if _is_address(host):
        return "is an IPv6 address without brackets" if ":" in host else ""
    if re.search(r":\d*$", host):
        return "has a port, which is not compared"
    return "" if _HOST.fullmatch(host) else "is no host name"


def _is_bracketed(host: str) -> bool:
    return host.startswith("[") and host.endswith("]") and _is_address(host[1:-1])


def _is_address(host: str) -> bool:
    try:
        return isinstance(ip_address(host), IPv6Address) or host.count(".") == 3
    except ValueError:
        return False
