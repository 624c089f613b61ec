"""The days of a request."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.api.date_range import BadSpan, Span, span_of

TODAY = date(2026, 11, 23)
DAYS = st.dates(date(1, 1, 8), TODAY)


def test_without_parameters_there_is_no_span() -> None:
    assert span_of(None, None, None, TODAY) is None


@pytest.mark.parametrize(
    ("texts", "span"),
    [
        (("2025-03-14", None, None), Span("day", date(2025, 3, 14), date(2025, 3, 14))),
        ((None, "2025-W11", None), Span("week", date(2025, 3, 10), date(2025, 3, 16))),
        ((None, "2026-W01", None), Span("week", date(2025, 12, 29), date(2026, 1, 4))),
        ((None, "2020-W53", None), Span("week", date(2020, 12, 28), date(2021, 1, 3))),
        ((None, None, "2024-02"), Span("month", date(2024, 2, 1), date(2024, 2, 29))),
        ((None, None, "2025-12"), Span("month", date(2025, 12, 1), date(2025, 12, 31))),
    ],
)
def test_each_text_is_parsed_to_its_days(texts: tuple[str | None, ...], span: Span) -> None:
    day, week, month = texts
    assert span_of(day, week, month, TODAY) == span


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025-03-14T00:00:00.000Z", 14),
        ("2025-03-14T23:59:59Z", 14),
        ("2025-03-14T09:30", 14),
        ("2025-03-14 09:30:15.123456", 14),
        ("2025-03-14T23:30:00-05:00", 15),
        ("2025-03-14T01:00:00+02:00", 13),
        ("2025-03-14T01:00:00 02:00", 13),  # what an address makes of the plus
    ],
)
def test_an_instant_gives_its_day_in_utc(text: str, day: int) -> None:
    span = span_of(text, None, None, TODAY)
    assert span == Span("day", date(2025, 3, day), date(2025, 3, day))


@pytest.mark.parametrize(
    "text",
    ["2025-03-14T", "2025-03-14T25:00:00Z", "2025-02-30T00:00:00Z", "2025-03-14T09:30:00+99:00",
     "0001-01-01T00:00:00+14:00", "2025-03-14T09:30:00Zulu"],
)  # fmt: skip
def test_what_only_looks_like_an_instant_is_refused(text: str) -> None:
    with pytest.raises(BadSpan, match="date must be a day like 2025-03-14"):
        span_of(text, None, None, TODAY)


@given(DAYS)
def test_every_day_is_inside_its_own_week_and_month(day: date) -> None:
    year, number, _ = day.isocalendar()
    week = span_of(None, f"{year:04}-W{number:02}", None, TODAY)
    month = span_of(None, None, f"{day.year:04}-{day.month:02}", TODAY)
    assert week is not None
    assert month is not None
    assert week.first <= day <= week.last == week.first + timedelta(days=6)
    assert month.first <= day <= month.last
    assert month.first.day == (month.last + timedelta(days=1)).day == 1


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "x",
        "20250314",
        "2025-3-14",
        "2025-02-30",
        "٢٠٢٥-٠٣-١٤",
        " 2025-03-14",
    ],
)
def test_an_invalid_day_is_refused(wrong: str) -> None:
    with pytest.raises(BadSpan, match="date must be a day like 2025-03-14"):
        span_of(wrong, None, None, TODAY)


@pytest.mark.parametrize("wrong", ["", "2025-11", "2025-W00", "2025-W53", "2025W11", "9999-W52"])
def test_an_invalid_week_is_refused(wrong: str) -> None:
    with pytest.raises(BadSpan, match=r"^week "):
        span_of(None, wrong, None, TODAY)


@pytest.mark.parametrize("wrong", ["", "2025", "2025-00", "2025-13", "0000-01", "2025-3"])
def test_an_invalid_month_is_refused(wrong: str) -> None:
    with pytest.raises(BadSpan, match="month must be a month like 2025-03"):
        span_of(None, None, wrong, TODAY)


@given(st.text())
def test_any_text_gives_a_span_or_a_reason(text: str) -> None:
    for name in ("date", "week", "month"):
        texts = {"date": None, "week": None, "month": None, name: text}
        with suppress(BadSpan):
            span = span_of(texts["date"], texts["week"], texts["month"], TODAY)
            assert span is not None
            assert span.first <= TODAY


def test_the_current_day_can_be_requested() -> None:
    assert span_of("2026-11-23", None, None, TODAY) is not None
    assert span_of(None, "2026-W48", None, TODAY) is not None
    assert span_of(None, None, "2026-11", TODAY) is not None


@pytest.mark.parametrize(
    "texts", [("2026-11-24", None, None), (None, "2026-W49", None), (None, None, "2026-12")]
)
def test_a_future_span_is_refused(texts: tuple[str | None, ...]) -> None:
    day, week, month = texts
    with pytest.raises(BadSpan, match="in the future: today is 2026-11-23"):
        span_of(day, week, month, TODAY)


def test_two_spans_at_once_are_refused() -> None:
    with pytest.raises(BadSpan, match="Give only one of date, month"):
        span_of("2025-03-14", None, "2025-03", TODAY)


def test_a_long_invalid_text_is_not_repeated_in_full() -> None:
    with pytest.raises(BadSpan) as refusal:
        span_of("x" * 5_000, None, None, TODAY)
    assert len(str(refusal.value)) < 120
