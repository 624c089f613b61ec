"""What a run of a source brought, and how it is stored.

A run may end early: a quota is used up, a service is down. What came until then is kept, and
`trouble` says why there was no more; the next run goes on with what was read longest ago.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeVar

from django.core.cache import cache
from django.db import transaction

from papers.catalogue.classify import classify
from papers.catalogue.ingest import counted, ingest
from papers.fetched import FetchedPaper
from papers.sources import SourceError

T = TypeVar("T")
R = TypeVar("R")
_IN_A_ROW: Final = 3  # failures, after which it is the service and not the paper
_ASK_AGAIN: Final = 3 * 86_400  # seconds, for what a service did not have


@dataclass(frozen=True, slots=True)
class Harvest:
    """Papers that a run told of, how many of them are new, and signals that it added.

    `unknown` counts what the service does not have, which is no trouble. `trouble` is what
    went wrong last, though the run has kept what it got.
    """

    papers: int = 0
    new: int = 0
    signals: int = 0
    unknown: int = 0
    trouble: SourceError | None = None

    def __add__(self, other: Harvest) -> Harvest:
        return Harvest(
            self.papers + other.papers,
            self.new + other.new,
            self.signals + other.signals,
            self.unknown + other.unknown,
            other.trouble or self.trouble,
        )

    def __str__(self) -> str:
        papers, signals = counted(self.papers, "paper"), counted(self.signals, "signal")
        told = f"{papers}, {self.new} new; {signals}"
        return f"{told}; {self.unknown} unknown there" if self.unknown else told

    def ended_by(self, error: SourceError) -> Harvest:
        """The same, with what went wrong.

        Raises:
            SourceError: `error` itself, when there is nothing that could be kept.
        """
        if not (self.papers or self.unknown):
            raise error
        return replace(self, trouble=error)


class Gathering:
    """One run: things are read one by one and stored some at a time, whatever happens.

    What fails alone is left out, so that it cannot keep others from their turn. A used-up
    quota and three failures in a row are the service's doing: the run is over.
    """

    def __init__(self) -> None:
        self._harvest = Harvest()
        self._last: SourceError | None = None
        self._failures = 0
        self._is_over = False

    def each(
        self,
        things: Iterable[T],
        read: Callable[[T], R | None],
        store: Callable[[Sequence[R]], Harvest],
        *,
        forget: Callable[[T], object] = lambda _: None,
        together: int = 20,
    ) -> None:
        """Read each of `things`, and store what came, `together` at a time.

        `forget` is called with what the service does not have (`read` gives None) and with
        what it will not give: it should not be asked for again soon.
        """
        waiting: list[R] = []
        for thing in things:
            if self._is_over:
                break
            if (found := self._read(thing, read, forget)) is not None:
                waiting.append(found)
            if len(waiting) >= together:
                self._harvest += store(waiting)
                waiting = []
        if waiting:
            self._harvest += store(waiting)

    def end(self) -> Harvest:
        """What the run brought.

        Raises:
            SourceError: nothing but trouble.
        """
        harvest, error = self._harvest, self._last
        if error is None:
            return harvest
        if not self._is_over and (harvest.papers or harvest.unknown):
            # What was left out is no reason to read all the others again before their time.
            error = SourceError(f"left out: {error.reason}")
        return harvest.ended_by(error)

    def _read(
        self, thing: T, read: Callable[[T], R | None], forget: Callable[[T], object]
    ) -> R | None:
        try:
            found = read(thing)
        except SourceError as error:
            self._note(error)
            if error.permanent:
                forget(thing)
            return None
        self._failures = 0
        if found is None:
            forget(thing)
            self._harvest += Harvest(unknown=1)
        return found

    def _note(self, error: SourceError) -> None:
        self._failures += 1
        self._is_over = error.retry_after is not None or self._failures >= _IN_A_ROW
        self._last = error


def missing(source: str, keys: Iterable[str]) -> set[str]:
    """Those of `keys` that `source` did not have, or choked on, within the last three days."""
    by_place = {_place(source, key): key for key in keys}
    return {by_place[place] for place in cache.get_many(by_place)}


def remember_missing(source: str, key: str) -> None:
    """Do not ask `source` for `key` again for three days."""
    cache.set(_place(source, key), True, _ASK_AGAIN)


def _place(source: str, key: str) -> str:
    return f"source:missing:{source}:{key}"


def take_in(source: str, papers: Sequence[FetchedPaper], read_at: datetime) -> Harvest:
    """Store `papers` and give the new and the changed ones their topics; all or nothing."""
    # One transaction: a second run would find its papers unchanged and classify none of them.
    with transaction.atomic():
        report = ingest(source, papers, read_at=read_at)
        if report.paper_ids:
            classify(report.paper_ids)
    told = report.new + report.updated + report.unchanged
    return Harvest(papers=told, new=report.new, signals=report.signals)
