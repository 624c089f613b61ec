"""Hugging Face: the lists of days, and each hour the signals of papers of the last two weeks.

A list costs one request for some twenty papers, and only a list counts comments. Linked models
and datasets are counted for one paper per request: they change slowly, so once in a few hours.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Exists, F, OuterRef, Q

from papers.fetched import FetchedPaper
from papers.jobs.fetch import FRESH, last_read
from papers.jobs.fetching import (
    FetchLoop,
    FetchReport,
    missing,
    remember_missing,
    store_papers,
)
from papers.models import Paper, Signal
from papers.sources.http import Http
from papers.sources.hugging_face import SOURCE, daily, detail
from papers.sources.parsed import Parsed

_MAX_DETAILS: Final = 240  # in a run; without a token 500 requests are allowed in five minutes
_DETAIL_AGE: Final = timedelta(hours=6)


def fetch_day(http: Http, day: date, now: datetime) -> FetchReport:
    """Store the list of `day` as it is at `now`. A day without a list, as on weekends: nothing.

    Raises:
        SourceError: no answer that can be read; nothing is stored.
    """
    return _store_list(day, daily(http, day, today=now.date()), now)


def fetch_signals(http: Http, now: datetime) -> FetchReport:
    """Read the signals of the papers of the last 14 days: first their lists, then each paper.

    Raises:
        SourceError: nothing was read at all.
    """
    loop, seen = FetchLoop(), set[str]()

    def read_list(day: date) -> tuple[date, Parsed[FetchedPaper]]:
        papers = daily(http, day, today=now.date())
        seen.update(paper.arxiv_id for paper in papers if paper.arxiv_id)
        return day, papers

    days = [now.date() - timedelta(days=ago) for ago in range(FRESH.days)]
    loop.each(days, read_list, lambda lists: _store_list(*lists[0], now), batch_size=1)
    loop.each(
        _papers_to_read(now, seen),
        lambda paper: _read_detail(http, paper, seen),
        lambda papers: _store_details(papers, seen, now),
        on_missing=lambda paper: remember_missing(SOURCE, str(paper.arxiv_id)),
    )
    return loop.end()


def _store_list(day: date, listed: Parsed[FetchedPaper], now: datetime) -> FetchReport:
    """Store a list; its positions only on its own day: afterwards the order is old."""
    papers: Sequence[FetchedPaper] = listed
    if day < now.date():
        papers = [_leave_out(paper, "position") for paper in papers]
    return store_papers(SOURCE, papers, read_at=now, rows_left_out=listed.left_out)


def _read_detail(http: Http, paper: Paper, seen: Collection[str]) -> FetchedPaper | None:
    found = detail(http, str(paper.arxiv_id), paper.listed_on)
    if found is None or found.arxiv_id not in seen:
        return found
    return _leave_out(found, "upvotes", "stars", "comments")  # already read from its list


def _store_details(
    papers: Sequence[FetchedPaper], seen: Collection[str], now: datetime
) -> FetchReport:
    report = store_papers(SOURCE, papers, read_at=now)
    return replace(report, papers=sum(paper.arxiv_id not in seen for paper in papers))


def _leave_out(paper: FetchedPaper, *kinds: str) -> FetchedPaper:
    return replace(
        paper, signals=tuple(signal for signal in paper.signals if signal.kind not in kinds)
    )


def _papers_to_read(now: datetime, seen: Collection[str]) -> list[Paper]:
    """The papers to request, at most 240: those on no list first, then by the oldest read.

    A paper that Hugging Face withdrew is among them, as it may be back there.
    Only papers with an earlier signal of Hugging Face: it does not index most papers of arXiv.
    A paper that was on a list is due six hours after its linked models were counted.
    """
    indexed = Signal.objects.filter(paper=OuterRef("pk"), source=SOURCE)
    papers = (
        Paper.objects.filter(Q(is_withdrawn=False) | Q(withdrawn_by=SOURCE))
        .filter(Exists(indexed), is_sample=False, arxiv_id__isnull=False)
        .filter(listed_on__gt=(now - FRESH).date())
        .alias(counted_at=last_read(SOURCE, Signal.Kind.ARTEFACTS))
        .filter(~Q(arxiv_id__in=seen) | Q(counted_at=None) | Q(counted_at__lte=now - _DETAIL_AGE))
        .order_by(F("counted_at").asc(nulls_first=True), "pk")
    )
    gone = missing(SOURCE, [str(paper.arxiv_id) for paper in papers])
    due: list[Paper] = [paper for paper in papers if paper.arxiv_id not in gone]
    return sorted(due, key=lambda paper: paper.arxiv_id in seen)[:_MAX_DETAILS]
