from __future__ import annotations

from datetime import timedelta

import pytest

from mail.backoff import backoff

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
