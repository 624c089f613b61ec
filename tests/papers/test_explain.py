"""The components of a trend as short phrases."""

from __future__ import annotations

from typing import Any

import pytest

from papers.explain import explain


def one(value: float, points: float = 1.0, gain: float = 0, window_gain: float = 0) -> Any:
    return {"value": value, "points": points, "gain": gain, "window_gain": window_gain}


def test_upvotes_are_explained_with_their_gain_of_a_day() -> None:
    assert explain({"upvotes": one(84, gain=31)}) == ["▲ 84 votes, 31 of them within a day"]


@pytest.mark.parametrize("gain", [22, 22.4, 30])
def test_a_gain_that_is_the_total_is_no_second_figure(gain: float) -> None:
    assert explain({"upvotes": one(22, gain=gain)}) == ["▲ 22 votes, all within a day"]
    assert explain({"stars": one(22, window_gain=gain)})[0].endswith("stars, all of them new")


@pytest.mark.parametrize(
    "kind",
    ["upvotes", "stars", "comments", "votes", "artefacts", "citations", "clicks", "position"],
)
@pytest.mark.parametrize("points", [0, -0.11])
def test_only_what_adds_points_is_a_reason(kind: str, points: float) -> None:
    component = one(1, gain=1, window_gain=1)
    assert len(explain({kind: component})) == 1
    assert explain({kind: component | {"points": points}}) == []


def test_what_rounds_to_zero_is_not_mentioned() -> None:
    assert (
        explain({"upvotes": one(0.4), "comments": one(0.3), "stars": one(9, window_gain=0.2)}) == []
    )
    assert explain({"upvotes": one(7, gain=0.3)}) == ["▲ 7 votes"]


def test_a_day_without_gain_is_not_mentioned() -> None:
    assert explain({"upvotes": one(1)}) == ["▲ 1 vote"]


def test_the_strongest_signal_comes_first() -> None:
    components = {"upvotes": one(3, points=1.5), "position": one(1, points=2.0)}
    assert explain(components) == ["number 1 of its list", "▲ 3 votes"]


def test_stars_are_explained_by_their_gain() -> None:
    assert explain({"stars": one(1234, window_gain=56)}) == ["★ 56 more stars, 1,234 in all"]
    assert explain({"stars": one(80, window_gain=1)}) == ["★ 1 more star, 80 in all"]
    assert explain({"stars": one(99_000)}) == []


def test_a_signal_at_zero_is_no_reason() -> None:
    assert explain({"upvotes": one(0), "comments": one(0), "citations": one(9, points=0)}) == []


def test_it_uses_singular_and_plural() -> None:
    assert explain({"comments": one(1)}) == ["1 comment"]
    assert explain({"votes": one(2)}) == ["liked by 2 readers here"]


def test_a_weaker_paper_in_first_place_is_explained() -> None:
    components = {"upvotes": one(9), "first_place": {"own_value": 1.0, "above": 7}}
    assert explain(components)[-1].startswith("first because two signals")


def test_components_of_another_formula_are_left_out() -> None:
    assert explain({"lift": {"video": 1.2}, "magic": {"points": 3}}) == []


@pytest.mark.parametrize("upvotes", ["many", 7, None, {}, {"points": "x"}, {"points": 1}])
def test_a_component_in_another_form_is_left_out(upvotes: object) -> None:
    stars = {"points": 1, "window_gain": 3, "value": 30}
    assert explain({"upvotes": upvotes, "stars": stars}) == ["★ 3 more stars, 30 in all"]
