"""The name that this machine gives in EHLO, and which names mail servers accept."""

from __future__ import annotations

import re
from typing import Final

_LABEL: Final = r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)"
# The last part has a letter, or it would be an IP address.
_QUALIFIED: Final = re.compile(rf"(?=.{{1,253}}$)(?:{_LABEL}\.)+(?=[\d-]*[A-Za-z]){_LABEL}")
_LITERAL: Final = re.compile(r"\[(?:\d{1,3}(?:\.\d{1,3}){3}|IPv6:[0-9A-Fa-f:.]{2,45})\]")
# Names that only a local network knows (RFC 6761, 6762, 9476): servers that look them up refuse.
_LOCAL: Final = re.compile(
    r"(?:^|\.)(?:localhost|localdomain|local|lan|home|internal|intranet|corp|private|"
    r"test|example|invalid|arpa)$",
    re.IGNORECASE,
)


def is_accepted(name: str) -> bool:
    """Whether mail servers take this name: qualified and in ASCII, or an address in brackets."""
    return bool(_QUALIFIED.fullmatch(name) or _LITERAL.fullmatch(name))


def is_local(name: str) -> bool:
    """Whether no server on the internet can look this name up."""
    return bool(_LOCAL.search(name))


def ehlo_name(*hosts: str | None) -> str:
    """The first of these hosts that a mail server accepts, in ASCII, a public one if there is one.

    Nothing when there is none: smtplib then gives its own name or its address.
    """
    accepted = [name for host in hosts if host and is_accepted(name := _in_ascii(host))]
    public = [name for name in accepted if not is_local(name)]
    return next(iter(public or accepted), "")


def _in_ascii(host: str) -> str:
    try:
        return host.rstrip(".").encode("idna").decode()
    except UnicodeError:
        return ""
