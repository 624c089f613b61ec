from collections.abc import Sequence

import numpy as np
import pytest

from newsletter.editions.personal.likeness import Likeness, Matches, likeness
from newsletter.editions.profile import z_scores

NO_ROWS = np.zeros((0, 4), np.float32)


def matches(
    liked: Sequence[Sequence[float]] = (),
    disliked: Sequence[Sequence[float]] = (),
    compared: Sequence[bool] = (True,) * 4,
) -> Matches:
    """Rows of likeness against four candidates; the liked papers are 101, 102 …"""
    return Matches(
        range(101, 101 + len(liked)),
        np.array(liked, np.float32) if liked else NO_ROWS,
        [0.0] * len(liked),
        np.array(disliked, np.float32) if disliked else NO_ROWS,
        [0.0] * len(disliked),
        float(len(liked) + len(disliked)),
        np.array(compared),
    )


def likeness_of(found: Matches, *ignored: int) -> Likeness:
    return likeness(found, np.isin(np.arange(4), ignored))


def test_the_values_are_the_taste_and_z_their_distance_from_the_mean() -> None:
    found = likeness_of(matches([[0.8, 0.2, 0.2, 0.2]]))
    assert found.values.tolist() == pytest.approx([0.8, 0.2, 0.2, 0.2])
    assert found.z.tolist() == pytest.approx([3**0.5, -(3**-0.5), -(3**-0.5), -(3**-0.5)])


def test_what_is_typical_of_the_edition_counts_less() -> None:
    found = matches([[0.8, 0.7, 0.2, 0.2]])._replace(typical=np.array([0.3, 0, 0, 0], np.float32))
    assert likeness_of(found).values.tolist() == pytest.approx([0.5, 0.7, 0.2, 0.2])


def test_much_like_is_a_standard_deviation_above_the_mean() -> None:
    assert likeness_of(matches([[0.8, 0.2, 0.2, 0.2]])).is_much.tolist() == [True] + [False] * 3


def test_without_a_liked_paper_nothing_is_much_like_the_profile() -> None:
    found = likeness_of(matches(disliked=[[0.9, 0.9, 0.9, 0.0]]))
    assert found.z[3] > 1
    assert found.is_much.tolist() == [False] * 4


def test_likeness_does_not_count_for_an_ignored_paper_but_still_counts_against_it() -> None:
    liked = [[0.8, 0.4, 0.4, 0.0]]
    usual = 0.8 / 3
    assert likeness_of(matches(liked), 0).values.tolist() == pytest.approx([usual, 0.4, 0.4, 0.0])
    assert likeness_of(matches(liked), 3).values.tolist() == pytest.approx([0.8, 0.4, 0.4, 0.0])


def test_an_ignored_paper_that_alone_is_like_a_liked_one_is_like_it_no_more() -> None:
    assert likeness_of(matches([[0.8, 0.2, 0.2, 0.2]]), 0).z.tolist() == pytest.approx([0.0] * 4)


def test_where_all_papers_are_ignored_all_are_alike() -> None:
    assert likeness_of(matches([[0.8, 0.4, 0.4, 0.0]]), 0, 1, 2, 3).z.tolist() == [0.0] * 4


def test_a_candidate_without_a_vector_is_as_like_as_the_usual_one() -> None:
    found = likeness_of(matches([[0.9, 0.1, 0.2, 0.0]], compared=[True, True, True, False]))
    assert found.values.tolist() == pytest.approx([0.9, 0.1, 0.2, 0.4])
    assert not found.is_much[3]


def test_where_nothing_can_be_compared_all_are_alike() -> None:
    for nothing in (matches(), matches([[0.0] * 4], compared=[False] * 4)):
        assert likeness_of(nothing).z.tolist() == [0.0] * 4


def test_the_nearest_liked_paper_is_named() -> None:
    rows = matches([[0.8, 0.1, 0.2, 0.3], [0.1, 0.7, 0.2, 0.4]])
    found = likeness_of(rows)
    assert [found.nearest(row).paper_id for row in range(4)] == [101, 102, 101, 102]
    assert likeness_of(rows._replace(liked_kinds="vm")).nearest(1) == (102, "m")


def test_dislike_is_the_likeness_to_the_nearest_disliked_paper() -> None:
    found = likeness_of(matches(disliked=[[0.5, 0.0, 0.0, 0.25], [0.0, 0.75, 0.0, 0.0]])).dislike
    assert found is not None
    assert found.tolist() == [0.5, 0.75, 0.0, 0.25]
    assert likeness_of(matches([[0.1] * 4])).dislike is None


def test_equal_values_are_at_no_distance_from_their_mean() -> None:
    assert z_scores(np.array([2.0, 2.0])).tolist() == [0.0, 0.0]
    assert z_scores(np.full(3, 0.1)).tolist() == [0.0, 0.0, 0.0]
    assert z_scores(np.zeros(0)).tolist() == []
    assert z_scores(np.array([1.0, 3.0])).tolist() == [-1.0, 1.0]
