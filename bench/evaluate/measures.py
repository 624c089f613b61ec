"""The quality of scores against what readers said or did, and how certain it is."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.floating[Any]]
RESAMPLES: Final = 2_000
SEED: Final = 20_260_314
_SAME: Final = 1e-9  # scores that are closer than this are a tie: 32-bit sums differ by as much


class Pairs(NamedTuple):
    """What a reader's pairs of rated papers add to the figures of `gold`.

    `lost` of `differences` rating points; `easy_right` of `easy` pairs, and the same of hard ones.
    """

    lost: float
    differences: float
    easy_right: float
    easy: int
    hard_right: float
    hard: int


def judged_pairs(ratings: Sequence[float], scores: Values) -> Pairs:
    """Judge the order of a reader's papers by all pairs of them whose ratings differ.

    The difference of two ratings is lost when the scores order them wrongly, and half of it at a
    tie, which counts half in the accuracies too. Easy: one is rated 4 or more, the other 2 or
    less. Hard: both are rated 4 or more.
    """
    lost = differences = easy_right = hard_right = 0.0
    easy = hard = 0
    for one, other in combinations(range(len(ratings)), 2):
        difference = ratings[one] - ratings[other]
        if not difference:
            continue
        right = _right(difference * float(scores[one] - scores[other]), abs(difference))
        low, high = sorted((ratings[one], ratings[other]))
        differences += abs(difference)
        lost += abs(difference) * (1 - right)
        if low <= 2 and high >= 4:
            easy, easy_right = easy + 1, easy_right + right
        elif low >= 4:
            hard, hard_right = hard + 1, hard_right + right
    return Pairs(lost, differences, easy_right, easy, hard_right, hard)


def _right(agreement: float, scale: float) -> float:
    if abs(agreement) < _SAME * scale:
        return 0.5
    return float(agreement > 0)


def recall_at(cut: int, scores: Values, place: int) -> float:
    """How probable it is that the paper of this place is among the first `cut`, ties at random."""
    better, tied = _rank(scores, place)
    return float(np.clip((cut - better) / (tied + 1), 0, 1))


def reciprocal_rank(scores: Values, place: int) -> float:
    """One divided by the rank of the paper of this place, on average over its ties."""
    better, tied = _rank(scores, place)
    return float(np.mean(1 / np.arange(better + 1, better + tied + 2)))


def _rank(scores: Values, place: int) -> tuple[int, int]:
    """How many papers have a higher score, and how many others the same."""
    difference = np.asarray(scores, np.float64) - float(scores[place])
    return int((difference > _SAME).sum()), int((abs(difference) <= _SAME).sum()) - 1


class Ratio(NamedTuple):
    """A sum over readers divided by another one, and the interval with 95 % of it."""

    value: float
    interval: tuple[float, float]


def ratio(parts: Sequence[float], wholes: Sequence[float] | None = None) -> Ratio | None:
    """The sum of the parts of all readers, divided by that of their wholes (or their number).

    By bootstrap over readers, with the same seed each time: intervals of differences are paired.
    None where the wholes are 0 together: there is nothing to judge.
    """
    above = np.asarray(parts, np.float64)
    below = np.ones(len(above)) if wholes is None else np.asarray(wholes, np.float64)
    if not below.sum():
        return None
    rng = np.random.default_rng(SEED)
    found = []
    for _ in range(RESAMPLES):
        drawn = rng.integers(len(above), size=len(above))
        if total := below[drawn].sum():
            found.append(above[drawn].sum() / total)
    low, high = np.quantile(found, [0.025, 0.975])
    return Ratio(float(above.sum() / below.sum()), (float(low), float(high)))
