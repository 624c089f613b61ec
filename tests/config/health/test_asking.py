from __future__ import annotations

import threading
import time

import pytest

from config.health.asking import ask


def test_questions_are_asked_at_once_and_answered_by_name() -> None:
    together = threading.Barrier(2, timeout=5)

    def one() -> list[str]:
        together.wait()  # passes only while the other one runs
        return ["a fault"]

    def two() -> list[str]:
        together.wait()
        return []

    assert ask({"one": one, "two": two}, 5.0) == {"one": ["a fault"], "two": []}


def test_a_question_that_hangs_has_no_answer_and_the_others_have_theirs() -> None:
    go_on = threading.Event()

    def hangs() -> list[str]:
        go_on.wait(20)
        return []

    begun = time.monotonic()
    try:
        assert ask({"hangs": hangs, "quick": list}, 0.2) == {"hangs": None, "quick": []}
    finally:
        go_on.set()
    assert time.monotonic() - begun < 2


def test_a_question_that_hangs_is_not_asked_a_second_time() -> None:
    go_on, threads = threading.Event(), []

    def hangs() -> list[str]:
        threads.append(threading.current_thread())
        go_on.wait(20)
        return ["late"]

    assert [ask({"again": hangs}, 0.05) for _ in range(5)] == [{"again": None}] * 5
    later = threading.Timer(0.1, go_on.set)
    later.start()
    assert ask({"again": hangs}, 10.0) == {"again": ["late"]}
    assert len(threads) == 1
    assert ask({"again": hangs}, 10.0) == {"again": ["late"]}
    assert len(threads) == 2


def test_an_error_of_a_question_is_raised() -> None:
    def fails() -> list[str]:
        raise LookupError("a programmer's mistake")

    with pytest.raises(LookupError, match="a programmer's mistake"):
        ask({"fails": fails}, 5.0)
