"""How good an order is, in numbers that can be checked by hand."""

from __future__ import annotations

import math

import pytest

from bench.metrics import interval, mean_settled, ndcg, precision


def test_the_best_order_is_worth_one() -> None:
    assert ndcg([9, 5, 1, 0], 3) == 1
    assert precision([9, 5, 1, 0], 3) == 1


def test_a_swap_costs_what_the_discount_says() -> None:
    got = 5 + 9 / math.log2(3)
    assert ndcg([5, 9], 2) == pytest.approx(got / (9 + 5 / math.log2(3)))


def test_what_comes_after_the_cut_counts_only_as_a_loss() -> None:
    assert ndcg([1, 1, 100], 2) < 0.05
    assert ndcg([100, 1, 1], 1) == ndcg([100, 0, 50], 1) == 1


def test_a_list_without_any_votes_cannot_be_ranked_badly() -> None:
    assert ndcg([0, 0, 0], 2) == 1


def test_papers_level_with_the_last_place_belong_there() -> None:
    assert precision([7, 3, 3, 7], 3) == 1
    assert precision([7, 2, 3, 7], 3) == pytest.approx(2 / 3)


def test_the_mean_is_that_of_the_first_places() -> None:
    assert mean_settled([10, 20, 99], 2) == 15


def test_an_interval_holds_its_mean_and_is_the_same_each_time() -> None:
    values = [0.1, 0.4, 0.2, 0.9, 0.5]
    found = interval(values)

    assert found.low < found.mean < found.high
    assert found == interval(values)


def test_values_that_agree_leave_no_doubt() -> None:
    found = interval([0.5] * 4)
    assert (found.low, found.mean, found.high) == (0.5, 0.5, 0.5)
