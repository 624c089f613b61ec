"""arXiv: what lists leave out of papers, and what is announced each weekday.

Lists tell titles and votes; categories, which topics come from, all the authors and links to
code are arXiv's. A paper is asked about again the next day while arXiv does not know it
(lists may be quicker) or has nothing to add, for two weeks; then never again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from papers.fetched import FetchedPaper
from papers.jobs.fetch import FRESH
from papers.jobs.fetching import Harvest, take_in
from papers.models import Paper
from papers.sources import SourceError
from papers.sources.arxiv import (
    BATCH,
    SOURCE,
    announced,
    fetched,
    papers_by_id,
    refused_id,
    without_links,
)
from papers.sources.arxiv_xml import ParsedFeed
from papers.sources.http import Http

_AGAIN: Final = timedelta(days=1)
_AT_ARXIV: Final = ZoneInfo("America/New_York")
_QUIET_DAYS: Final = (5, 6)  # Saturday and Sunday: nothing is announced
_log = logging.getLogger(__name__)


def fetch_announcements(http: Http, now: datetime) -> Harvest:
    """Take in what was announced last in `ARXIV_CATEGORIES`; nothing where nothing is new.

    Raises:
        SourceError: no answer that can be read; nothing is stored.
    """
    if now.astimezone(_AT_ARXIV).weekday() in _QUIET_DAYS:
        return Harvest()
    if (found := announced(http, settings.ARXIV_CATEGORIES)) is None:
        return Harvest()
    harvest = store(found[0], now)
    http.remember(found[1])
    return harvest


def fetch_papers(http: Http, ids: Sequence[str], now: datetime) -> Harvest:
    """Ask about these papers, `BATCH` at a time, and take in what arXiv tells.

    Raises:
        SourceError: no answer to the first batch; after a later one the harvest has it.
    """
    harvest = Harvest()
    for start in range(0, len(ids), BATCH):
        try:
            harvest += fetch_batch(http, ids[start : start + BATCH], now)
        except SourceError as error:
            return harvest.ended_by(error)
    return harvest


def waiting(now: datetime) -> QuerySet[Paper]:
    """The papers to ask arXiv about at `now`, newest first."""
    lacking = Q(categories=[]) | Q(authors=[])
    never = Q(arxiv_asked_at__isnull=True)
    again = Q(arxiv_asked_at__lte=now - _AGAIN, listed_on__gte=(now - FRESH).date())
    papers = Paper.objects.filter(lacking, never | again, arxiv_id__isnull=False)
    return papers.filter(is_sample=False, is_withdrawn=False).order_by("-listed_on", "id")


def fetch_batch(http: Http, ids: Sequence[str], now: datetime) -> Harvest:
    """Ask arXiv about up to `BATCH` papers of the catalogue and take in what it says.

    Raises:
        SourceError: no answer; after a permanent one these papers wait their day like others.
    """
    try:
        answer = _ask(http, ids)
    except SourceError as error:
        if error.permanent:
            _mark_asked(ids, now)
        raise
    with transaction.atomic():
        _mark_asked(ids, now)
        harvest = store(answer, now)
    told = {entry.arxiv_id for entry in answer.entries}
    return harvest + Harvest(unknown=sum(one not in told for one in ids))


def store(answer: ParsedFeed, now: datetime) -> Harvest:
    """Take in what arXiv told. Papers that it says are withdrawn leave all lists.

    Known papers keep the day of their listing and the links that another source named; new
    ones count as listed on the day of their announcement, or else of their publication.
    Of a new version of a paper that nobody named before, nothing is taken in.
    """
    for complaint in answer.unreadable:
        _log.warning("arXiv: an entry was left out: %s", complaint)
    withdrawn = [entry.arxiv_id for entry in answer.entries if entry.is_withdrawn]
    with transaction.atomic():
        Paper.objects.filter(arxiv_id__in=withdrawn).update(is_withdrawn=True)
        return take_in(SOURCE, list(_fetched(answer, now)), now)


def _ask(http: Http, ids: Sequence[str]) -> ParsedFeed:
    """The answer, if need be without ids that arXiv refuses: it answers to all or to none."""
    asked = list(ids)
    while asked:
        try:
            return papers_by_id(http, asked)
        except SourceError as error:
            refused = refused_id(error, asked)
            if refused is None:
                raise
            _log.warning("arXiv refuses the id %s.", refused)
            asked.remove(refused)
    return ParsedFeed()


def _fetched(answer: ParsedFeed, now: datetime) -> Iterator[FetchedPaper]:
    entries = [entry for entry in answer.entries if not entry.is_withdrawn]
    known = Paper.objects.in_bulk([entry.arxiv_id for entry in entries], field_name="arxiv_id")
    for entry in entries:
        paper = known.get(entry.arxiv_id)
        if paper is None and entry.is_revision:
            continue
        day = paper.listed_on if paper else entry.announced_on or entry.published_on or now.date()
        told = fetched(entry, day)
        yield without_links(told) if paper and paper.code_url else told


def _mark_asked(ids: Sequence[str], now: datetime) -> None:
    Paper.objects.filter(arxiv_id__in=ids).update(arxiv_asked_at=now)
