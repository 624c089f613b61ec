"""Semantic Scholar: each night citations and short summaries of the last half year's papers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice
from math import ceil
from typing import Final, NamedTuple

from django.db.models import F, Q

from papers.catalogue.ingest import PaperSignals, add_signals
from papers.catalogue.short_summaries import store_short_summaries
from papers.fetched import FetchedPaper
from papers.jobs.fetch import last_read
from papers.jobs.fetching import FetchLoop, FetchReport, store_papers
from papers.models import Paper, Signal
from papers.sources.http import Http
from papers.sources.parsed import Parsed, warn_of
from papers.sources.semantic_scholar import (
    BATCH,
    SOURCE,
    Cited,
    arxiv_id_of,
    cited,
    described,
    fetched,
)
from papers.text.titles import title_key

_MAX_AGE: Final = timedelta(days=180)  # an older paper does not trend by its citations
_MAX_PAPERS: Final = 20 * BATCH  # in a night

_Batch = Sequence[tuple[int, str]]  # keys and arXiv ids of papers


def fetch_citations(http: Http, now: datetime) -> FetchReport:
    """Read the citations of tonight's papers, 500 per request; what was read before is kept.

    Raises:
        SourceError: nothing was read at all. Without a key that is usual, as all clients without
            a key share one allowance.
    """
    loop = FetchLoop()
    loop.each(
        _batches(_papers_of_tonight(now)),
        lambda batch: (batch, cited(http, [arxiv_id for _, arxiv_id in batch])),
        lambda answers: _store(*answers[0], now),
        batch_size=1,
    )
    return loop.end()


class NamedDois(NamedTuple):
    """What became of DOIs that readers named; one that is in none of these is not known there.

    `arxiv` are those of papers at arXiv, which are requested there.
    """

    stored: dict[str, int]  # the key of the paper
    arxiv: dict[str, str]  # its arXiv id


def fetch_dois(http: Http, dois: Sequence[str], now: datetime) -> NamedDois:
    """Request up to `BATCH` papers that readers named by DOI; store those that are not at arXiv.

    Repeating is safe. Of a paper that is stored already, only empty fields are filled.

    Raises:
        SourceError: no answer; nothing is stored.
    """
    rows = described(http, dois)
    warn_of(rows.left_out, SOURCE)
    known = {doi: row for doi, row in zip(dois, rows, strict=True) if row is not None}
    arxiv = {doi: found for doi, row in known.items() if (found := arxiv_id_of(row))}
    papers = {doi: fetched(row, now.date()) for doi, row in known.items() if doi not in arxiv}
    store_papers(SOURCE, list(papers.values()), read_at=now)
    return NamedDois(_keys(papers), arxiv)


def _keys(papers: dict[str, FetchedPaper]) -> dict[str, int]:
    """The key of each stored paper, found by its title as the ingest finds it."""
    titles = {doi: title_key(paper.title) for doi, paper in papers.items()}
    rows = Paper.objects.filter(title_key__in=titles.values())
    # Of several with one title the ingest takes the oldest that has an id, else the one without:
    # here the last one counts.
    in_order = rows.annotate(has_id=Q(arxiv_id__isnull=False)).order_by("has_id", "-pk")
    by_title = dict(in_order.values_list("title_key", "pk"))
    return {doi: by_title[key] for doi, key in titles.items() if key in by_title}


def _store(batch: _Batch, answers: Parsed[Cited | None], now: datetime) -> FetchReport:
    fields = [reason for answer in answers if answer for reason in answer.left_out]
    warn_of([*answers.left_out, *fields], SOURCE)
    rows = [
        PaperSignals(paper, answer.signals, answer.raw)
        for (paper, _), answer in zip(batch, answers, strict=True)
        if answer is not None
    ]
    summaries = {
        paper: answer.summary for (paper, _), answer in zip(batch, answers, strict=True) if answer
    }
    store_short_summaries(SOURCE, summaries, now)
    return FetchReport(
        papers=len(rows),
        signals=add_signals(SOURCE, rows, read_at=now),
        unknown=len(batch) - len(rows) - len(answers.left_out),
        left_out=len(answers.left_out),
        fields_left_out=len(fields),
    )


def _papers_of_tonight(now: datetime) -> list[tuple[int, str]]:
    """Keys and arXiv ids of at most 10,000 papers, those read longest ago first.

    Where there are more, each paper has its night by its key. Otherwise the papers that Semantic
    Scholar does not have would come first every night, as they are never read.
    """
    papers = Paper.listed.filter(
        is_sample=False, arxiv_id__isnull=False, listed_on__gt=(now - _MAX_AGE).date()
    )
    nights = max(1, ceil(papers.count() / _MAX_PAPERS))
    tonight = (
        papers.alias(night=F("pk") % nights)
        .filter(night=now.toordinal() % nights)
        .alias(read_at=last_read(SOURCE, Signal.Kind.CITATIONS))
        .order_by(F("read_at").asc(nulls_first=True), "-listed_on", "pk")
    )
    rows = tonight.values_list("pk", "arxiv_id")[:_MAX_PAPERS]
    return [(pk, str(arxiv_id)) for pk, arxiv_id in rows]


def _batches(papers: Sequence[tuple[int, str]]) -> list[list[tuple[int, str]]]:
    rest = iter(papers)
    return list(iter(lambda: list(islice(rest, BATCH)), []))
