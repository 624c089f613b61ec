"""An answer that is held back: by the server where it can, by the thread where not."""

from __future__ import annotations

import time

from web.held import hold_until, holding


def test_the_server_is_told_until_when_and_the_thread_does_not_wait() -> None:
    begun = time.monotonic()
    with holding() as held:
        hold_until(begun + 5)
        hold_until(begun + 3)
    assert held.until == begun + 5
    assert time.monotonic() - begun < 1


def test_what_holds_nothing_back_may_be_sent_at_once() -> None:
    with holding() as held:
        pass
    assert held.until == 0


def test_under_another_server_the_thread_waits() -> None:
    begun = time.monotonic()
    hold_until(begun + 0.05)
    assert 0.05 <= time.monotonic() - begun < 0.5


def test_a_moment_that_is_over_holds_nothing_back() -> None:
    begun = time.monotonic()
    hold_until(begun - 1)
    assert time.monotonic() - begun < 0.05


def test_one_request_does_not_hold_back_the_next_one_of_its_thread() -> None:
    with holding():
        hold_until(time.monotonic() + 5)
    with holding() as held:
        pass
    assert held.until == 0
