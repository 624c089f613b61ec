"""Mark papers as withdrawn, and bring them back.

Whatever marks a paper is stored with the mark, as it decides what may undo it: a source brings
back what it has withdrawn itself; a newer version that lives at arXiv, what any source has; and
what an operator has withdrawn, only an operator. A source may repeat an old withdrawal for years,
so one that is older than the last return of the paper counts no more.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from django.db.models import Q

from papers.fetched import FetchedPaper
from papers.models import Paper
from papers.text.titles import title_key

MARK: Final = ("is_withdrawn", "withdrawn_on", "withdrawn_by", "restored_on")
_SAVED: Final = (*MARK, "arxiv_version", "updated_at")
_ARXIV: Final = "arxiv"
_log = logging.getLogger(__name__)


def withdraw(paper: Paper, on: date, by: str = "") -> None:
    """Mark an object of a paper as withdrawn by a source, or by an operator; the caller saves it.

    A paper that is withdrawn already keeps its day.
    """
    paper.withdrawn_on = paper.withdrawn_on or on
    paper.is_withdrawn, paper.withdrawn_by = True, by


def bring_back(paper: Paper, on: date | None) -> None:
    """Let an object of a paper be listed again; the caller saves it.

    Withdrawals up to the day `on` will count no more; None: a repeated one counts again.
    """
    paper.is_withdrawn, paper.withdrawn_on, paper.withdrawn_by = False, None, ""
    paper.restored_on = on or paper.restored_on


def mark_withdrawn(source: str, gone: Sequence[FetchedPaper], read_on: date) -> None:
    """Mark the stored papers that `source` says are withdrawn. Unknown ones are not added.

    Without a day of its own a withdrawal counts from `read_on`.
    """
    for paper, fetched in _stored(gone):
        if is_news(paper, fetched, source):
            day = fetched.withdrawn_on or read_on
            withdraw(paper, min(day, read_on), source)
            paper.arxiv_version = fetched.version or paper.arxiv_version
            paper.save(update_fields=_SAVED)
            _log.info("Paper %d was withdrawn, says %s.", paper.pk, source)


def restore_living(source: str, living: Iterable[tuple[Paper, FetchedPaper]], read_on: date) -> int:
    """Bring back those of these papers that `source` shows to live; returns how many."""
    shown = {
        paper.pk: fetched
        for paper, fetched in living
        if paper.pk and paper.is_withdrawn and fetched.is_withdrawn is False
    }
    if not shown:
        return 0
    count = 0
    # Read again under a lock: an operator may have withdrawn one since.
    for paper in _locked(Q(pk__in=shown)):
        fetched = shown[paper.pk]
        if lives_again(paper, fetched, source):
            # Its own mark a source undoes by leaving it out, and sets it again on the same day.
            is_own = paper.withdrawn_by == source != _ARXIV
            bring_back(paper, None if is_own else fetched.revised_on or read_on)
            paper.save(update_fields=_SAVED)
            _log.info("Paper %d is back, says %s.", paper.pk, source)
            count += 1
    return count


def is_news(paper: Paper, fetched: FetchedPaper, source: str) -> bool:
    """Whether the withdrawal that `source` reports changes this paper."""
    if paper.is_withdrawn:  # arXiv knows best, so from now on its versions decide
        return source == _ARXIV and paper.withdrawn_by not in ("", _ARXIV)
    if source == _ARXIV and _is_older(paper, fetched):
        return False
    if paper.restored_on is None or _is_newer(paper, fetched):
        return True
    return fetched.withdrawn_on is not None and fetched.withdrawn_on > paper.restored_on


def lives_again(paper: Paper, fetched: FetchedPaper, source: str) -> bool:
    """Whether a withdrawn paper that `source` describes as living is to be brought back."""
    if not paper.withdrawn_by:
        return False
    if paper.withdrawn_by == source:
        return source != _ARXIV or not _is_older(paper, fetched)
    if source != _ARXIV:
        return False
    if fetched.revised_on and paper.withdrawn_on and fetched.revised_on != paper.withdrawn_on:
        return fetched.revised_on > paper.withdrawn_on
    return (fetched.version or 1) > (paper.arxiv_version or 1)


def _is_older(paper: Paper, fetched: FetchedPaper) -> bool:
    """Whether arXiv answered with an older version than it did before, as its caches may."""
    return (fetched.version or 0) < (paper.arxiv_version or 0)


def _is_newer(paper: Paper, fetched: FetchedPaper) -> bool:
    return (fetched.version or 0) > (paper.arxiv_version or 0)


def _stored(gone: Sequence[FetchedPaper]) -> Iterator[tuple[Paper, FetchedPaper]]:
    """The locked rows of these papers: by arXiv id, else by the title of a row without an id."""
    by_id = {fetched.arxiv_id: fetched for fetched in gone if fetched.arxiv_id}
    by_title = {title_key(fetched.title): fetched for fetched in gone}
    if not gone:
        return
    nameless = Q(arxiv_id__isnull=True, title_key__in=by_title.keys() - {""})
    for paper in _locked(Q(arxiv_id__in=by_id.keys()) | nameless):
        yield paper, by_id[paper.arxiv_id] if paper.arxiv_id else by_title[paper.title_key]


def _locked(condition: Q) -> Iterable[Paper]:
    rows = Paper.objects.filter(condition).defer("search").order_by("pk")
    return rows.select_for_update(no_key=True)
