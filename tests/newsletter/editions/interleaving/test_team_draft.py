"""Two rankings choose one list in turns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.editions.interleaving.team_draft import team_draft

LISTS = st.lists(st.integers(0, 30), unique=True, max_size=12)


def test_the_best_of_each_come_first() -> None:
    chosen, teams = team_draft([1, 2, 3], [9, 8, 7], "seed")
    assert set(chosen[:2]) == {1, 9}
    assert set(teams[:2]) == {"A", "B"}


def test_the_same_seed_gives_the_same_list() -> None:
    rankings = list(range(10)), list(range(9, -1, -1))
    assert team_draft(*rankings, "5 17") == team_draft(*rankings, "5 17")
    assert len({tuple(team_draft(*rankings, f"5 {n}")[0]) for n in range(50)}) > 10


def test_the_coin_is_fair() -> None:
    first = [team_draft([1, 2], [3, 4], f"1 {reader}")[1][0] for reader in range(1000)]
    assert 450 < first.count("A") < 550


def test_a_paper_that_both_choose_is_there_once() -> None:
    chosen, teams = team_draft([1, 2], [1, 2], "seed")
    assert chosen == [1, 2]
    assert len(teams) == 2


@pytest.mark.parametrize(("a", "b", "size"), [([], [], 0), ([1], [], 1), ([], [1, 2], 2)])
def test_a_ranking_may_be_empty(a: list[int], b: list[int], size: int) -> None:
    chosen, teams = team_draft(a, b, "seed")
    assert len(chosen) == len(teams) == size


@given(LISTS, LISTS, st.integers())
def test_it_is_as_long_as_the_longer_and_both_choose_alike_often(
    a: list[int], b: list[int], seed: int
) -> None:
    chosen, teams = team_draft(a, b, str(seed))
    assert len(chosen) == len(set(chosen)) == len(teams) == max(len(a), len(b))
    assert set(chosen) <= {*a, *b}
    for paper, team in zip(chosen, teams, strict=True):
        assert paper in (a if team == "A" else b)
    if len(a) == len(b) and not set(a) & set(b):
        assert abs(teams.count("A") - teams.count("B")) <= 1
