"""A floor for each followed topic: what readers like must not push out what they follow. Pure."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

SHARE: Final = 2  # at most one of so many papers of a digest is there because of a floor


def floors(
    weights: NDArray[np.float64], worth: NDArray[np.float64], ordinary: NDArray[np.bool_], size: int
) -> list[int]:
    """The rows of the papers that a digest of this size must have, one for each topic.

    The best paper of each topic, those of most worth first, and at most half of the digest. A paper
    of two topics serves both of them; a topic without an ordinary paper has no floor.

    Args:
        weights: of shape (papers, followed topics); 0 where a paper is not of that topic.
        ordinary: which papers may be a floor: wanted, and trending no less than most.
    """
    if not weights.shape[1]:
        return []
    worths = np.where((weights > 0) & ordinary[:, None], worth[:, None], -np.inf)
    best = worths.argmax(axis=0)
    values = worths[best, np.arange(len(best))]
    rows: list[int] = []
    for column in np.argsort(-values, kind="stable"):
        if not np.isfinite(values[column]) or len(rows) == size // SHARE:
            break
        if not (weights[rows, column] > 0).any():
            rows.append(int(best[column]))
    return rows
