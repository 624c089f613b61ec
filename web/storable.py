"""Text that PostgreSQL can store: it takes no NUL and no half of a surrogate pair."""

from __future__ import annotations

import re
from typing import Any, Final

_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
_REPLACEMENT: Final = "\ufffd"


def storable_text(text: str) -> str:
    """The text with each character that PostgreSQL refuses replaced by U+FFFD."""
    if text.isprintable():  # nearly always, and much faster than a search
        return text
    return _UNSTORABLE.sub(_REPLACEMENT, text)


def storable(value: Any) -> Any:
    """A JSON value with all its texts, keys included, made storable."""
    if isinstance(value, str):
        return storable_text(value)
    if isinstance(value, dict):
        return {storable(key): storable(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [storable(inner) for inner in value]
    return value
