"""Digests less often in one press, and as often as before in another."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from subscribers.consent import RequestOrigin
from subscribers.models import Subscriber
from subscribers.preferences import change, preferences_of

_Cadence = Subscriber.Cadence
_LESS_OFTEN: Final[dict[str, str]] = {
    _Cadence.DAILY.value: _Cadence.WEEKLY.value,
    _Cadence.WEEKLY.value: _Cadence.MONTHLY.value,
}


def less_often(cadence: str) -> str | None:
    """The next rarer cadence: daily, weekly, monthly; None after the last one."""
    return _LESS_OFTEN.get(cadence)


def set_cadence(subscriber: Subscriber, cadence: str, origin: RequestOrigin, now: datetime) -> bool:
    """Change how often digests come and nothing else; False where that is so already."""
    if subscriber.state != Subscriber.State.ACTIVE:
        return False
    chosen = replace(preferences_of(subscriber), cadence=cadence)
    return change(subscriber, chosen, origin, now)
