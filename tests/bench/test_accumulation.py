"""Simulated re-reads fill the time between the recorded read and the list's moment."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.accumulation import READ_EVERY, accumulated
from bench.history import History, read_history, weeks
from tests.bench.lists import two_weeks, written


@pytest.fixture
def lists(tmp_path: Path) -> list[History]:
    return weeks(read_history(written(tmp_path, two_weeks())))


def test_reads_follow_the_recorded_one_up_to_the_moment(lists: list[History]) -> None:
    for before, after in zip(lists, accumulated(lists, 1.0, 0), strict=True):
        for known, entry in zip(before.entries, after.entries, strict=True):
            times = [at for at, _ in entry.upvotes]
            assert entry.upvotes[0] == known.upvotes[0]
            assert times == sorted(times)
            assert after.until.timestamp() - READ_EVERY <= times[-1] <= after.until.timestamp()


def test_votes_only_come_and_never_pass_the_settled_count(lists: list[History]) -> None:
    for history in accumulated(lists, 1.0, 0):
        for entry in history.entries:
            levels = [level for _, level in entry.upvotes]
            assert levels == sorted(levels)
            assert levels[-1] <= max(entry.settled, levels[0])


def test_fast_votes_are_further_on_than_slow_ones(lists: list[History]) -> None:
    def seen(half_life: float) -> float:
        found = accumulated(lists, half_life, 0)
        return sum(entry.upvotes[-1][1] for one in found for entry in one.entries)

    assert seen(1.0) > seen(7.0) > seen(10_000.0)


def test_a_draw_comes_out_the_same_each_time_and_unlike_another(lists: list[History]) -> None:
    assert accumulated(lists, 7.0, 1) == accumulated(lists, 7.0, 1)
    assert accumulated(lists, 7.0, 1) != accumulated(lists, 7.0, 2)


def test_what_else_was_read_stays(lists: list[History]) -> None:
    before, after = lists[0].entries[1], accumulated(lists, 1.0, 0)[0].entries[1]
    assert after.reads["comments"] == before.reads["comments"]
