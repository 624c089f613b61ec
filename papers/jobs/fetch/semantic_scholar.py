"""Semantic Scholar: each night the citations of papers of the last half year."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice
from math import ceil
from typing import Final

from django.db.models import F

from papers.catalogue.observe import Observation, observe
from papers.jobs.fetch import last_read
from papers.jobs.fetching import Gathering, Harvest
from papers.models import Paper, Signal
from papers.sources.http import Http
from papers.sources.semantic_scholar import BATCH, SOURCE, Cited, cited

_CITED: Final = timedelta(days=180)  # an older paper does not trend by its citations
_A_NIGHT: Final = 20 * BATCH

_Asked = tuple[Sequence[tuple[int, str]], list[Cited | None]]


def fetch_citations(http: Http, now: datetime) -> Harvest:
    """Read the citations of tonight's papers, 500 a question; what it told before is kept.

    Raises:
        SourceError: nothing came at all. Without a key that is usual: others were faster.
    """
    run = Gathering()
    run.each(
        _batches(_tonight(now)),
        lambda batch: (batch, cited(http, [identity for _, identity in batch])),
        lambda answers: _store(answers[0], now),
        together=1,
    )
    return run.end()


def _store(asked: _Asked, now: datetime) -> Harvest:
    batch, answers = asked
    observations = [
        Observation(paper, answer.signals, answer.raw)
        for (paper, _), answer in zip(batch, answers, strict=True)
        if answer is not None
    ]
    return Harvest(
        papers=len(observations),
        signals=observe(SOURCE, observations, read_at=now),
        unknown=len(batch) - len(observations),
    )


def _tonight(now: datetime) -> list[tuple[int, str]]:
    """Keys and arXiv ids of at most 10,000 papers, those read longest ago first.

    Where there are more, each has its night by its key: the unknown ones, which are never
    read, must not take every night from the others.
    """
    papers = Paper.objects.filter(
        is_sample=False, arxiv_id__isnull=False, listed_on__gt=(now - _CITED).date()
    )
    nights = max(1, ceil(papers.count() / _A_NIGHT))
    mine = (
        papers.alias(night=F("pk") % nights)
        .filter(night=now.toordinal() % nights)
        .alias(read_at=last_read(SOURCE, Signal.Kind.CITATIONS))
        .order_by(F("read_at").asc(nulls_first=True), "-listed_on", "pk")
    )
    return [(pk, str(identity)) for pk, identity in mine.values_list("pk", "arxiv_id")[:_A_NIGHT]]


def _batches(papers: Sequence[tuple[int, str]]) -> list[list[tuple[int, str]]]:
    rest = iter(papers)
    return list(iter(lambda: list(islice(rest, BATCH)), []))
