"""How a trend adds up, in words."""

from __future__ import annotations

from papers.pages.contributions import Contribution, contributions


def test_contributions_are_ordered_by_points() -> None:
    found = contributions(
        {
            "stars": {"value": 9, "window_gain": 4, "points": 0.4},
            "upvotes": {"value": 84, "gain": 31, "points": 4.2},
            "comments": {"value": 41, "points": -0.08},
            "lift": {"agents": 0.7},
        }
    )
    assert found == [
        Contribution("▲ 84 votes, 31 of them within a day", 4.2, is_most=True),
        Contribution("★ 4 more stars, 9 in all", 0.4),
        Contribution("All other signals", -0.08),
    ]


def test_points_that_would_read_as_zero_are_left_out() -> None:
    assert contributions({"comments": {"value": 3, "points": 0.04}}) == []


def test_signals_that_are_no_reason_are_one_line() -> None:
    components = {kind: {"value": 0, "gain": 0, "points": -0.4} for kind in ("upvotes", "comments")}
    assert contributions(components) == [Contribution("All other signals", -0.8)]


def test_half_of_the_points_is_not_most_of_them() -> None:
    components = {kind: {"value": 3, "points": 1.0} for kind in ("comments", "votes")}
    assert [one.is_most for one in contributions(components)] == [False, False]


def test_a_reason_without_points_comes_last() -> None:
    found = contributions({"first_place": {}, "comments": {"value": 3, "points": 1.0}})
    assert [one.points for one in found] == [1.0, 0.0]
    assert found[1].reason.startswith("first because")


def test_components_of_another_formula_are_left_out() -> None:
    assert contributions({"downloads": {"value": 3, "points": 1.0}, "mood": 7}) == []
