"""Host names and mail addresses of settings, as they may stand in headers, links and SMTP: ASCII.

A domain is written in its letters (`bücher.example`) or in punycode; programs compare the latter.
Display names keep their letters; `mail.headers` encodes them (RFC 2047).
"""

from __future__ import annotations

import re
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import idna  # email-validator needs it too
from django.core.exceptions import ImproperlyConfigured

_WITH_NAME: Final = re.compile(r"(?P<name>.*?)<(?P<address>[^<>]*)>\s*", re.DOTALL)
_COMMA: Final = re.compile(r'"(?:[^"\\]|\\.)*"|<[^<>]*>|(,)', re.DOTALL)
_ENCODED: Final = re.compile(r"=\?[^?\s]+\?[bBqQ]\?[^?]*\?=")
_SPECIAL: Final = re.compile(r'[][\\()<>@,:;".]')
_LOCAL_PART: Final = re.compile(r'[\w!#$%&\'*+/=?^`{|}~.-]+|"(?:[^"\\\s]|\\.)+"', re.ASCII)


def ascii_domain(domain: str) -> str:
    """The domain in punycode where it is not ASCII (IDNA 2008, spelt as UTS 46 allows).

    Raises:
        ValueError: it cannot be a domain.
    """
    if domain.isascii():
        return domain
    return idna.encode(domain, uts46=True).decode()


def ascii_host(host: str) -> str:
    """An entry of ALLOWED_HOSTS; one that cannot be a domain stays, and matches no request."""
    try:
        return host[: host.startswith(".")] + ascii_domain(host.removeprefix("."))
    except ValueError:
        return host


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


def split_address(text: str) -> tuple[str, str]:
    """The display name and the address of `Name <address>`, on one line, without quotes.

    The name may have commas without quotes, and may be encoded already. The address is as it is.
    """
    found = _WITH_NAME.fullmatch(text)
    if found is None:
        return "", text.strip()
    name = " ".join(found["name"].split())
    if len(name) > 1 and name[0] == name[-1] == '"':
        name = re.sub(r"\\(.)", r"\1", name[1:-1])
    return _visible(_decoded(name)), found["address"].strip()


def split_addresses(text: str) -> list[str]:
    """The addresses of a list; one whose name has commas without quotes stays one."""
    places = [found.start() for found in _COMMA.finditer(text) if found[1]]
    parts = [
        text[start + 1 : end].strip()
        for start, end in zip([-1, *places], [*places, len(text)], strict=True)
    ]
    are_all = all(re.search(r"[^\s@<]@[^\s@>]", part) for part in parts)
    return parts if are_all else [text.strip()]


def ascii_address(address: str) -> str:
    """The address with its domain in ASCII.

    Raises:
        ValueError: it is no address, or its local part is not ASCII: many servers refuse those.
    """
    local_part, at, domain = address.rpartition("@")
    if not at or not _LOCAL_PART.fullmatch(local_part):
        raise ValueError(f"{address!r} is no mail address in ASCII")
    domain = ascii_domain(domain)
    if not re.fullmatch(r"[A-Za-z0-9_.-]+|\[[0-9A-Fa-f.:IPv]+\]", domain):
        raise ValueError(f"{address!r} is at no domain")
    return f"{local_part}@{domain}"


def with_ascii_domains(text: str) -> str:
    """Several addresses with commas between, each as `with_ascii_domain` gives it."""
    return ", ".join(map(with_ascii_domain, split_addresses(text))) if text else ""


def with_ascii_domain(text: str) -> str:
    """`Name <address>` in one form and on one line, with quotes where the name needs them.

    What is no address stays as it is, for the check of its setting.
    """
    name, address = split_address(text)
    try:
        address = ascii_address(address)
    except ValueError:
        return " ".join(text.split())
    return f"{_quoted(name)} <{address}>" if name else address


def _quoted(name: str) -> str:
    if not _SPECIAL.search(name):
        return name
    return '"{}"'.format(re.sub(r'(["\\])', r"\\\1", name))


def _decoded(name: str) -> str:
    """A name that was written with encoded words, since other programs need it like that."""
    if not _ENCODED.search(name):
        return name
    try:
        return str(make_header(decode_header(name)))
    except (HeaderParseError, LookupError, ValueError):
        return name


def _visible(name: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in name).split())
