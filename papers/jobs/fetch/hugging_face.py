"""Hugging Face: the lists of days, and each hour how the papers of the last two weeks stand.

A list costs one request for some twenty papers, and it alone counts comments. Linked models
and datasets are counted for one paper at a time: they move slowly, so a few hours apart.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Exists, F, OuterRef, Q

from papers.fetched import FetchedPaper
from papers.jobs.fetch import FRESH, last_read
from papers.jobs.fetching import Gathering, Harvest, missing, remember_missing, take_in
from papers.models import Paper, Signal
from papers.sources.http import Http
from papers.sources.hugging_face import SOURCE, daily, detail

_DETAILS: Final = 240  # a run; without a token 500 requests are allowed in five minutes
_DETAIL_AGE: Final = timedelta(hours=6)


def fetch_day(http: Http, day: date, now: datetime) -> Harvest:
    """Take in the list of `day` as it stands at `now`. Without one, as on weekends: nothing.

    Raises:
        SourceError: no answer that can be read; nothing is stored.
    """
    return _take_in_list(day, daily(http, day, today=now.date()), now)


def fetch_signals(http: Http, now: datetime) -> Harvest:
    """Read how the papers of the last 14 days stand: their lists, then paper by paper.

    Raises:
        SourceError: nothing came at all.
    """
    run, seen = Gathering(), set[str]()

    def read_list(day: date) -> tuple[date, list[FetchedPaper]]:
        papers = daily(http, day, today=now.date())
        seen.update(paper.arxiv_id for paper in papers if paper.arxiv_id)
        return day, papers

    days = [now.date() - timedelta(days=ago) for ago in range(FRESH.days)]
    run.each(days, read_list, lambda lists: _take_in_list(*lists[0], now), together=1)
    run.each(
        _due(now, seen),
        lambda paper: _read_detail(http, paper, seen),
        lambda papers: _take_in_details(papers, seen, now),
        forget=lambda paper: remember_missing(SOURCE, str(paper.arxiv_id)),
    )
    return run.end()


def _take_in_list(day: date, papers: Sequence[FetchedPaper], now: datetime) -> Harvest:
    """A place says something while the list is open; later it is only an old order."""
    if day < now.date():
        papers = [_leave_out(paper, "position") for paper in papers]
    return take_in(SOURCE, papers, now) if papers else Harvest()


def _read_detail(http: Http, paper: Paper, seen: Collection[str]) -> FetchedPaper | None:
    found = detail(http, str(paper.arxiv_id), paper.listed_on)
    if found is None or found.arxiv_id not in seen:
        return found
    return _leave_out(found, "upvotes", "stars", "comments")  # its list has told them


def _take_in_details(
    papers: Sequence[FetchedPaper], seen: Collection[str], now: datetime
) -> Harvest:
    harvest = take_in(SOURCE, papers, now)
    return replace(harvest, papers=sum(paper.arxiv_id not in seen for paper in papers))


def _leave_out(paper: FetchedPaper, *kinds: str) -> FetchedPaper:
    return replace(
        paper, signals=tuple(signal for signal in paper.signals if signal.kind not in kinds)
    )


def _due(now: datetime, seen: Collection[str]) -> list[Paper]:
    """The papers to ask about, at most 240: those on no list first, then by the oldest read.

    Only what Hugging Face told of before: most papers of arXiv are not indexed there. A
    paper that was on a list is due six hours after its linked models were counted.
    """
    told = Signal.objects.filter(paper=OuterRef("pk"), source=SOURCE)
    papers = (
        Paper.objects.filter(Exists(told), is_sample=False, arxiv_id__isnull=False)
        .filter(listed_on__gt=(now - FRESH).date())
        .alias(counted_at=last_read(SOURCE, Signal.Kind.ARTEFACTS))
        .filter(~Q(arxiv_id__in=seen) | Q(counted_at=None) | Q(counted_at__lte=now - _DETAIL_AGE))
        .order_by(F("counted_at").asc(nulls_first=True), "pk")
    )
    gone = missing(SOURCE, [str(paper.arxiv_id) for paper in papers])
    due: list[Paper] = [paper for paper in papers if paper.arxiv_id not in gone]
    return sorted(due, key=lambda paper: paper.arxiv_id in seen)[:_DETAILS]
