"""Read a `Retry-After` header: a number of seconds, or a date. Pure.

urllib3's `Retry.parse_retry_after` does not serve: it takes no clock, refuses "1.5", accepts 32
May, and raises for a year that is too large.
"""

from __future__ import annotations

import re
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final

LONGEST: Final = 86_400.0  # seconds; more than a day is a mistake, or an attack that would stop us


def retry_after(value: str, now: float) -> float | None:
    """The seconds that a server asks to wait, from 0 to a day; None when the value is neither form.

    `now` is in seconds since 1970.
    """
    value = value.strip()
    if re.fullmatch(r"\d{1,12}(\.\d{1,6})?", value, re.ASCII):
        return bounded(float(value))
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return bounded(moment.timestamp() - now)


def bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), LONGEST)
