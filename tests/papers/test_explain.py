"""A trend's components, said in words."""

from __future__ import annotations

from typing import Any

from papers.explain import explain


def one(value: float, points: float = 1.0, gain: float = 0, window_gain: float = 0) -> Any:
    return {"value": value, "points": points, "gain": gain, "window_gain": window_gain}


def test_it_names_upvotes_with_what_came_since_yesterday() -> None:
    assert explain({"upvotes": one(84, gain=31)}) == ["▲ 84 upvotes, 31 since yesterday"]


def test_it_says_nothing_of_a_day_without_gain() -> None:
    assert explain({"upvotes": one(1)}) == ["▲ 1 upvote"]


def test_it_puts_the_strongest_signal_first() -> None:
    components = {"upvotes": one(3, points=1.5), "position": one(1, points=2.0)}
    assert explain(components) == ["number 1 of its listing", "▲ 3 upvotes"]


def test_it_names_stars_by_their_gain_as_only_that_counts() -> None:
    assert explain({"stars": one(1234, window_gain=56)}) == ["★ 56 more stars, 1,234 in all"]
    assert explain({"stars": one(99_000)}) == []


def test_a_signal_that_stands_at_nothing_is_no_reason() -> None:
    assert explain({"upvotes": one(0), "comments": one(0), "citations": one(9, points=0)}) == []


def test_it_counts_one_and_many() -> None:
    assert explain({"comments": one(1)}) == ["1 comment"]
    assert explain({"votes": one(2)}) == ["2 votes by our readers"]


def test_it_says_why_a_weaker_paper_stands_first() -> None:
    components = {"upvotes": one(9), "first_place": {"own_value": 1.0, "above": 7}}
    assert explain(components)[-1].startswith("first because two signals")


def test_it_leaves_out_what_another_formula_stored() -> None:
    assert explain({"lift": {"video": 1.2}, "magic": {"points": 3}}) == []
