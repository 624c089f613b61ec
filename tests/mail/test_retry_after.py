"""A number of seconds, or a date; everything else is no wait."""

from __future__ import annotations

from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.retry_after import LONGEST, retry_after

NOW = 1_780_000_000.0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 7 ", 7.0),
        ("1.5", 1.5),
        ("0", 0.0),
        (formatdate(NOW + 90, usegmt=True), 90.0),
        (formatdate(NOW - 90, usegmt=True), 0.0),
        ("Thu, 28 May 2026 20:31:40 -0000", 300.0),
        ("999999999999", LONGEST),
    ],
)
def test_it_is_seconds_or_a_date_up_to_a_day(value: str, seconds: float) -> None:
    assert retry_after(value, NOW) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "value",
    [
        *("", "soon", "-5", "nan", "1e9", "٣", "9" * 5000),
        *("Mon, 99 Foo 2026 25:61:61", "Fri, 99 Mar 99999 12:01:30 GMT"),
    ],
)
def test_another_form_is_no_wait(value: str) -> None:
    assert retry_after(value, NOW) is None


@given(st.text())
def test_no_text_raises_an_error_or_asks_for_more_than_a_day(value: str) -> None:
    seconds = retry_after(value, NOW)
    assert seconds is None or 0 <= seconds <= LONGEST
