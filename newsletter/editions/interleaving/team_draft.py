"""Team draft: two rankings take turns in choosing one list, so that both have the same chances.

In each round a coin decides which of the two chooses first; each adds its best paper that is not in
the list yet. What a reader then likes counts for the ranking that chose it. (Radlinski, Kurup and
Joachims, "How does clickthrough data reflect retrieval quality?", CIKM 2008.)
"""

from __future__ import annotations

import random
from collections.abc import Hashable, Iterator, Sequence
from itertools import count
from typing import TypeVar

T = TypeVar("T", bound=Hashable)


def team_draft(a: Sequence[T], b: Sequence[T], seed: str) -> tuple[list[T], str]:
    """One list of at most the longer one's length, and who chose each: "ABBA".

    The same rankings and the same seed always give the same list.
    """
    coin = random.Random(seed)  # noqa: S311 (a fair coin that can be thrown again, no secret)
    size = max(len(a), len(b))
    chosen: dict[T, str] = {}
    left = {"A": _unchosen(a, chosen), "B": _unchosen(b, chosen)}
    for _ in count():
        before = len(chosen)
        for team in coin.choice(("AB", "BA")):
            best = next(left[team], None)
            if best is not None and len(chosen) < size:
                chosen[best] = team
        if len(chosen) in (before, size):
            break
    return list(chosen), "".join(chosen.values())


def _unchosen(ranked: Sequence[T], chosen: dict[T, str]) -> Iterator[T]:
    return (one for one in ranked if one not in chosen)
