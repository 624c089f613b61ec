"""The pause after a failure."""

from __future__ import annotations

from datetime import timedelta

import pytest

from web.backoff import backoff

FIVE, SIX_HOURS = timedelta(minutes=5), timedelta(hours=6)


@pytest.mark.parametrize(
    ("attempts", "minutes"), [(1, 5), (2, 10), (3, 20), (7, 320), (8, 360), (9, 360)]
)
def test_the_pause_doubles_up_to_the_longest(attempts: int, minutes: int) -> None:
    assert backoff(attempts, first=FIVE, longest=SIX_HOURS) == timedelta(minutes=minutes)


def test_no_failure_yet_gives_the_first_pause() -> None:
    assert backoff(0, first=FIVE, longest=SIX_HOURS) == FIVE


def test_a_huge_number_of_failures_does_not_overflow() -> None:
    assert backoff(10**9, first=timedelta(days=2), longest=SIX_HOURS) == SIX_HOURS
