"""What PostgreSQL can store: no NUL, no half of a surrogate pair; in JSON no NaN, no infinity."""

from __future__ import annotations

import math
import re
from typing import Any, Final

_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
_REPLACEMENT: Final = "\ufffd"
_DEEPEST: Final = 200  # levels of JSON; Python's own functions fail at about a thousand


def storable_text(text: str) -> str:
    """The text with each character that PostgreSQL refuses replaced by U+FFFD."""
    if text.isprintable():  # nearly always, and much faster than a search
        return text
    return _UNSTORABLE.sub(_REPLACEMENT, text)


def storable(value: Any, depth: int = 0) -> Any:
    """A JSON value with all its texts, keys included, made storable.

    What JSON has no word for becomes null (NaN, infinities), and so does what is nested deeper
    than 200 levels.
    """
    if isinstance(value, str):
        return storable_text(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict | list) and depth >= _DEEPEST:
        return None
    if isinstance(value, dict):
        return {storable(key): storable(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list):
        return [storable(inner, depth + 1) for inner in value]
    return value
