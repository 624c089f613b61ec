from __future__ import annotations

from datetime import timedelta

import pytest

from mail.backoff import backoff, share, spread

MINUTE = timedelta(minutes=1)


def test_pauses_grow_from_a_minute_to_six_hours() -> None:
    assert [backoff(attempts) // MINUTE for attempts in range(1, 8)] == [
        *(1, 4, 16, 64, 256, 360, 360),
    ]


@pytest.mark.parametrize("attempts", [0, -1])
def test_before_the_first_attempt_it_is_the_first_pause(attempts: int) -> None:
    assert backoff(attempts) == MINUTE


def test_many_attempts_do_not_overflow() -> None:
    assert backoff(10**9) == timedelta(hours=6)


@pytest.mark.parametrize(
    ("asked", "minutes"), [(0, 1), (59, 1), (61, 61 / 60), (3600, 60), (10**9, 24 * 60)]
)
def test_a_server_may_ask_for_more_up_to_a_day(asked: float, minutes: float) -> None:
    assert backoff(1, asked) == timedelta(minutes=minutes)


def test_rows_that_failed_together_are_spread_over_a_quarter_of_the_pause() -> None:
    moments = {spread(MINUTE) * share(number) for number in range(1, 1001)}
    assert len(moments) == 1000
    assert timedelta() <= min(moments) < max(moments) < timedelta(seconds=15)
    early = sum(moment < timedelta(seconds=7.5) for moment in moments)
    assert 480 < early < 520


def test_a_row_has_the_same_share_each_time() -> None:
    assert [share(7), share(7), share(1009)] == [7 * 7919 % 1009 / 1009] * 2 + [0.0]
