"""Parse the days of a request: `date` (a day or an instant), `week` or `month`, as ISO 8601."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from papers.windows import Window

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT: Final = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})[T ](?P<time>[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?)"
    r"(?P<zone>Z|[+ -][0-9]{2}:?[0-9]{2})?",
    re.IGNORECASE,
)
_WEEK: Final = re.compile(r"([0-9]{4})-W([0-9]{2})")
_MONTH: Final = re.compile(r"([0-9]{4})-([0-9]{2})")


class BadSpan(ValueError):
    """The days of a request are invalid or in the future; the text is the answer to the client."""


@dataclass(frozen=True, slots=True)
class Span:
    """The days from `first` to `last`, and the window whose scores rank such a span."""

    window: Window
    first: date
    last: date


def span_of(day: str | None, week: str | None, month: str | None, today: date) -> Span | None:
    """The span of a request; None if it has none of the three.

    Raises:
        BadSpan: malformed, in the future, or more than one at once.
    """
    texts = {"date": day, "week": week, "month": month}
    present = {name: text for name, text in texts.items() if text is not None}
    if len(present) > 1:
        raise BadSpan(f"Give only one of {', '.join(present)}.")
    for name, text in present.items():
        span = _PARSERS[name](text)
        if span.first > today:
            raise BadSpan(f"{name} is in the future: today is {today.isoformat()}, in UTC.")
        return span
    return None


def _day(text: str) -> Span:
    """A day, or the day in UTC of a timestamp: clients send what `submittedOnDailyAt` gave them."""
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else _day_of_instant(text)
    except (ValueError, OverflowError):
        raise BadSpan(f"date must be a day like 2025-03-14, not {_quoted(text)}.") from None
    return Span("day", day, day)


def _day_of_instant(text: str) -> date:
    match = _INSTANT.fullmatch(text)
    if match is None:
        raise ValueError
    # An address turns the plus of "+02:00" into a space.
    zone = (match["zone"] or "Z").replace(" ", "+")
    return datetime.fromisoformat(f"{match['day']}T{match['time']}{zone}").astimezone(UTC).date()


def _week(text: str) -> Span:
    match = _WEEK.fullmatch(text)
    try:
        monday = date.fromisocalendar(int(match[1]), int(match[2]), 1) if match else None
        sunday = monday + timedelta(days=6) if monday else None
    except (ValueError, OverflowError):  # week 54, or the last week before the year 10000
        monday = sunday = None
    if monday is None or sunday is None:
        raise BadSpan(f"week must be an ISO week like 2025-W11, not {_quoted(text)}.")
    return Span("week", monday, sunday)


def _month(text: str) -> Span:
    match = _MONTH.fullmatch(text)
    try:
        first = date(int(match[1]), int(match[2]), 1) if match else None
    except ValueError:
        first = None
    if first is None:
        raise BadSpan(f"month must be a month like 2025-03, not {_quoted(text)}.")
    return Span("month", first, first.replace(day=monthrange(first.year, first.month)[1]))


def _quoted(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:39]}…")


_PARSERS: Final[dict[str, Callable[[str], Span]]] = {"date": _day, "week": _week, "month": _month}
