"""What a run fetched from a source, and how it is stored.

A run may end early: a quota is used up, a service is down. What was fetched before is stored, and
`error` is the reason why there was no more. The next run starts with what was read longest ago.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeVar

from django.core.cache import cache
from django.db import transaction

from papers.catalogue.classify import classify
from papers.catalogue.counts import counted, left_out
from papers.catalogue.ingest import IngestReport, ingest
from papers.fetched import FetchedPaper
from papers.sources import SourceError
from papers.sources.parsed import warn_of

T = TypeVar("T")
R = TypeVar("R")
_MAX_FAILURES: Final = 3  # in a row; then the service is at fault and not the item
_MISSING_SECONDS: Final = 3 * 86_400  # before a missing item is requested again


@dataclass(frozen=True, slots=True)
class FetchReport:
    """How many papers a run read, how many of them are new, and how many signals it added.

    `unknown` counts what the service does not have, which is no error. `left_out` counts the rows
    that could not be read, `fields_left_out` what could not be read of the others. `error` is the
    last error of a run that stored at least something.
    """

    papers: int = 0
    new: int = 0
    signals: int = 0
    unknown: int = 0
    error: SourceError | None = None
    left_out: int = 0
    fields_left_out: int = 0

    @classmethod
    def of(cls, ingested: IngestReport) -> FetchReport:
        """The report of a run that did one ingest."""
        papers = ingested.new + ingested.updated + ingested.unchanged
        return cls(
            papers=papers,
            new=ingested.new,
            signals=ingested.signals,
            fields_left_out=ingested.fields_left_out,
        )

    def __add__(self, other: FetchReport) -> FetchReport:
        return FetchReport(
            self.papers + other.papers,
            self.new + other.new,
            self.signals + other.signals,
            self.unknown + other.unknown,
            other.error or self.error,
            self.left_out + other.left_out,
            self.fields_left_out + other.fields_left_out,
        )

    def __str__(self) -> str:
        papers, signals = counted(self.papers, "paper"), counted(self.signals, "signal")
        stored = f"{papers}, {self.new} new; {signals}"
        unknown = f"; {self.unknown} unknown there" if self.unknown else ""
        return stored + unknown + left_out(self.left_out, self.fields_left_out)

    def ended_by(self, error: SourceError) -> FetchReport:
        """The same report with `error`.

        Raises:
            SourceError: `error` itself, when the run stored nothing.
        """
        if not (self.papers or self.unknown):
            raise error
        return replace(self, error=error)


class FetchLoop:
    """The loop of one run: it reads items one by one and stores them in batches.

    An item that fails is left out, and the loop goes on with the next one. A used-up quota and
    three failures in a row are faults of the service: the loop ends.
    """

    def __init__(self) -> None:
        self._report = FetchReport()
        self._error: SourceError | None = None
        self._failures = 0
        self._is_over = False

    def each(
        self,
        items: Iterable[T],
        read: Callable[[T], R | None],
        store: Callable[[Sequence[R]], FetchReport],
        *,
        on_missing: Callable[[T], object] = lambda _: None,
        batch_size: int = 20,
    ) -> None:
        """Read each of `items`, and store the results, `batch_size` at a time.

        `on_missing` is called with each item that the service does not have (`read` returns
        None) or refuses for good: the caller should not request it again soon.
        """
        batch: list[R] = []
        for item in items:
            if self._is_over:
                break
            if (found := self._read(item, read, on_missing)) is not None:
                batch.append(found)
            if len(batch) >= batch_size:
                self._report += store(batch)
                batch = []
        if batch:
            self._report += store(batch)

    def end(self) -> FetchReport:
        """What the run stored.

        Raises:
            SourceError: it stored nothing, and at least one item failed.
        """
        report, error = self._report, self._error
        if error is None:
            return report
        if not self._is_over and (report.papers or report.unknown):
            # A permanent error: the items that were left out must not bring all the others
            # forward to an early retry.
            error = SourceError(f"left out: {error.reason}")
        return report.ended_by(error)

    def _read(
        self, item: T, read: Callable[[T], R | None], on_missing: Callable[[T], object]
    ) -> R | None:
        try:
            found = read(item)
        except SourceError as error:
            self._count_failure(error)
            if error.permanent:
                on_missing(item)
            return None
        self._failures = 0
        if found is None:
            on_missing(item)
            self._report += FetchReport(unknown=1)
        return found

    def _count_failure(self, error: SourceError) -> None:
        self._failures += 1
        self._is_over = error.retry_after is not None or self._failures >= _MAX_FAILURES
        self._error = error


def missing(source: str, keys: Iterable[str]) -> set[str]:
    """Those of `keys` that `source` did not have, or refused for good, in the last three days."""
    by_cache_key = {_cache_key(source, key): key for key in keys}
    return {by_cache_key[found] for found in cache.get_many(by_cache_key)}


def remember_missing(source: str, key: str) -> None:
    """Add `key` to what is `missing` at `source` for three days."""
    cache.set(_cache_key(source, key), True, _MISSING_SECONDS)


def _cache_key(source: str, key: str) -> str:
    return f"source:missing:{source}:{key}"


def store_papers(
    source: str,
    papers: Sequence[FetchedPaper],
    *,
    read_at: datetime,
    rows_left_out: Sequence[str] = (),
) -> FetchReport:
    """Store papers as `ingest_and_classify` does; all or nothing.

    Args:
        rows_left_out: the reasons for the rows of the answer that could not be read. They are
            logged and counted, with those for fields of the papers.
    """
    fields = [reason for paper in papers for reason in paper.left_out]
    warn_of([*rows_left_out, *fields], source)
    report = FetchReport(left_out=len(rows_left_out))
    if not papers:
        return report
    return report + FetchReport.of(ingest_and_classify(source, papers, read_at=read_at))


def ingest_and_classify(
    source: str, papers: Sequence[FetchedPaper], *, read_at: datetime
) -> IngestReport:
    """Store `papers` and classify the new and the changed ones; all or nothing."""
    # One transaction: if only the ingest were stored, its repeat would find the papers unchanged
    # and classify none of them.
    with transaction.atomic():
        report = ingest(source, papers, read_at=read_at)
        if report.paper_ids:
            classify(report.paper_ids)
    return report
