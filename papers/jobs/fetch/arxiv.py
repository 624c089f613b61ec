"""arXiv: the metadata that lists leave out, and the papers that are announced each weekday.

Lists give titles and votes; only arXiv gives categories, which topics follow from, all authors and
links to code. Metadata that arXiv does not have yet (lists may be earlier), or has incomplete, is
requested again once a day for two weeks; then never again.
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
from papers.jobs.fetching import FetchReport, store_papers
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
from papers.sources.arxiv_xml import Entry, ParsedFeed
from papers.sources.http import Http
from papers.text.arxiv_ids import month_of

_RETRY_AFTER: Final = timedelta(days=1)
_CROSS_LISTING_DELAY: Final = timedelta(days=7)
_AT_ARXIV: Final = ZoneInfo("America/New_York")
_QUIET_DAYS: Final = (5, 6)  # Saturday and Sunday: nothing is announced
_log = logging.getLogger(__name__)


def fetch_announcements(http: Http, now: datetime) -> FetchReport:
    """Store the newest announcements in `ARXIV_CATEGORIES`; nothing when the feed is unchanged.

    Raises:
        SourceError: no answer that can be read; nothing is stored.
    """
    if now.astimezone(_AT_ARXIV).weekday() in _QUIET_DAYS:
        return FetchReport()
    if (found := announced(http, settings.ARXIV_CATEGORIES)) is None:
        return FetchReport()
    report = store(found[0], now)
    http.remember(found[1])
    return report


def fetch_papers(http: Http, ids: Sequence[str], now: datetime) -> FetchReport:
    """Request these papers, `BATCH` at a time, and store the answers.

    Raises:
        SourceError: no answer to the first batch. That of a later one is in the report.
    """
    report = FetchReport()
    for start in range(0, len(ids), BATCH):
        try:
            report += fetch_batch(http, ids[start : start + BATCH], now)
        except SourceError as error:
            return report.ended_by(error)
    return report


def lacking_metadata(now: datetime) -> QuerySet[Paper]:
    """The papers whose metadata to request at `now`, newest first."""
    lacking = Q(categories=[]) | Q(authors=[])
    never = Q(arxiv_asked_at__isnull=True)
    again = Q(arxiv_asked_at__lte=now - _RETRY_AFTER, listed_on__gte=(now - FRESH).date())
    papers = Paper.listed.filter(lacking, never | again, arxiv_id__isnull=False)
    return papers.filter(is_sample=False).order_by("-listed_on", "id")


def fetch_batch(http: Http, ids: Sequence[str], now: datetime) -> FetchReport:
    """Request up to `BATCH` papers of the catalogue and store the answers.

    Raises:
        SourceError: no answer. After a permanent error these papers are requested again after a
            day, like papers that arXiv does not have.
    """
    try:
        answer = _request(http, ids)
    except SourceError as error:
        if error.permanent:
            _mark_requested(ids, now)
        raise
    with transaction.atomic():
        _mark_requested(ids, now)
        report = store(answer, now)
    found = {entry.arxiv_id for entry in answer.entries}
    return report + FetchReport(unknown=sum(arxiv_id not in found for arxiv_id in ids))


def store(answer: ParsedFeed, now: datetime) -> FetchReport:
    """Store the entries of an answer. Papers that it marks as withdrawn leave all lists.

    Known papers keep the day of their listing and the links that another source gave; new papers
    belong to the day of their announcement, or else of their publication, until a list shows them.
    A new version of a paper that is not in the catalogue is left out, and so is a cross-listing of
    an old one: neither is a paper of today.
    """
    withdrawn = [entry.arxiv_id for entry in answer.entries if entry.is_withdrawn]
    with transaction.atomic():
        Paper.objects.filter(arxiv_id__in=withdrawn).update(is_withdrawn=True)
        papers = list(_fetched(answer, now))
        return store_papers(SOURCE, papers, read_at=now, rows_left_out=answer.unreadable)


def _request(http: Http, ids: Sequence[str]) -> ParsedFeed:
    """The answer, if need be without ids that arXiv refuses: it answers all ids or none."""
    requested = list(ids)
    while requested:
        try:
            return papers_by_id(http, requested)
        except SourceError as error:
            refused = refused_id(error, requested)
            if refused is None:
                raise
            _log.warning("arXiv refuses the id %s.", refused)
            requested.remove(refused)
    return ParsedFeed()


def _fetched(answer: ParsedFeed, now: datetime) -> Iterator[FetchedPaper]:
    entries = [entry for entry in answer.entries if not entry.is_withdrawn]
    stored = Paper.objects.in_bulk([entry.arxiv_id for entry in entries], field_name="arxiv_id")
    for entry in entries:
        paper = stored.get(entry.arxiv_id)
        if paper is None and (entry.is_revision or _is_old_cross_listing(entry)):
            continue
        day = paper.listed_on if paper else entry.announced_on or entry.published_on or now.date()
        found = fetched(entry, day)
        yield without_links(found) if paper and paper.code_url else found


def _is_old_cross_listing(entry: Entry) -> bool:
    """Whether a feed announced in another category what arXiv had long before.

    Feeds have no date of submission, but an id begins with its month: 2311.04157. A paper of the
    month before may be cross-listed in the first days of the next one.
    """
    if entry.announced != "cross" or entry.announced_on is None:
        return False
    month = month_of(entry.arxiv_id)
    return (entry.announced_on - _CROSS_LISTING_DELAY).replace(day=1) > month


def _mark_requested(ids: Sequence[str], now: datetime) -> None:
    Paper.objects.filter(arxiv_id__in=ids).update(arxiv_asked_at=now)
