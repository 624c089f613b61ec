"""The quality of an order, and how certain it is with two dozen weeks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

RESAMPLES: Final = 10_000
SEED: Final = 20_260_314


def ndcg(settled: Sequence[float], cut: int) -> float:
    """Normalised discounted cumulative gain of the first `cut`; the gain is the count itself.

    Args:
        settled: the settled upvotes of the papers in the order that is judged.

    Not the logarithm of the count: with it even date order would seem good.
    """
    best = _discounted(sorted(settled, reverse=True)[:cut])
    return _discounted(settled[:cut]) / best if best else 1.0


def _discounted(gains: Sequence[float]) -> float:
    return math.fsum(gain / math.log2(place + 2) for place, gain in enumerate(gains))


def precision(settled: Sequence[float], cut: int) -> float:
    """The share of the first `cut` that belong there, by votes; equal votes belong there too."""
    least = sorted(settled, reverse=True)[:cut][-1]
    return sum(1 for count in settled[:cut] if count >= least) / len(settled[:cut])


def mean_settled(settled: Sequence[float], cut: int) -> float:
    return math.fsum(settled[:cut]) / len(settled[:cut])


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over lists, and the interval with 95 % of the means of resampled lists."""

    mean: float
    low: float
    high: float


def interval(values: Sequence[float] | np.ndarray[Any, Any]) -> Interval:
    """By bootstrap over the lists, which are taken to be independent; papers of one are not.

    The same seed each time, so intervals of differences are paired, and runs agree.
    """
    given = np.asarray(values, dtype=float)
    drawn = np.random.default_rng(SEED).integers(len(given), size=(RESAMPLES, len(given)))
    low, high = np.quantile(given[drawn].mean(axis=1), [0.025, 0.975])
    return Interval(float(given.mean()), float(low), float(high))
