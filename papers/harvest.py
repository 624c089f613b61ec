"""What a run of a source brought, and how it is stored.

A run may end early: a quota is used up, a service is down. What came until then is kept, and
`stopped` says why there was no more; the next run goes on with what was read longest ago.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from django.db import transaction

from papers.classify import classify
from papers.fetched import FetchedPaper
from papers.ingest import ingest
from papers.sources import SourceError


@dataclass(frozen=True, slots=True)
class Harvest:
    """Papers that a run told of, how many of them are new, and signals that it added.

    `unknown` counts what the service does not have: no failure, and not asked for again soon.
    """

    papers: int = 0
    new: int = 0
    signals: int = 0
    unknown: int = 0
    stopped: SourceError | None = None

    def __add__(self, other: Harvest) -> Harvest:
        return Harvest(
            self.papers + other.papers,
            self.new + other.new,
            self.signals + other.signals,
            self.unknown + other.unknown,
            self.stopped or other.stopped,
        )

    def but(self, error: SourceError) -> Self:
        """The same, ended early by `error`.

        Raises:
            SourceError: `error` itself, when there is nothing that could be kept.
        """
        if not (self.papers or self.unknown):
            raise error
        return replace(self, stopped=error)


def take_in(source: str, papers: Sequence[FetchedPaper], read_at: datetime) -> Harvest:
    """Store `papers` and give the new and the changed ones their topics; all or nothing."""
    # One transaction: a second run would find its papers unchanged and classify none of them.
    with transaction.atomic():
        report = ingest(source, papers, read_at=read_at)
        if report.paper_ids:
            classify(report.paper_ids)
    told = report.new + report.updated + report.unchanged
    return Harvest(papers=told, new=report.new, signals=report.signals)
