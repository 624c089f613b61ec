"""How long a message waits before its next attempt."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

FIRST: Final = timedelta(minutes=1)
FACTOR: Final = 4
LONGEST: Final = timedelta(hours=6)
LONGEST_ASKED: Final = timedelta(days=1)  # a server that asks for more has made a mistake


_STEPS: Final = 1009  # a prime, so that neighbouring numbers lie far apart


def share(number: int) -> float:
    """A number from 0 to 1 that is always the same for this row, and another for the next one."""
    return number * 7919 % _STEPS / _STEPS


def spread(pause: timedelta) -> timedelta:
    """By how much at most a pause grows, so that what failed together is not tried together."""
    return pause / 4


def backoff(attempts: int, asked: float = 0.0) -> timedelta:
    """The pause after so many attempts: 1, 4, 16, 64, 256 minutes, then six hours each.

    Short at first, because a subscriber waits for a confirmation, and long in the end: the six
    attempts of MAX_ATTEMPTS span nearly six hours, so a mail server may be down for that long.

    Args:
        attempts: those made so far, from 1.
        asked: seconds for which the server asked; the pause is no shorter, up to a day.
    """
    steps = min(max(attempts - 1, 0), 10)  # far beyond six hours, and no overflow
    pause = min(FIRST * int(FACTOR**steps), LONGEST)
    return max(pause, timedelta(seconds=min(asked, LONGEST_ASKED.total_seconds())))
