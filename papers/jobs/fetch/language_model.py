"""Summaries by a language model, for new papers of which no source has one.

A paper is asked about once for each text of it, whatever becomes of the answer; one that was no
summary is asked for again after a day, two days and so on. So what this costs is bounded: by
SUMMARIES_PER_RUN in an hour, and by the number of papers in all.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import F, Q, TextField, Value
from django.db.models.functions import MD5, Concat

from papers.catalogue.short_summaries import store_short_summaries
from papers.jobs.fetch import FRESH
from papers.jobs.fetching import FetchLoop, FetchReport
from papers.models import Paper, WrittenSummary
from papers.sources.http import Http
from papers.sources.language_model import SOURCE, Answer, summarise

MOST_ATTEMPTS: Final = 4
_FIRST_PAUSE: Final = timedelta(days=1)
_LONGEST_RUN: Final = 100.0  # seconds after which no paper is begun; one may take 120 more
_Asked = tuple[Paper, Answer]


def write_summaries(http: Http, now: datetime) -> FetchReport:
    """Ask the model about the next papers, and store each sentence at once.

    Raises:
        SourceError: nothing was written, as the model cannot be reached or refuses us.
    """
    loop = FetchLoop()
    loop.each(
        _in_time(papers_to_summarise(now)),
        lambda paper: (paper, summarise(http, paper.title, paper.summary)),
        lambda asked: _store(asked, now),
        batch_size=1,
    )
    return loop.end()


def papers_to_summarise(now: datetime) -> list[Paper]:
    """Listed papers of the last 14 days without a summary of a source, the newest first.

    Each has its `text_hash`. A paper comes again when its text changed, or when the last answer
    was no summary and its pause is over.
    """
    text_hash = MD5(Concat("title", Value("\n", TextField()), "summary"))
    written = "written_summary"
    papers = (
        Paper.listed.filter(is_sample=False, listed_on__gt=(now - FRESH).date())
        .filter(short_summary_source__in=["", SOURCE])
        .exclude(summary="")
        .annotate(text_hash=text_hash)
        .filter(
            Q(**{f"{written}__isnull": True})
            | ~Q(**{f"{written}__text_hash": F("text_hash")})
            | Q(**{f"{written}__next_at__lte": now})
        )
        .select_related(written)
        .defer("search")
        .order_by("-listed_on", "-listed_at", "pk")
    )
    return list(papers[: settings.SUMMARIES_PER_RUN])


def _in_time(papers: Sequence[Paper]) -> Iterator[Paper]:
    """The papers until the run has taken its time: a slow model must not hold up other jobs."""
    ends_at = time.monotonic() + _LONGEST_RUN
    for paper in papers:
        if time.monotonic() > ends_at:
            break
        yield paper


def _store(asked: Sequence[_Asked], now: datetime) -> FetchReport:
    for paper, answer in asked:
        attempts = _attempts(paper) + 1
        pause = _FIRST_PAUSE * (1 << (attempts - 1))
        is_over = bool(answer.text) or attempts >= MOST_ATTEMPTS
        WrittenSummary.objects.update_or_create(
            paper=paper,
            defaults={
                "text_hash": _text_hash(paper),
                "text": answer.text,
                "model": settings.SUMMARY_MODEL[:200],
                "attempts": attempts,
                "asked_at": now,
                "next_at": None if is_over else now + pause,
                "refused": answer.refused,
            },
        )
    store_short_summaries(SOURCE, {paper.pk: answer.text for paper, answer in asked}, now)
    return FetchReport(
        papers=sum(bool(answer.text) for _, answer in asked),
        left_out=sum(not answer.text for _, answer in asked),
    )


def _attempts(paper: Paper) -> int:
    """How often the model was asked about the present text of the paper."""
    written = getattr(paper, "written_summary", None)
    return written.attempts if written and written.text_hash == _text_hash(paper) else 0


def _text_hash(paper: Paper) -> str:
    return str(paper.text_hash)  # type: ignore[attr-defined]  # annotated by papers_to_summarise
