"""Which days a request asks for: `date`, `week` or `month`, in the words of ISO 8601."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from papers.windows import Window

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WEEK: Final = re.compile(r"([0-9]{4})-W([0-9]{2})")
_MONTH: Final = re.compile(r"([0-9]{4})-([0-9]{2})")


class BadSpan(ValueError):
    """The request names no days, or days to come; the text says why, for whoever asked."""


@dataclass(frozen=True, slots=True)
class Span:
    """The days from `first` to `last`, and the window whose scores rank such a span."""

    window: Window
    first: date
    last: date


def span_of(day: str | None, week: str | None, month: str | None, today: date) -> Span | None:
    """The span that was asked for; None when none was.

    Raises:
        BadSpan: malformed, in the future, or more than one at once.
    """
    asked = {"date": day, "week": week, "month": month}
    given = {name: text for name, text in asked.items() if text is not None}
    if len(given) > 1:
        raise BadSpan(f"Give only one of {', '.join(given)}.")
    for name, text in given.items():
        span = _READERS[name](text)
        if span.first > today:
            raise BadSpan(f"{name} is in the future: today is {today.isoformat()}, in UTC.")
        return span
    return None


def _day(text: str) -> Span:
    try:
        day = date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError:
        raise BadSpan(f"date must be a day like 2025-03-14, not {_quoted(text)}.") from None
    return Span("day", day, day)


def _week(text: str) -> Span:
    found = _WEEK.fullmatch(text)
    try:
        monday = date.fromisocalendar(int(found[1]), int(found[2]), 1) if found else None
        sunday = monday + timedelta(days=6) if monday else None
    except (ValueError, OverflowError):  # a week 54, or the last one before the year 10000
        monday = sunday = None
    if monday is None or sunday is None:
        raise BadSpan(f"week must be an ISO week like 2025-W11, not {_quoted(text)}.")
    return Span("week", monday, sunday)


def _month(text: str) -> Span:
    found = _MONTH.fullmatch(text)
    try:
        first = date(int(found[1]), int(found[2]), 1) if found else None
    except ValueError:
        first = None
    if first is None:
        raise BadSpan(f"month must be a month like 2025-03, not {_quoted(text)}.")
    return Span("month", first, first.replace(day=monthrange(first.year, first.month)[1]))


def _quoted(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:39]}…")


_READERS: Final[dict[str, Callable[[str], Span]]] = {"date": _day, "week": _week, "month": _month}
