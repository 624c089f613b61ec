"""The reads of one counter become a series of its rises."""

from __future__ import annotations

import pytest

from papers.ranking.series import series_from

LISTED = 1_741_910_400.0  # 14 March 2025, 00:00 UTC
HOUR = 3600.0


def hours(*numbers: float) -> list[float]:
    return [LISTED + HOUR * number for number in numbers]


def test_it_keeps_the_first_read_and_each_rise() -> None:
    one = series_from("upvotes", hours(6, 12, 18, 24), [3, 3, 8, 9], LISTED)

    assert list(one.times) == hours(6, 18, 24)
    assert list(one.levels) == [3, 8, 9]


def test_each_rise_has_the_time_of_the_read_before() -> None:
    one = series_from("upvotes", hours(6, 12, 18, 24), [3, 3, 8, 9], LISTED)

    assert list(one.since) == hours(6, 12, 18)


def test_it_ends_with_the_last_read_even_without_a_rise() -> None:
    one = series_from("upvotes", hours(6, 12, 18), [3, 8, 8], LISTED)

    assert (one.last_at, one.value) == (*hours(18), 8)


def test_after_a_fall_only_a_new_maximum_is_a_rise() -> None:
    one = series_from("upvotes", hours(6, 12, 18, 24), [10, 7, 10, 11], LISTED)

    assert list(one.levels) == [10, 11]
    assert list(one.since) == hours(6, 18)


def test_the_value_is_the_last_read_even_after_a_fall() -> None:
    assert series_from("upvotes", hours(6, 12), [10, 7], LISTED).value == 7


@pytest.mark.parametrize(
    ("kind", "first_hour", "base"),
    [("upvotes", 20, 0), ("upvotes", 37, 50), ("stars", 20, 50), ("comments", 20, 0)],
)
def test_counters_start_at_a_fresh_listing_but_stars_do_not(
    kind: str, first_hour: float, base: float
) -> None:
    one = series_from(kind, hours(first_hour), [50], LISTED)

    assert one.base == base
    assert one.gain_since(LISTED) == 50 - base


def test_a_read_before_the_listing_starts_the_counter() -> None:
    [at] = hours(-3)
    assert series_from("upvotes", [at], [4], LISTED).started == at


@pytest.mark.parametrize(
    ("levels", "kept"),
    [
        ([5], 1),
        ([5, 9], 2),
        ([5, 5, 9], 3),
        ([5, 9, 9], 3),
        ([5, 5, 5, 9, 9, 9], 4),
        ([5, 5, 5], 2),
    ],
)
def test_three_reads_with_a_rise_are_known_as_three(levels: list[float], kept: int) -> None:
    one = series_from("upvotes", hours(*range(len(levels))), levels, LISTED)

    assert one.reads_since(LISTED) == kept


def test_reads_are_counted_from_an_instant_on() -> None:
    one = series_from("upvotes", hours(6, 12, 18, 24), [3, 8, 9, 10], LISTED)

    assert one.reads_since(LISTED + 18 * HOUR) == 2
