"""GitHub: each hour the stars of the repositories of papers of the last two weeks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db.models import F

from papers.catalogue.ingest import PaperSignals, add_signals
from papers.fetched import FetchedSignal
from papers.jobs.fetch import FRESH, last_read
from papers.jobs.fetching import FetchLoop, FetchReport, missing, remember_missing
from papers.models import Paper, Signal
from papers.sources.github import SOURCE, Repository, Starred, repository, starred
from papers.sources.http import Http

_MAX_REPOSITORIES: Final = 400  # in a run; without a token GitHub answers 60 requests an hour


@dataclass(slots=True)
class _Project:
    """A repository, its papers, and the stars that each had at the last read."""

    repository: Repository
    stars: dict[int, float | None] = field(default_factory=dict)

    @property
    def is_known(self) -> bool:
        """Whether the answer "unchanged" gives the stars of each of the papers."""
        return None not in self.stars.values()


def fetch_stars(http: Http, now: datetime) -> FetchReport:
    """Read the stars of each repository, those read longest ago first.

    An unchanged number is stored as a read too: a rise is dated by the read before it.

    Raises:
        SourceError: nothing was read at all.
    """
    loop = FetchLoop()
    loop.each(
        _projects_to_read(now),
        lambda project: _read(http, project),
        lambda reads: _store(http, reads, now),
        on_missing=lambda project: remember_missing(SOURCE, project.repository.key),
    )
    return loop.end()


def _read(http: Http, project: _Project) -> tuple[_Project, Starred] | None:
    found = starred(http, project.repository, is_known=project.is_known)
    return None if found is None else (project, found)


def _store(http: Http, reads: Sequence[tuple[_Project, Starred]], now: datetime) -> FetchReport:
    rows = [
        PaperSignals(paper, (FetchedSignal("stars", stars),), found.raw)
        for project, found in reads
        for paper, before in project.stars.items()
        if (stars := before if found.stars is None else found.stars) is not None
    ]
    signals = add_signals(SOURCE, rows, read_at=now)
    for project, found in reads:
        if found.repository.key != project.repository.key:
            Paper.objects.filter(pk__in=project.stars).update(code_url=found.repository.url)
        http.remember(found.response)
    return FetchReport(papers=len(rows), signals=signals)


def _projects_to_read(now: datetime) -> list[_Project]:
    """The repositories of fresh papers, each once, those never read first; at most 400."""
    papers = (
        Paper.listed.filter(is_sample=False, listed_on__gt=(now - FRESH).date())
        .filter(code_url__icontains="github.com/")
        .alias(read_at=last_read(SOURCE, Signal.Kind.STARS))
        .annotate(stars=last_read(SOURCE, Signal.Kind.STARS, "value"))
        .order_by(F("read_at").asc(nulls_first=True), "pk")
        .values_list("pk", "code_url", "stars")
    )
    projects: dict[str, _Project] = {}
    for pk, url, stars in papers:
        if found := repository(url):
            projects.setdefault(found.key, _Project(found)).stars[pk] = stars
    gone = missing(SOURCE, projects)
    return [project for key, project in projects.items() if key not in gone][:_MAX_REPOSITORIES]
