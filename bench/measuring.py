"""Mails of one run, and a figure over several rounds."""

from __future__ import annotations

import os
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass


def is_quick() -> bool:
    """Whether QUICK=1 asks for small sizes: they show that it runs; no figure may be quoted."""
    return os.environ.get("QUICK", "") not in ("", "0")


@dataclass(frozen=True, slots=True)
class Sending:
    """So many mails, once: the seconds they took, and the senders' processor time."""

    mails: int
    seconds: float
    cpu_seconds: float

    @property
    def rate(self) -> float:
        """Mails a second."""
        return self.mails / self.seconds

    @property
    def cpu_us(self) -> float:
        """Microseconds of the senders' processors a mail."""
        return self.cpu_seconds / self.mails * 1e6


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that was measured in several rounds."""

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
    """Round by round: the load of the machine was the same for both."""
    return [one / other for one, other in zip(ours, theirs, strict=True)]
