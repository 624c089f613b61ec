"""Sign messages on their way to an SMTP server: relaxed/relaxed, both headers of one-click in h=.

Every message has links of its own in its body, so no two share a hash of it. What a signature
costs is in docs/providers.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

import dkim
from django.core.exceptions import ImproperlyConfigured

from mail.dkim.keys import DkimKey, configured_key

Sign = Callable[[bytes], bytes]

# A header that is signed once more than it stands there cannot be added on the way: a second From
# or Subject would be shown in place of ours, and the signature would still be valid.
_OVERSIGNED: Final = (b"from", b"to", b"subject", b"date")
_SIGNED: Final = (
    *_OVERSIGNED, *_OVERSIGNED, b"reply-to", b"message-id", b"mime-version", b"content-type",
    b"content-transfer-encoding", b"content-language", b"list-id", b"list-unsubscribe",
    b"list-unsubscribe-post", b"list-help", b"list-archive", b"list-subscribe", b"list-post",
    b"feedback-id", b"auto-submitted", b"precedence",
)  # fmt: skip
_HEADER: Final = re.compile(rb"^([!-9;-~]+):", re.MULTILINE)
_ALGORITHMS: Final = {"rsa": b"rsa-sha256", "ed25519": b"ed25519-sha256"}


def configured_signer() -> Sign | None:
    """What signs by the settings; None where this service is not to sign.

    With a key that cannot be read each call raises ImproperlyConfigured: mail waits until the
    operator has corrected the key, and none leaves unsigned.
    """
    try:
        key = configured_key()
    except ImproperlyConfigured as error:
        return _refusing(str(error))
    return signer(key) if key else None


def signer(key: DkimKey) -> Sign:
    """A function that puts a signature of this key before a message with CRLF line ends."""
    options: dict[str, Any] = {
        "selector": key.selector.encode(),
        "domain": key.domain.encode(),
        "privkey": key.private,
        "signature_algorithm": _ALGORITHMS[key.algorithm],
        "canonicalize": (b"relaxed", b"relaxed"),
    }

    def sign(content: bytes) -> bytes:
        made = dkim.DKIM(content).sign(include_headers=signed_headers(content), **options)
        return bytes(made) + content

    return sign


def signed_headers(content: bytes) -> list[bytes]:
    """The names for h=: what this message has of `_SIGNED`, and the oversigned ones in any case."""
    head, _, _ = content.partition(b"\r\n\r\n")
    present = {name.lower() for name in _HEADER.findall(head)}
    return [name for name in _SIGNED if name in present or name in _OVERSIGNED]


def _refusing(why: str) -> Sign:
    def refuse(content: bytes) -> bytes:
        raise ImproperlyConfigured(why)

    return refuse
