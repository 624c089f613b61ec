"""The timetable: every job that runs by itself, in the order of an hour.

Lists come first, then the signals of their papers, then the metadata that lists leave out, then
vectors, topics and trends. arXiv is requested in the second half of the hour: around midnight, UTC,
it is often down for the first half.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

from django.conf import settings

from papers.catalogue.classify import classify
from papers.catalogue.purge import purge_payloads
from papers.jobs.fetch import RUN, arxiv, github, hugging_face, language_model, semantic_scholar
from papers.jobs.fetching import FetchReport
from papers.jobs.run import purge_job_steps
from papers.jobs.schedule import JobSpec, Slot, Step, days_to_fetch
from papers.models import JobStep, Paper
from papers.ranking.score import score
from papers.search.spelling import learn_words
from papers.similarity.embed import (
    Embedded,
    Encoder,
    embed_papers,
    is_complete,
    missing_vectors,
    needs_vectors,
    open_encoder,
)
from papers.sources import SourceError
from papers.sources import arxiv as at_arxiv
from papers.sources import github as at_github
from papers.sources import hugging_face as at_hugging_face
from papers.sources import language_model as at_language_model
from papers.sources import semantic_scholar as at_semantic_scholar
from papers.sources.http import Http
from papers.windows import WINDOWS, closes_at

DAILY_LISTS: Final = "daily_lists"
METADATA: Final = "metadata"
VECTORS: Final = "vectors"
_VECTOR_SECONDS: Final = 30.0  # of a step: a run begins none after three minutes


def _list_steps(now: datetime) -> Iterator[Step]:
    """Today's list, and those of past days that were not fetched after the day was over.

    Yesterday's always: it grew until midnight, and the editions wait for it.
    """
    today = now.date()
    days = days_to_fetch(today, _fetched_days(today), max(settings.BACKFILL_DAYS, 1))
    with at_hugging_face.connect(RUN) as http:
        for day in days:
            yield Step(partial(hugging_face.fetch_day, http, day, now), day)


def _fetched_days(today: date) -> set[date]:
    """The days whose list was fetched after the day was over."""
    since = today - timedelta(days=max(settings.BACKFILL_DAYS, 1))
    done = JobStep.objects.filter(
        job__name=DAILY_LISTS, state=JobStep.State.DONE, day__gte=since
    ).values_list("day", "started_at")
    return {day for day, started_at in done if day and started_at >= closes_at(day)}


def _metadata_steps(now: datetime) -> Iterator[Step]:
    """One batch after the other until no paper is due, or the run's time is over."""
    with at_arxiv.connect(RUN) as http:
        while ids := _ids_to_request(now):
            yield Step(partial(arxiv.fetch_batch, http, ids, now))


def _ids_to_request(now: datetime) -> list[str]:
    papers = arxiv.papers_to_request(now).values_list("arxiv_id", flat=True)
    return [str(arxiv_id) for arxiv_id in papers[: at_arxiv.BATCH]]


def _one_step(
    connect: Callable[..., AbstractContextManager[Http]],
    fetch: Callable[[Http, datetime], FetchReport],
) -> Callable[[datetime], Iterator[Step]]:
    """The steps of a job that has only one."""

    def steps(now: datetime) -> Iterator[Step]:
        with connect(RUN) as http:
            yield Step(partial(fetch, http, now))

    return steps


def _vector_steps(_now: datetime) -> Iterator[Step]:
    """One step after the other until no paper needs a vector, or the run's time is over."""
    if is_complete():
        yield Step(FetchReport)
        return
    with open_encoder() as encoder:
        yield Step(partial(_embed, encoder))
        while needs_vectors(encoder):
            yield Step(partial(_embed, encoder))


def _embed(encoder: Encoder) -> FetchReport:
    return vector_report(encoder, embed_papers(encoder, seconds=_VECTOR_SECONDS))


def vector_report(encoder: Encoder, done: Embedded) -> FetchReport:
    """What is recorded of a step that computed vectors; without a model it is an error."""
    fault = f"words alone were stored, as there is no model: {encoder.fault}"
    error = SourceError(fault, permanent=True) if encoder.fault else None
    return FetchReport(papers=done.read, new=done.papers, left_out=done.failed, error=error)


def _ranking_steps(now: datetime) -> Iterator[Step]:
    yield Step(partial(_rank, now))


def _rank(now: datetime) -> FetchReport:
    """Classify the papers without a topic once more, score the windows that end today.

    The words of new papers are learned for the suggestions of the search.
    """
    without = Paper.objects.filter(topic_links__isnull=True, listed_on__lte=now.date())
    classify(list(without.values_list("pk", flat=True)))
    learn_words()
    scored = [score(window, now.date(), now) for window in WINDOWS]
    return FetchReport(papers=max(scored))


def _purge_steps(now: datetime) -> Iterator[Step]:
    yield Step(partial(_purge, now))


def _purge(now: datetime) -> FetchReport:
    purge_payloads(now.date(), keep_days=settings.RAW_RETENTION_DAYS)
    purge_job_steps(now)
    return FetchReport()


JOBS: Final = (
    JobSpec(
        name=DAILY_LISTS,
        source=at_hugging_face.SOURCE,
        slot=Slot(2),
        what="the list of today, and of missed days",
        steps=_list_steps,
        brings_papers=True,
        wakes=(VECTORS,),
    ),
    JobSpec(
        name="upvotes",
        source=at_hugging_face.SOURCE,
        slot=Slot(8),
        what="upvotes and comments of the last 14 days' papers",
        steps=_one_step(at_hugging_face.connect, hugging_face.fetch_signals),
    ),
    JobSpec(
        name="stars",
        source=at_github.SOURCE,
        slot=Slot(16),
        what="stars of the last 14 days' repositories",
        steps=_one_step(at_github.connect, github.fetch_stars),
    ),
    JobSpec(
        name="announcements",
        source=at_arxiv.SOURCE,
        slot=Slot(34),
        what="what arXiv announced last in our categories",
        steps=_one_step(at_arxiv.connect_feeds, arxiv.fetch_announcements),
        needs="ARXIV_CATEGORIES",
        brings_papers=True,
        wakes=(VECTORS,),
    ),
    JobSpec(
        name=METADATA,
        source=at_arxiv.SOURCE,
        slot=Slot(40),
        what="categories, authors and comments that lists leave out",
        steps=_metadata_steps,
        wakes=(VECTORS,),
    ),
    JobSpec(
        name=VECTORS,
        source="",
        slot=Slot(44),
        what="what new papers are about, as numbers: their vectors",
        steps=_vector_steps,
        waiting=missing_vectors,
    ),
    JobSpec(
        name="ranking", source="", slot=Slot(50), what="topics and trends", steps=_ranking_steps
    ),
    JobSpec(
        name="citations",
        source=at_semantic_scholar.SOURCE,
        slot=Slot(20, hour=3),
        what="citations of the last half year's papers",
        steps=_one_step(at_semantic_scholar.connect, semantic_scholar.fetch_citations),
    ),
    JobSpec(
        name="summaries",
        source="",
        slot=Slot(26),
        what="short summaries by the language model",
        steps=_one_step(at_language_model.connect, language_model.write_summaries),
        needs="SUMMARY_API_URL",
    ),
    JobSpec(
        name="purge",
        source="",
        slot=Slot(30, hour=4),
        what="deletion of old payloads and of old records of steps",
        steps=_purge_steps,
    ),
)
BY_NAME: Final = {spec.name: spec for spec in JOBS}
SOURCES: Final = tuple(dict.fromkeys(spec.source for spec in JOBS if spec.source))
