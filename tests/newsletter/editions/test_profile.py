from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.editions.profile import Floats, Profile, ages, blend, decay, taste

DAY = 20_000


def floats(*values: float) -> Floats:
    return np.array(values, np.float64)


# ── the profile ──────────────────────────────────────────────────────────────


def test_each_event_of_today_counts_as_one() -> None:
    profile = Profile(liked=((1, DAY), (2, DAY)), disliked=((3, DAY),))
    assert profile.weight(DAY) == 3


def test_an_event_counts_half_after_180_days() -> None:
    assert Profile(liked=((1, DAY - 180), (2, DAY - 360))).weight(DAY) == 0.75
    assert decay([0, 180, 360]).tolist() == [1, 0.5, 0.25]


def test_an_event_after_the_day_of_the_edition_counts_as_one_of_that_day() -> None:
    assert Profile(liked=((1, DAY + 3),)).weight(DAY) == 1
    assert ages([(1, DAY + 3), (2, DAY - 4)], DAY) == [0, 4]


def test_a_reader_without_events_has_no_weight() -> None:
    assert Profile().weight(DAY) == 0


def test_equal_profiles_share_a_hash() -> None:
    one, other = (Profile(((1, DAY),), ignored_topics=frozenset({"nlp", "llm"})) for _ in "ab")
    assert (one == other, hash(one) == hash(other)) == (True, True)
    assert one != Profile(((1, DAY),), balance=60)


# ── taste ────────────────────────────────────────────────────────────────────


def test_the_three_best_matches_of_each_candidate_count() -> None:
    liked = [floats(0.9, 0.1), floats(0.6, 0.2), floats(0.3, 0.3), floats(0.0, 0.4)]
    assert taste(liked, [0] * 4, [], []) == pytest.approx([0.6, 0.3])


def test_fewer_liked_papers_than_three_all_count() -> None:
    assert taste([floats(0.8, 0.2), floats(0.4, 0.2)], [0, 0], [], []) == pytest.approx([0.6, 0.2])


def test_half_of_the_best_matches_against_disliked_papers_is_subtracted() -> None:
    disliked = [floats(0.0, 0.8), floats(0.2, 0.4)]
    found = taste([floats(0.5, 0.5)], [0], disliked, [0, 0])
    assert found == pytest.approx([0.5 - 0.05, 0.5 - 0.3])


def test_what_is_only_like_disliked_papers_comes_last() -> None:
    assert taste([], [], [floats(0.9, 0.1)], [0]) == pytest.approx([-0.45, -0.05])


def test_a_match_with_an_old_event_counts_less() -> None:
    old, new = floats(0.8, 0.0), floats(0.0, 0.8)
    found = taste([old, new], [180, 0], [], [])
    assert found[0] < found[1]


def test_of_one_liked_paper_what_is_typical_of_the_edition_does_not_count() -> None:
    found = taste([floats(0.8, 0.7)], [0], [], [], floats(0.3, 0.0))
    assert found == pytest.approx([0.5, 0.7])


def test_the_more_papers_are_liked_the_less_of_what_is_typical_is_subtracted() -> None:
    found = taste([floats(0.8, 0.7)] * 6, [0] * 6, [], [], floats(0.3, 0.0))
    assert found == pytest.approx([0.75, 0.7])


def test_what_is_typical_counts_in_full_for_360_days_and_then_as_four_times_the_event() -> None:
    liked, typical = [floats(0.8, 0.7)], floats(0.3, 0.0)
    assert taste(liked, [180], [], [], typical) == pytest.approx([0.4 - 0.3, 0.35])
    assert taste(liked, [360], [], [], typical) == pytest.approx([0.2 - 0.3, 0.175])
    assert taste(liked, [720], [], [], typical) == pytest.approx([0.05 - 0.075, 0.04375])


def test_of_disliked_papers_alone_nothing_typical_is_subtracted() -> None:
    found = taste([], [], [floats(0.9, 0.1)], [0], floats(0.3, 0.0))
    assert found == pytest.approx([-0.45, -0.05])


def test_no_events_give_an_empty_taste() -> None:
    assert taste([], [], [], []).size == 0
    assert taste([], [], [], [], floats(0.3, 0.0)).size == 0


# ── the blend ────────────────────────────────────────────────────────────────

DECLARED, TREND = floats(1.0, 0.0, 0.3), floats(-0.1, 1.3, -1.2)
LIKING = floats(0.1, 0.1, 0.7)


def test_without_events_the_declared_worth_and_the_trend_count_as_they_are() -> None:
    assert blend(DECLARED, TREND, LIKING, 0).tolist() == (TREND + DECLARED).tolist()


@pytest.mark.parametrize("unknown", [floats(), floats(0.4, 0.4, 0.4)])
def test_a_taste_that_tells_nothing_changes_nothing(unknown: Floats) -> None:
    assert blend(DECLARED, TREND, unknown, 20).tolist() == (TREND + DECLARED).tolist()


def test_two_events_count_half() -> None:
    z = (LIKING - LIKING.mean()) / LIKING.std()
    expected = 0.325 * TREND + 0.5 * DECLARED + 0.5 * z
    assert blend(DECLARED, TREND, LIKING, 2) == pytest.approx(expected)


def test_one_event_of_a_reader_who_follows_no_topics_nearly_decides() -> None:
    z = (LIKING - LIKING.mean()) / LIKING.std()
    found = blend(np.zeros(3), TREND, LIKING, 1, follows=False)
    assert found == pytest.approx(0.1 * TREND + z, abs=0.1)


def test_with_many_events_a_tenth_of_the_trend_is_left() -> None:
    flat = np.zeros(3)
    many = blend(flat, TREND, LIKING, 1e9) - blend(flat, flat, LIKING, 1e9)
    assert many == pytest.approx(0.1 * TREND)


def test_what_a_reader_named_counts_fully_whatever_was_learned() -> None:
    named = floats(4.0, 0.0, 0.0)
    difference = blend(DECLARED, TREND, LIKING, 20, named=named) - blend(
        DECLARED, TREND, LIKING, 20
    )
    assert difference == pytest.approx(named)


def test_the_balance_popular_ranks_by_trend_alone() -> None:
    assert blend(DECLARED, TREND, LIKING, 5, balance=0) == pytest.approx(TREND)


def test_the_balance_personal_leaves_the_trend_out() -> None:
    personal = blend(DECLARED, TREND, LIKING, 5, balance=100)
    assert personal == pytest.approx(blend(DECLARED, np.zeros(3), LIKING, 5))


def test_the_balance_moves_evenly_between_its_ends() -> None:
    ends = [blend(DECLARED, TREND, LIKING, 5, balance=end) for end in (0, 50, 100)]
    assert blend(DECLARED, TREND, LIKING, 5, balance=25) == pytest.approx((ends[0] + ends[1]) / 2)
    assert blend(DECLARED, TREND, LIKING, 5, balance=75) == pytest.approx((ends[1] + ends[2]) / 2)


@given(
    st.integers(1, 30).flatmap(
        lambda size: st.tuples(*[st.lists(st.floats(-2, 2), min_size=size, max_size=size)] * 3)
    ),
    st.floats(0, 40),
    st.integers(0, 100),
)
def test_the_worth_is_always_a_number(
    columns: tuple[list[float], ...], n: float, balance: int
) -> None:
    declared, trend, liking = (floats(*column) for column in columns)
    worth = blend(declared, trend, liking, n, balance)
    assert np.isfinite(worth).all()
    assert worth.shape == declared.shape
