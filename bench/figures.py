"""Several rounds of one figure: its median, and how far the rounds lie apart."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that was measured several times."""

    median: float
    least: float
    most: float

    def divided(self, by: float) -> Figure:
        return Figure(self.median / by, self.least / by, self.most / by)

    def as_json(self) -> dict[str, float]:
        return asdict(self)

    def __format__(self, form: str) -> str:
        """ "2.10 (1.98 to 2.33)", each number by the form."""
        return f"{self.median:{form}} ({self.least:{form}} to {self.most:{form}})"


def figure(values: Iterable[float]) -> Figure:
    found = list(values)
    return Figure(statistics.median(found), min(found), max(found))


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Round by round, for both met the same weather."""
    return [one / other for one, other in zip(ours, theirs, strict=True)]
