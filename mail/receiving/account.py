"""INBOUND_IMAP_URL: which mailbox is read, and how to log in.

    imaps://USER:PASSWORD@HOST:993/FOLDER    encrypted from the start
    imap://USER:PASSWORD@HOST:143/FOLDER     encrypted by STARTTLS; on this machine not at all

A URL that could be read in two ways is refused: half of a password would become a host.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final, Literal
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from mail.addresses import ascii_domain

Security = Literal["tls", "starttls", "none"]
_PORTS: Final = {"imaps": 993, "imap": 143}
_EXAMPLE: Final = "imaps://user:password@imap.example.org/INBOX"
_ENCODE: Final = (
    "percent-encode the signs of the user and the password that are no letters or digits "
    "(@ is %40, / is %2F, : is %3A, # is %23, ? is %3F, % is %25)"
)
_HOST: Final = re.compile(r"[A-Za-z0-9_.-]{1,253}")


@dataclass(frozen=True, slots=True)
class ImapAccount:
    """A folder of a mailbox. The password never stands in its text."""

    user: str
    password: str = field(repr=False)
    host: str
    port: int
    folder: str
    security: Security

    @property
    def name(self) -> str:
        """By which its rows and lines are recognised: `reply at imap.example.org:993, INBOX`."""
        return f"{self.user} at {self.host}:{self.port}, {self.folder}"


def parse_account(url: str) -> ImapAccount:
    """The account of a URL.

    Raises:
        ImproperlyConfigured: one line that says what is wrong and holds nothing of the URL.
    """
    found = _split(url)
    user, password = unquote(found.user), unquote(found.password)
    folder = unquote(found.folder) or "INBOX"
    if re.search(r"[\x00-\x1f\x7f]", user + password + folder):
        raise _refusal("has a control character in its user, its password or its folder")
    if not (user and password):
        raise _refusal("must have a user and a password")
    return ImapAccount(user, password, found.host, found.port, folder, _security(found))


@dataclass(frozen=True, slots=True)
class _Parts:
    scheme: str
    user: str
    password: str
    host: str
    port: int
    folder: str


def _split(url: str) -> _Parts:
    """The pieces, still encoded."""
    scheme = url.partition("://")[0].lower()
    if scheme not in _PORTS or "://" not in url:
        raise _refusal("must begin with imaps:// or imap://")
    if re.search(r"\s", url):
        raise _refusal("contains white space")
    if re.search(r"%(?![0-9A-Fa-f]{2})", url):
        raise _refusal(f"has a % without two hexadecimal digits: {_ENCODE}")
    authority, _, folder = url.partition("://")[2].partition("/")
    login, at, _ = authority.partition("@")
    if authority.count("@") > 1 or login.count(":") > 1 or re.search(r"[?#@;]", folder):
        raise _refusal(f"can be read in two ways: {_ENCODE}")
    if not at or ":" not in login or re.search(r"[?#]", authority):
        raise _refusal(f"must be like {_EXAMPLE}; {_ENCODE}")
    user, _, password = login.partition(":")
    host, port = _host(url)
    return _Parts(scheme, user, password, host, port or _PORTS[scheme], folder.rstrip("/"))


def _host(url: str) -> tuple[str, int | None]:
    """The name of the server in ASCII, or its IP address, and the port if it is given."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        if ":" in host:
            ip_address(host)
        else:
            host = ascii_domain(host)
    except ValueError:
        host, port = "", None
    if port == 0 or not (_HOST.fullmatch(host) or ":" in host):
        raise _refusal(f"has no host, or no port, that can be read: {_ENCODE}")
    return host, port


def _security(found: _Parts) -> Security:
    if found.scheme == "imaps":
        return "tls"
    return "none" if is_this_machine(found.host) else "starttls"


def is_this_machine(host: str) -> bool:
    """Whether what is written to this host leaves no network card."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _refusal(reason: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"INBOUND_IMAP_URL {reason}.")
