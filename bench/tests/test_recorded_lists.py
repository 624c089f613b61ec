"""Recorded lists are read, or an error names the place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bench.backtest.recorded_lists import NoHistoryError, days, read_entries, weeks
from bench.tests.lists import MONDAY, row, two_weeks, written


def test_a_paper_has_its_reads_and_its_settled_count(tmp_path: Path) -> None:
    rows = [row(7, github_stars=40), row(2, upvotes_settled=None)]
    (entry,) = read_entries(written(tmp_path, rows))
    at = datetime(2025, 3, 10, 17, tzinfo=UTC).timestamp()

    assert entry.reads == {"upvotes": ((at, 7),), "comments": ((at, 1),), "stars": ((at, 40),)}
    assert (entry.listed_on, entry.settled) == (MONDAY, 16)


def test_a_paper_listed_twice_counts_on_its_first_day(tmp_path: Path) -> None:
    rows = [row(1, MONDAY + timedelta(days=1), upvotes=30), row(1, upvotes=4)]
    (entry,) = read_entries(written(tmp_path, rows))
    assert (entry.listed_on, entry.upvotes[0][1]) == (MONDAY, 4)


def test_ids_do_not_depend_on_the_order_of_the_lines(tmp_path: Path) -> None:
    forwards = read_entries(written(tmp_path, two_weeks()))
    assert read_entries(written(tmp_path, two_weeks()[::-1])) == forwards


def test_a_list_is_ranked_when_its_last_day_closes(tmp_path: Path) -> None:
    entries = read_entries(written(tmp_path, two_weeks()))
    first, second = weeks(entries)
    day = days(entries)[0]

    assert (first.window, first.cut, len(first.entries)) == ("week", 10, 30)
    assert (day.window, day.cut, len(day.entries)) == ("day", 5, 6)
    assert first.until == datetime(2025, 3, 15, tzinfo=UTC)
    assert second.until == datetime(2025, 3, 29, tzinfo=UTC)
    assert day.until == datetime(2025, 3, 11, tzinfo=UTC)
    assert weeks(entries, days_after=2)[0].until == datetime(2025, 3, 17, tzinfo=UTC)


def test_a_list_read_late_is_ranked_when_it_was_read(tmp_path: Path) -> None:
    rows = [row(number, read_at="2025-03-12T05:00:00+00:00") for number in range(6)]
    (only,) = days(read_entries(written(tmp_path, rows)))
    assert only.until == datetime(2025, 3, 12, 5, tzinfo=UTC)


def test_lists_as_short_as_the_cut_are_not_judged(tmp_path: Path) -> None:
    entries = read_entries(written(tmp_path, [row(number) for number in range(5)]))
    assert days(entries) == weeks(entries) == []


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ({"read_at": "yesterday"}, "line 2: not a row of a daily list .*yesterday"),
        ({"featured_on": None}, "line 2: not a row of a daily list"),
        ({"upvotes": "many"}, "line 2: not a row of a daily list .*many"),
        ({"read_at": ...}, "line 2: 'read_at' is missing"),
    ],
)
def test_a_broken_or_incomplete_line_is_named(
    tmp_path: Path, broken: dict[str, Any], reason: str
) -> None:
    second = {key: value for key, value in row(2, **broken).items() if value is not ...}
    with pytest.raises(NoHistoryError, match=reason):
        read_entries(written(tmp_path, [row(1), second]))


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("lists.jsonl", b'{"arxiv_id": "1", "upvotes_settled": null}\n', "nothing to judge by"),
        ("lists.jsonl.gz", b"plain", "gzip"),
    ],
)
def test_a_file_without_history_is_refused(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(NoHistoryError, match=reason):
        read_entries(tmp_path / name)
