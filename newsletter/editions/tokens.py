"""One opaque token for each delivery: it opens the unsubscribe, preference and paper links.

A token is the delivery's id and a keyed hash of it, so it needs no column, is computed for a burst
in microseconds, and cannot be guessed. It holds nothing about the subscriber.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from django.conf import settings

_ID_BYTES: Final = 8
TOKEN_LENGTH: Final = 28
_HASH_BYTES: Final = 13  # 104 bits cannot be guessed; 8 + 13 bytes need no padding


class BadToken(Exception):
    """The token was not made with one of our keys, or a part of it is missing."""


def make_token(delivery_id: int, key_id: str = "") -> str:
    """The token of a delivery, 28 characters that need no quoting in a URL.

    Args:
        key_id: the key of the settings to use; default: today's key.

    Raises:
        LookupError: that key is no longer in the settings.
    """
    number = delivery_id.to_bytes(_ID_BYTES, "big")
    return base64.urlsafe_b64encode(number + _hash(_key(key_id), number)).decode()


def read_token(token: str) -> int:
    """The id of the delivery that the token was made for, under any key that is still valid.

    Raises:
        BadToken: see there.
    """
    try:
        raw = base64.b64decode(token, altchars=b"-_", validate=True)
    except ValueError as error:
        raise BadToken("not a token") from error
    number, proof = raw[:_ID_BYTES], raw[_ID_BYTES:]
    if not any(hmac.compare_digest(proof, _hash(key, number)) for key in _keys()):
        raise BadToken("not made here")
    return int.from_bytes(number, "big")


def knows_key(key_id: str) -> bool:
    """Whether the settings still hold this key, so that tokens can be made with it."""
    return any(_name(key) == key_id for key in _keys())


def current_key_id() -> str:
    """The short public name of the key that new tokens are made with: eight hexadecimal digits."""
    return _name(settings.SECRET_KEY)


def _hash(key: str, number: bytes) -> bytes:
    return hmac.digest(key.encode(), b"delivery:" + number, hashlib.sha256)[:_HASH_BYTES]


def _keys() -> Iterator[str]:
    yield settings.SECRET_KEY
    yield from settings.SECRET_KEY_FALLBACKS


def _key(key_id: str) -> str:
    if not key_id:
        return str(settings.SECRET_KEY)
    for key in _keys():
        if _name(key) == key_id:
            return key
    raise LookupError(f"no key {key_id} in SECRET_KEY or SECRET_KEY_FALLBACKS")


@lru_cache(maxsize=16)
def _name(key: str) -> str:
    return hashlib.sha256(b"key id:" + key.encode()).hexdigest()[:8]
