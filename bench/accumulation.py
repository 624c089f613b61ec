"""Simulated re-reads: how the votes between the recorded read and the settled count may come.

Assumed, since nobody recorded it: every later vote arrives by itself, after a delay drawn
from one exponential distribution for all papers, around the clock and at weekends too. The
counter is read each six hours. `SPEEDS` holds two guesses on either side of what is likely.
Comments and stars stay as they were recorded. Nothing here knows our own clock or curve of
attention.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

import numpy as np

from bench.history import Entry, History

DAY: Final = 86_400.0
SPEEDS: Final = {"fast": 1.0, "slow": 7.0}  # days in which half of the later votes arrive
READ_EVERY: Final = DAY / 4
SEED: Final = 1_933


def accumulated(histories: Iterable[History], half_life: float, draw: int) -> list[History]:
    """The same lists with re-reads up to their moment; another `draw`, other arrivals."""
    random = np.random.default_rng([SEED, draw])
    return [_reread_all(history, half_life, random) for history in histories]


def _reread_all(history: History, half_life: float, random: np.random.Generator) -> History:
    entries = [_reread(entry, history.until, half_life, random) for entry in history.entries]
    return replace(history, entries=entries)


def _reread(entry: Entry, until: datetime, half_life: float, random: np.random.Generator) -> Entry:
    """The paper with further reads of its upvotes; it ends at most at its settled count."""
    first_at, first = entry.upvotes[-1]
    missing = max(round(entry.settled - first), 0)
    arrivals = first_at + np.sort(random.exponential(half_life * DAY / np.log(2), missing))
    times = np.arange(first_at + READ_EVERY, until.timestamp(), READ_EVERY)
    levels = first + np.searchsorted(arrivals, times, side="right")
    later = tuple(zip(times.tolist(), levels.tolist(), strict=True))
    return replace(entry, reads={**entry.reads, "upvotes": (*entry.upvotes, *later)})
