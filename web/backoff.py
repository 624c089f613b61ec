"""The pause before the next attempt: it doubles with each failure, up to a longest one. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

_MAX_DOUBLINGS: Final = 20  # a million times the first pause; many more overflow a timedelta


def backoff(attempts: int, *, first: timedelta, longest: timedelta) -> timedelta:
    """The pause after `attempts` failures in a row: `first`, twice that, four times … `longest`.

    `attempts` counts from 1; a smaller number gives `first`.
    """
    doublings = min(max(attempts - 1, 0), _MAX_DOUBLINGS)
    return min(first * (1 << doublings), longest)
