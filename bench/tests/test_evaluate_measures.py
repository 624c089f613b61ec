"""The figures of the evaluation, on cases that can be counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from bench.evaluate.measures import judged_pairs, ratio, recall_at, reciprocal_rank


def test_a_right_order_loses_nothing() -> None:
    found = judged_pairs([5, 4, 1], np.array([0.9, 0.8, 0.1]))
    assert found == (0, 1 + 4 + 3, 2, 2, 1, 1)


def test_a_wrong_pair_loses_the_difference_of_its_ratings() -> None:
    found = judged_pairs([5, 4, 1], np.array([0.9, 0.05, 0.1]))
    assert (found.lost, found.easy_right, found.hard_right) == (3, 1, 1)


def test_a_tie_loses_half_and_is_half_right() -> None:
    found = judged_pairs([5, 1], np.array([0.5, 0.5]))
    assert (found.lost, found.differences, found.easy_right) == (2, 4, 0.5)


def test_a_pair_is_easy_or_hard_or_neither() -> None:
    scores = np.array([1.0, 0.0])
    kinds = {
        pair: (found.easy, found.hard)
        for pair in ((4, 2), (5, 1), (5, 4), (4.5, 4), (3, 1), (5, 3), (2, 1), (4, 4))
        if (found := judged_pairs(pair, scores))
    }
    easy, hard, neither = (1, 0), (0, 1), (0, 0)
    assert list(kinds.values()) == [easy, easy, hard, hard, neither, neither, neither, neither]


def test_recall_and_rank_of_an_untied_paper() -> None:
    scores = np.arange(20, 0, -1.0)
    assert [recall_at(10, scores, place) for place in (0, 9, 10)] == [1, 1, 0]
    assert reciprocal_rank(scores, 3) == 0.25


def test_a_tie_counts_as_its_mean() -> None:
    scores = np.array([3.0, 1.0, 1.0, 1.0, 0.0])
    assert recall_at(2, scores, 1) == pytest.approx(1 / 3)
    assert reciprocal_rank(scores, 1) == pytest.approx((1 / 2 + 1 / 3 + 1 / 4) / 3)


def test_all_papers_tied_give_what_chance_gives() -> None:
    assert recall_at(10, np.zeros(40), 7) == 0.25


def test_a_ratio_is_over_all_readers_together_with_an_interval() -> None:
    found = ratio([1.0, 3.0] * 30, [2.0, 4.0] * 30)
    assert found is not None
    assert found.value == pytest.approx(4 / 6)
    low, high = found.interval
    assert 0.6 < low < 4 / 6 < high < 0.72
    assert ratio([1.0, 3.0] * 30, [2.0, 4.0] * 30) == found


def test_nothing_to_judge_has_no_ratio() -> None:
    assert ratio([0.0], [0.0]) is None
