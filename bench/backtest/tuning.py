"""Whether other weights are better, judged on weeks that had no part in choosing them.

For each week, the best of a grid is chosen on all other weeks and judged on that one.
The gain over the weights in force is the value of tuning; with a dozen weeks it is mostly
chance, and a gain whose interval contains zero is no gain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from itertools import product
from typing import Any, Final

import numpy as np

from bench.backtest.metrics import interval, ndcg
from bench.backtest.rankers import ours
from bench.backtest.recorded_lists import RecordedList
from papers.ranking.weights import WEIGHTS, Weights

GRID: Final[dict[str, tuple[float, ...]]] = {
    "comments": (0.0, 0.05, 0.1, 0.15, 0.2),
    "prior_exposure": (0.05, 0.15, 0.3),
    "week": (3.0, 5.0, 8.0),  # the half-life
}


def candidates() -> list[Weights]:
    return [_weights(**dict(zip(GRID, values, strict=True))) for values in product(*GRID.values())]


def _weights(*, comments: float, prior_exposure: float, week: float) -> Weights:
    half_life = {**WEIGHTS.half_life, "week": week}
    return replace(WEIGHTS, comments=comments, prior_exposure=prior_exposure, half_life=half_life)


def cross_validate(lists: Sequence[RecordedList]) -> dict[str, Any]:
    """What weights chosen on the other weeks gain over those in force; printed, and as JSON."""
    known = np.array([[_ndcg(one, weights) for one in lists] for weights in candidates()])
    in_force = np.array([_ndcg(one, WEIGHTS) for one in lists])
    gain = interval(held_out(known) - in_force)
    seen = float((known.mean(axis=1) - in_force.mean()).max())
    print(
        f"\nTuning, cross-validated over {len(lists)} weeks: weights chosen from {len(known)} gain "
        f"{gain.mean:+.3f} [{gain.low:+.3f}, {gain.high:+.3f}] over ours on weeks that had no part "
        f"in the choice, and {seen:+.3f} on the weeks they were chosen on."
    )
    return {"candidates": len(known), "gain": asdict(gain), "gain_where_chosen": seen}


def held_out(known: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Each week's value for the weights that are the best of all other weeks.

    Args:
        known: values of shape (weights, weeks).
    """
    others = known.sum(axis=1, keepdims=True) - known
    return np.asarray(known[others.argmax(axis=0), np.arange(known.shape[1])])


def _ndcg(recorded: RecordedList, weights: Weights) -> float:
    settled = {entry.paper_id: entry.settled for entry in recorded.entries}
    return ndcg([settled[paper_id] for paper_id in ours(recorded, weights)], recorded.cut)
