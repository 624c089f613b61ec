"""One paper of a full digest from outside of the reader's profile. Pure.

A digest that holds only what its reader likes already can never learn that they like something
else. So one strong paper that is unlike their papers takes the last place, is shown in the last
third and marked; `newsletter.explored` counts what becomes of these papers.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")

SMALLEST: Final = 5  # papers of a digest: in a smaller one, one paper is too large a part
LEAST_EVENTS: Final = 3.0  # with fewer it is not known what is outside of the profile
BEST: Final = 5  # papers among which the draw chooses
DRAWS: Final = 60  # values of a draw: enough for BEST papers in each of 12 places
_STRONG: Final = 75  # percentile of the edition's trends, from which a paper is strong
_DISLIKED: Final = 75  # percentile of likeness to disliked papers, above which none is explored


def draw(edition_id: int, reader: int) -> int:
    """A number below DRAWS that looks random, always the same one for an edition and a reader."""
    digest = blake2b(b"explore %d %d" % (edition_id, reader), digest_size=8).digest()
    return int.from_bytes(digest) % DRAWS


def strong(trends: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which papers of an edition trend strongly enough to be explored with."""
    return np.asarray(trends >= np.percentile(trends, _STRONG)) if len(trends) else trends > 0


def outside(
    trends: NDArray[np.float64],
    similarity: NDArray[np.floating],
    dislike: NDArray[np.floating] | None,
    allowed: NDArray[np.bool_],
) -> list[int]:
    """The rows of at most BEST papers to explore with, the most trending first.

    Args:
        trends: of all papers of the edition.
        similarity: to the reader's profile; a paper is outside of it below the median.
        dislike: the likeness to the disliked paper that is nearest; None without any.
        allowed: which papers are `strong`, may be sent to this reader, and are not chosen already.
    """
    if not allowed.any():
        return []
    found = allowed & (similarity < _quantile(similarity, 50))
    if dislike is not None:
        found &= dislike <= _quantile(dislike, _DISLIKED)
    rows = np.flatnonzero(found)
    return [int(row) for row in rows[np.argsort(-trends[rows], kind="stable")[:BEST]]]


def _quantile(values: NDArray[np.floating], percent: int) -> float:
    """A value that so many percent lie below: one of the values, in a tenth of numpy's time."""
    place = min(len(values) * percent // 100, len(values) - 1)
    return float(np.partition(values, place)[place])


def with_explored(
    picks: Sequence[T], outside: Sequence[T], number: int
) -> tuple[Sequence[T], int | None]:
    """The picks, the last one replaced by one from outside, and the place of that one from 0.

    The draw's `number` says which one, and where in the last third; without one to explore with the
    picks stay as they are.
    """
    if not outside:
        return picks, None
    third = max(len(picks) // 3, 1)
    place = len(picks) - third + number // BEST % third
    explored = outside[number % BEST % len(outside)]
    kept = picks[:-1]
    return [*kept[:place], explored, *kept[place:]], place
