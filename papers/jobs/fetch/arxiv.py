"""arXiv: the metadata that lists leave out, and the papers that are announced each weekday.

Lists give titles and votes; only arXiv gives categories, which topics follow from, all authors,
and comments: links to code, and the notice that a paper is withdrawn. Each paper is requested once,
then once a day for two weeks, and once more whenever arXiv announces a new version of it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from papers.fetched import FetchedPaper
from papers.jobs.fetch import FRESH
from papers.jobs.fetching import FetchReport, store_papers
from papers.models import Listing, Paper
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
        if report.error:
            break
    return report


def papers_to_request(now: datetime) -> QuerySet[Paper]:
    """The papers to request at `now`, newest first: their metadata are missing or may be old.

    A paper that a source withdrew is among them, as a new version may live; not one that an
    operator withdrew, which no answer brings back.
    """
    never = Q(arxiv_asked_at__isnull=True)
    since = (now - FRESH).date()
    on_lists = Listing.objects.filter(day__gte=since).order_by().values("paper")
    is_fresh = Q(listed_on__gte=since) | Q(pk__in=on_lists)  # one may be listed again
    again = Q(is_fresh, arxiv_asked_at__lte=now - _RETRY_AFTER)
    may_live = Q(is_withdrawn=False) | ~Q(withdrawn_by="")
    papers = Paper.objects.filter(never | again, may_live, arxiv_id__isnull=False)
    return papers.filter(is_sample=False).order_by("-listed_on", "id")


def fetch_batch(http: Http, ids: Sequence[str], now: datetime) -> FetchReport:
    """Request up to `BATCH` papers of the catalogue and store the answers.

    Raises:
        SourceError: no answer, or one without the entries that it says it has. After a permanent
            error these papers are requested again after a day, like papers that arXiv does not
            have; after a passing one, in the next run. When only some entries are missing, the
            others are stored and the error is in the report.
    """
    try:
        answer = _request(http, ids)
    except SourceError as error:
        if error.permanent:
            _mark_requested(ids, now)
        raise
    found = {entry.arxiv_id for entry in answer.entries}
    with transaction.atomic():
        _mark_requested(list(found) if answer.missing else ids, now)
        report = store(answer, now)
    if answer.missing:
        return replace(report, papers=len(found)).ended_by(_incomplete(answer))
    return report + FetchReport(unknown=sum(arxiv_id not in found for arxiv_id in ids))


class NamedIds(NamedTuple):
    """What became of ids that readers named, without those that are stored now.

    After a passing `error`, an id that is in neither set may be requested again.
    """

    unknown: frozenset[str] = frozenset()  # arXiv does not have them, or refuses them
    withdrawn: frozenset[str] = frozenset()
    error: SourceError | None = None


def fetch_named(http: Http, ids: Sequence[str], now: datetime) -> NamedIds:
    """Request up to `BATCH` papers that readers named, and store those that are new, unlisted.

    Repeating is safe: a paper that is stored already is brought up to date, and stays where it is.

    Raises:
        SourceError: no answer; nothing is stored.
    """
    answer = _request(http, ids)
    found = {entry.arxiv_id: entry for entry in answer.entries}
    withdrawn = frozenset(name for name, entry in found.items() if entry.is_withdrawn)
    with transaction.atomic():
        store(answer, now, is_named=True)
        _mark_requested(list(found), now)
    error = _incomplete(answer) if answer.missing or answer.unreadable else None
    unknown = frozenset() if error else frozenset(ids) - found.keys()
    return NamedIds(unknown, withdrawn, error)


def _incomplete(answer: ParsedFeed) -> SourceError:
    total = len(answer.entries) + len(answer.unreadable) + answer.missing
    reason = f"arXiv left out {answer.missing} of the {total} papers of its answer"
    return SourceError(reason, permanent=False)


def store(answer: ParsedFeed, now: datetime, *, is_named: bool = False) -> FetchReport:
    """Store the entries of an answer.

    Papers that it says are withdrawn leave all lists, and those that live in a newer version are
    back.

    Known papers keep the day of their listing and the links that another source gave; new papers
    belong to the day of their announcement, or else of their publication, until a list shows them.
    A new version of a paper that is not in the catalogue is left out, and so is a cross-listing of
    an old one: neither is a paper of today. A known paper of which a feed announces a new version
    is requested.

    Args:
        is_named: only readers named the papers of this answer: new ones are on no list.
    """
    with transaction.atomic():
        papers = list(_fetched(answer, now, is_named=is_named))
        report = store_papers(SOURCE, papers, read_at=now, rows_left_out=answer.unreadable)
        _request_again([entry for entry in answer.entries if entry.is_revision])
        return report


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


def _fetched(answer: ParsedFeed, now: datetime, *, is_named: bool) -> Iterator[FetchedPaper]:
    ids = [entry.arxiv_id for entry in answer.entries]
    stored = Paper.objects.in_bulk(ids, field_name="arxiv_id")
    for entry in answer.entries:
        paper = stored.get(entry.arxiv_id)
        is_known = paper is not None and not paper.is_unlisted
        if not is_known and (entry.is_revision or _is_old_cross_listing(entry)):
            continue
        day = _first_day(entry, paper, now)
        is_unlisted = not entry.announced and (paper.is_unlisted if paper else is_named)
        found = fetched(entry, day, is_unlisted=is_unlisted)
        yield without_links(
            found,
            has_code=bool(paper and paper.code_url),
            has_project=bool(paper and paper.project_url),
        )


def _first_day(entry: Entry, paper: Paper | None, now: datetime) -> date:
    """The day of a paper until a list shows it. An announcement is the first of an unlisted one."""
    if paper and not (paper.is_unlisted and entry.announced):
        return paper.listed_on
    return entry.announced_on or entry.published_on or now.date()


def _request_again(revisions: Sequence[Entry]) -> None:
    """Let the papers be requested whose new version a feed announced: feeds have no comments."""
    if not revisions:
        return
    versions = {entry.arxiv_id: entry.version for entry in revisions}
    stored = Paper.objects.filter(arxiv_id__in=versions, arxiv_asked_at__isnull=False)
    known = stored.values_list("pk", "arxiv_id", "arxiv_version")
    # A feed repeats an announcement all day; a version that was read by then is not read again.
    # The first version means that the feed names none: a revision is at least the second.
    new = [
        pk
        for pk, arxiv_id, version in known
        if versions[str(arxiv_id)] == 1 or (version or 0) < versions[str(arxiv_id)]
    ]
    Paper.objects.filter(pk__in=new).update(arxiv_asked_at=None)


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
