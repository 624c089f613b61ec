"""SECRET_KEY_FALLBACKS, and what makes a key too weak."""

from __future__ import annotations

import json
from typing import Final

from django.core.exceptions import ImproperlyConfigured

SHORTEST: Final = 50
FEWEST_DIFFERENT: Final = 5


def read_fallbacks(text: str) -> list[str]:
    """Former keys, split at commas; or a JSON list, for a key that has a comma in it.

    Raises:
        ImproperlyConfigured: it begins as a JSON list and is none; the keys are not repeated.
    """
    if not text.startswith("["):
        return [key.strip() for key in text.split(",") if key.strip()]
    try:
        keys = json.loads(text)
    except ValueError:
        keys = None
    if not isinstance(keys, list) or not all(isinstance(key, str) and key for key in keys):
        raise ImproperlyConfigured(
            "SECRET_KEY_FALLBACKS must be keys with commas between them, or JSON: "
            '["key 1", "key 2"].'
        )
    return keys


def weakness(key: str) -> str:
    """Why a key can be guessed, in words; empty when it cannot."""
    if len(key) < SHORTEST:
        return f"has {len(key)} characters, fewer than {SHORTEST}"
    if len(set(key)) < FEWEST_DIFFERENT:
        return f"has fewer than {FEWEST_DIFFERENT} different characters"
    if key.startswith("django-insecure-"):
        return "is the one that startproject wrote, which is not secret"
    return ""
