from collections import Counter

import numpy as np
import pytest

from newsletter.editions.personal.exploration import DRAWS, draw, outside, strong, with_explored

PAPERS = 40
FALLING = np.linspace(2.0, -2.0, PAPERS)  # the first ten are strong


def explored(
    similarity: np.ndarray | None = None,
    dislike: np.ndarray | None = None,
    *,
    but: tuple[int, ...] = (),
) -> list[int]:
    """The rows to explore with; by default the even rows are unlike the profile."""
    allowed = strong(FALLING)
    allowed[list(but)] = False
    usual = np.arange(PAPERS) % 2.0 if similarity is None else similarity
    return outside(FALLING, usual, dislike, allowed)


def test_the_five_most_trending_papers_outside_of_the_profile_are_explored() -> None:
    assert explored() == [0, 2, 4, 6, 8]


def test_a_paper_that_is_not_strong_is_never_explored() -> None:
    only_the_weak_are_unlike = (np.arange(PAPERS) < 25).astype(float)
    assert explored(only_the_weak_are_unlike) == []


def test_a_paper_that_may_not_be_sent_is_not_explored() -> None:
    assert explored(but=(0, 4)) == [2, 6, 8]


def test_a_paper_like_a_disliked_one_is_not_explored() -> None:
    dislike = np.zeros(PAPERS)
    dislike[[2, 6]] = 0.9
    assert explored(dislike=dislike) == [0, 4, 8]


def test_where_all_are_equally_alike_nothing_is_outside() -> None:
    assert explored(np.zeros(PAPERS)) == []
    assert outside(np.zeros(0), np.zeros(0), None, np.zeros(0, np.bool_)) == []


def test_the_strong_papers_are_the_most_trending_quarter() -> None:
    assert np.flatnonzero(strong(FALLING)).tolist() == list(range(10))
    assert strong(np.zeros(0)).tolist() == []


def test_a_draw_is_the_same_for_an_edition_and_a_reader_on_every_machine() -> None:
    assert [draw(7, reader) for reader in range(1, 6)] == [51, 14, 42, 27, 16]
    assert draw(8, 1) != draw(7, 1)


def test_draws_are_spread_evenly() -> None:
    counts = Counter(draw(3, reader) for reader in range(DRAWS * 200))
    assert set(counts) == set(range(DRAWS))
    assert 130 < min(counts.values()) <= max(counts.values()) < 270


def test_the_explored_paper_takes_the_place_of_the_last_in_the_last_third() -> None:
    picks = list("abcdefghij")
    assert with_explored(picks, ["X", "Y"], 0) == (list("abcdefgXhi"), 7)
    assert with_explored(picks, ["X", "Y"], 1) == (list("abcdefgYhi"), 7)
    assert with_explored(picks, ["X", "Y"], 5) == (list("abcdefghXi"), 8)
    assert with_explored(picks, ["X", "Y"], 10) == (list("abcdefghiX"), 9)


@pytest.mark.parametrize("size", [5, 6, 9, 10, 14, 20, 50])
def test_every_draw_keeps_all_papers_but_the_last(size: int) -> None:
    picks = [str(number) for number in range(size)]
    places = set()
    for number in range(DRAWS):
        chosen, place = with_explored(picks, ["X"], number)
        assert place is not None
        assert (chosen[place], len(chosen)) == ("X", size)
        assert [one for one in chosen if one != "X"] == picks[:-1]
        places.add(place)
    assert min(places) >= size - max(size // 3, 1)


def test_without_a_paper_from_outside_the_digest_stays_as_it_is() -> None:
    assert with_explored(["a", "b"], [], 3) == (["a", "b"], None)
