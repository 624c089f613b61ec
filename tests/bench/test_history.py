"""Recorded lists become histories to replay, or an error that names the place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bench.history import NoHistoryError, days, read_history, weeks
from tests.bench.lists import MONDAY, row, two_weeks, written


def test_it_reads_each_paper_with_its_reads_and_its_settled_count(tmp_path: Path) -> None:
    (entry,) = read_history(written(tmp_path, [row(7, github_stars=40)]))
    at = datetime(2025, 3, 10, 17, tzinfo=UTC).timestamp()

    assert entry.reads == {"upvotes": ((at, 7),), "comments": ((at, 1),), "stars": ((at, 40),)}
    assert (entry.listed_on, entry.settled) == (MONDAY, 16)


def test_a_plain_file_is_read_as_well_as_a_gzipped_one(tmp_path: Path) -> None:
    path = tmp_path / "lists.jsonl"
    path.write_text('{"arxiv_id": "1", "upvotes_settled": null}\n')

    with pytest.raises(NoHistoryError, match="nothing to judge by"):
        read_history(path)


def test_papers_without_a_settled_count_are_left_out(tmp_path: Path) -> None:
    rows = [row(1), row(2, upvotes_settled=None)]
    assert len(read_history(written(tmp_path, rows))) == 1


def test_a_paper_that_was_listed_twice_counts_on_its_first_day(tmp_path: Path) -> None:
    rows = [row(1, MONDAY + timedelta(days=1), upvotes=30), row(1, upvotes=4)]
    (entry,) = read_history(written(tmp_path, rows))

    assert entry.listed_on == MONDAY
    assert entry.upvotes[0][1] == 4


def test_ids_do_not_depend_on_the_order_of_the_lines(tmp_path: Path) -> None:
    rows = two_weeks()
    forwards = read_history(written(tmp_path, rows))

    assert read_history(written(tmp_path, rows[::-1])) == forwards


def test_a_week_is_judged_at_the_close_of_its_last_list(tmp_path: Path) -> None:
    first, second = weeks(read_history(written(tmp_path, two_weeks())))

    assert first.until == datetime(2025, 3, 15, tzinfo=UTC)
    assert second.until == datetime(2025, 3, 29, tzinfo=UTC)
    assert (first.window, first.cut, len(first.entries)) == ("week", 10, 30)


def test_the_moment_can_be_two_days_later(tmp_path: Path) -> None:
    first, _ = weeks(read_history(written(tmp_path, two_weeks())), days_after=2)
    assert first.until == datetime(2025, 3, 17, tzinfo=UTC)


def test_a_day_is_judged_at_its_own_close(tmp_path: Path) -> None:
    first = days(read_history(written(tmp_path, two_weeks())))[0]

    assert first.until == datetime(2025, 3, 11, tzinfo=UTC)
    assert (first.window, first.cut, len(first.entries)) == ("day", 5, 6)


def test_a_list_that_was_read_late_is_judged_when_it_was_read(tmp_path: Path) -> None:
    rows = [row(number, read_at="2025-03-12T05:00:00+00:00") for number in range(6)]
    (only,) = days(read_history(written(tmp_path, rows)))

    assert only.until == datetime(2025, 3, 12, 5, tzinfo=UTC)


def test_lists_as_short_as_the_cut_are_not_judged(tmp_path: Path) -> None:
    entries = read_history(written(tmp_path, [row(number) for number in range(5)]))
    assert days(entries) == weeks(entries) == []


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ({"read_at": "yesterday"}, "line 2: not a row of a daily list .*yesterday"),
        ({"featured_on": None}, "line 2: not a row of a daily list"),
        ({"upvotes": "many"}, "line 2: not a row of a daily list .*many"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, broken: dict[str, Any], reason: str) -> None:
    with pytest.raises(NoHistoryError, match=reason):
        read_history(written(tmp_path, [row(1), row(2, **broken)]))


@pytest.mark.parametrize("name", ["arxiv_id", "read_at", "upvotes"])
def test_a_missing_field_is_named(tmp_path: Path, name: str) -> None:
    without = {key: value for key, value in row(1).items() if key != name}

    with pytest.raises(NoHistoryError, match=f"line 1: '{name}' is missing"):
        read_history(written(tmp_path, [without]))


def test_a_missing_file_says_how_to_name_another(tmp_path: Path) -> None:
    with pytest.raises(NoHistoryError, match="make backtest DATA=FILE"):
        read_history(tmp_path / "none.jsonl.gz")


def test_a_file_that_is_not_gzipped_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lists.jsonl.gz"
    path.write_bytes(b"plain")

    with pytest.raises(NoHistoryError, match="gzip"):
        read_history(path)
