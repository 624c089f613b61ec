"""The key that signs: read from the settings, and as the DNS record that publishes its other half.

dkimpy wants an RSA key as PEM, and an Ed25519 key as base64 of its 32 bytes. Operators have what
`openssl` or `dknewkey` wrote, perhaps on one line with \\n in it, as files of variables need it.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import dkim.crypto
import nacl.signing
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_PEM: Final = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----", re.DOTALL)
# The algorithm's identifier, and the 32 bytes behind it (RFC 8410).
_ED25519: Final = re.compile(rb"\x06\x03\x2b\x65\x70.{0,2}\x04\x22\x04\x20(.{32})", re.DOTALL)
_RSA: Final = bytes.fromhex("300d06092a864886f70d0101010500")  # the identifier, in an SPKI
_LEAST_BITS: Final = 1024  # receivers refuse shorter keys (RFC 8301)
_LABEL: Final = r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)"
_NAME: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_OTHERS: Final = {
    "ENCRYPTED PRIVATE KEY": "the key has a passphrase; store it without",
    "PUBLIC KEY": "this is the public half, which belongs into the DNS",
    "OPENSSH PRIVATE KEY": "this is a key for SSH",
    "EC PRIVATE KEY": "DKIM has RSA and Ed25519 keys only",
    "CERTIFICATE": "this is a certificate",
}


@dataclass(frozen=True, slots=True)
class DkimKey:
    """A key with its place in the DNS. Its `repr` shows nothing secret."""

    domain: str
    selector: str
    algorithm: str  # "rsa" or "ed25519"
    bits: int
    public: str  # base64, as p= of the record has it
    _private: bytes

    def __repr__(self) -> str:
        return f"<{self.algorithm} key {self.name}>"

    @property
    def name(self) -> str:
        """Where its public half is published."""
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def record(self) -> str:
        """The value of the TXT record at `name`."""
        return f"v=DKIM1; k={self.algorithm}; p={self.public}"

    @property
    def private(self) -> bytes:
        """As dkimpy takes it."""
        return self._private


def configured_key() -> DkimKey | None:
    """The key of the DKIM_* settings; None when this service is not to sign.

    Raises:
        ImproperlyConfigured: one of them is missing or wrong. It says which, and never the key.
    """
    values = (settings.DKIM_DOMAIN, settings.DKIM_SELECTOR)
    text, file = settings.DKIM_PRIVATE_KEY, settings.DKIM_PRIVATE_KEY_FILE
    if not any((*values, text, file)):
        return None
    names = ("DKIM_DOMAIN", "DKIM_SELECTOR")
    missing = [name for name, value in zip(names, values, strict=True) if not value]
    if missing:
        raise ImproperlyConfigured(f"{missing[0]} is not set, but another DKIM_* setting is.")
    if bool(text) == bool(file):
        both = "are both set" if text else "are both empty"
        raise ImproperlyConfigured(f"DKIM_PRIVATE_KEY and DKIM_PRIVATE_KEY_FILE {both}.")
    return read_key(*values, text or _content(file))


def _content(file: str) -> str:
    try:
        return Path(file).read_text(encoding="ascii")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise ImproperlyConfigured(
            f"DKIM_PRIVATE_KEY_FILE cannot be read: {file} ({why})"
        ) from None


def read_key(domain: str, selector: str, text: str) -> DkimKey:
    """A key in PEM (PKCS#1 or PKCS#8), or the base64 of an Ed25519 key.

    Raises:
        ImproperlyConfigured: it is none, or a name is none. The key is never repeated.
    """
    for setting, value in (("DKIM_DOMAIN", domain), ("DKIM_SELECTOR", selector)):
        if not _NAME.fullmatch(value):
            raise ImproperlyConfigured(f"{setting} is {value!r}, which is no name in the DNS.")
    try:
        kind, der = _decoded(text.replace("\\n", "\n").strip())
        seed = _ed25519_seed(kind, der)
        found = _ed25519(seed) if seed else _rsa(der)
    except ImproperlyConfigured:
        raise
    except Exception:  # noqa: BLE001 (whatever a parser says of a key may quote it)
        raise ImproperlyConfigured(
            "The DKIM key is damaged: it cannot be read to its end."
        ) from None
    return DkimKey(domain.lower(), selector, *found)


def _decoded(text: str) -> tuple[str, bytes]:
    """What the PEM block calls itself, nothing for bare base64; and the bytes in it."""
    blocks = _PEM.findall(text)
    if not blocks and "-----" in text:
        raise ImproperlyConfigured("The DKIM key is cut off: it has no BEGIN and END line.")
    private = [block for block in blocks if "PRIVATE KEY" in block[0]]
    kind, body = next(iter(private or blocks), ("", text))
    if kind in _OTHERS:
        raise ImproperlyConfigured(f"The DKIM key cannot sign: {_OTHERS[kind]}.")
    try:
        return kind, base64.b64decode("".join(body.split()), validate=True)
    except binascii.Error:
        raise ImproperlyConfigured("The DKIM key is no PEM: its lines are no base64.") from None


def _ed25519_seed(kind: str, der: bytes) -> bytes | None:
    if not kind and len(der) == 32:
        return der
    found = _ED25519.search(der)
    return found[1] if found else None


def _ed25519(seed: bytes) -> tuple[str, int, str, bytes]:
    public = bytes(nacl.signing.SigningKey(seed).verify_key)
    return "ed25519", 256, base64.b64encode(public).decode(), base64.b64encode(seed)


def _rsa(der: bytes) -> tuple[str, int, str, bytes]:
    key = dkim.crypto.parse_private_key(der)
    modulus, exponent = key["modulus"], key["publicExponent"]
    bits = modulus.bit_length()
    if key["prime1"] * key["prime2"] != modulus:
        raise ImproperlyConfigured("The DKIM key is damaged: its parts do not belong together.")
    if bits < _LEAST_BITS:
        raise ImproperlyConfigured(f"The DKIM key has {bits} bits; receivers take 1024 and more.")
    pem = b"-----BEGIN RSA PRIVATE KEY-----\n%b\n-----END RSA PRIVATE KEY-----\n"
    return "rsa", bits, rsa_public(modulus, exponent), pem % base64.b64encode(der)


def rsa_public(modulus: int, exponent: int) -> str:
    """An RSA key's public half in base64: SubjectPublicKeyInfo (RFC 5280), as `openssl` writes it.

    dkimpy has a function for DER, which fails above 127 bytes.
    """
    numbers = _der(0x30, b"".join(_der(0x02, _signed(one)) for one in (modulus, exponent)))
    return base64.b64encode(_der(0x30, _RSA + _der(0x03, b"\0" + numbers))).decode()


def _signed(number: int) -> bytes:
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def public_bits(algorithm: str, public: str) -> int:
    """The length of a published key in bits.

    Raises:
        ValueError: it is no such key.
    """
    try:
        der = base64.b64decode("".join(public.split()), validate=True)
        if algorithm == "ed25519":
            return {32: 256}[len(der)]
        key: dict[str, Any] = dkim.crypto.parse_public_key(der)
        return int(key["modulus"]).bit_length()
    except Exception:  # noqa: BLE001 (dkimpy's parser fails with many kinds of errors)
        raise ValueError(f"no {algorithm} key") from None
