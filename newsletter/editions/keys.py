"""The keys of the settings, each with a short public name: a stored digest names its key."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache

from django.conf import settings


def current_key_id() -> str:
    """The name of the key that new tokens are made with: eight hexadecimal digits."""
    return _name(settings.SECRET_KEY)


def knows_key(key_id: str) -> bool:
    """Whether the settings still hold this key, so that tokens can be made with it."""
    return any(_name(key) == key_id for key in all_keys())


def all_keys() -> Iterator[str]:
    """Every key that is still valid, today's first."""
    yield settings.SECRET_KEY
    yield from settings.SECRET_KEY_FALLBACKS


def key_named(key_id: str) -> str:
    """The key of this name; today's if the name is empty.

    Raises:
        LookupError: that key is no longer in the settings.
    """
    if not key_id:
        return str(settings.SECRET_KEY)
    for key in all_keys():
        if _name(key) == key_id:
            return key
    raise LookupError(f"no key {key_id} in SECRET_KEY or SECRET_KEY_FALLBACKS")


@lru_cache(maxsize=16)
def _name(key: str) -> str:
    return hashlib.sha256(b"key id:" + key.encode()).hexdigest()[:8]
