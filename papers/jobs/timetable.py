"""The timetable: every job that runs by itself, in the order of an hour.

Lists come first, then what is counted of their papers, then what they leave out, then topics
and trends. arXiv is asked in the second half of the hour: around midnight, UTC, it is
often down for the first.
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
from papers.jobs.fetch import RUN, arxiv, github, hugging_face, semantic_scholar
from papers.jobs.fetching import Harvest
from papers.jobs.run import purge_runs
from papers.jobs.schedule import Line, Slot, Step, owed_days
from papers.models import Paper, SourceRun
from papers.ranking.score import score
from papers.sources import arxiv as at_arxiv
from papers.sources import github as at_github
from papers.sources import hugging_face as at_hugging_face
from papers.sources import semantic_scholar as at_semantic_scholar
from papers.sources.http import Http
from papers.windows import WINDOWS, closes_at

DAILY_LISTS: Final = "daily_lists"
METADATA: Final = "metadata"


def _lists(now: datetime) -> Iterator[Step]:
    """Today's list, and those of days that nobody read since they were over."""
    today = now.date()
    owed = owed_days(today, _read_days(today), settings.BACKFILL_DAYS)
    with at_hugging_face.connect(RUN) as http:
        for day in owed:
            yield Step(partial(hugging_face.fetch_day, http, day, now), day)


def _read_days(today: date) -> set[date]:
    """The days whose list was read after they were over."""
    since = today - timedelta(days=settings.BACKFILL_DAYS)
    done = SourceRun.objects.filter(
        job__name=DAILY_LISTS, state=SourceRun.State.DONE, day__gte=since
    ).values_list("day", "started_at")
    return {day for day, started_at in done if day and started_at >= closes_at(day)}


def _metadata(now: datetime) -> Iterator[Step]:
    """As many batches as there are papers to ask about, and time."""
    with at_arxiv.connect(RUN) as http:
        while ids := list(arxiv.waiting(now).values_list("arxiv_id", flat=True)[: at_arxiv.BATCH]):
            yield Step(partial(arxiv.fetch_batch, http, [str(one) for one in ids], now))


def _one(
    connect: Callable[..., AbstractContextManager[Http]],
    fetch: Callable[[Http, datetime], Harvest],
) -> Callable[[datetime], Iterator[Step]]:
    """The steps of a job that is a single one."""

    def steps(now: datetime) -> Iterator[Step]:
        with connect(RUN) as http:
            yield Step(partial(fetch, http, now))

    return steps


def _ranking(now: datetime) -> Iterator[Step]:
    yield Step(partial(_rank, now))


def _rank(now: datetime) -> Harvest:
    """Look once more for topics of papers without one, and score what is open today."""
    without = Paper.objects.filter(topic_links__isnull=True, listed_on__lte=now.date())
    classify(list(without.values_list("pk", flat=True)))
    scored = [score(window, now.date(), now) for window in WINDOWS]
    return Harvest(papers=max(scored))


def _purging(now: datetime) -> Iterator[Step]:
    yield Step(partial(_purge, now))


def _purge(now: datetime) -> Harvest:
    purge_payloads(now.date(), keep_days=settings.RAW_RETENTION_DAYS)
    purge_runs(now)
    return Harvest()


LINES: Final = (
    Line(
        name=DAILY_LISTS,
        source=at_hugging_face.SOURCE,
        slot=Slot(2),
        what="the list of today, and of missed days",
        steps=_lists,
    ),
    Line(
        name="upvotes",
        source=at_hugging_face.SOURCE,
        slot=Slot(8),
        what="upvotes and comments of the last 14 days' papers",
        steps=_one(at_hugging_face.connect, hugging_face.fetch_signals),
    ),
    Line(
        name="stars",
        source=at_github.SOURCE,
        slot=Slot(16),
        what="stars of the last 14 days' repositories",
        steps=_one(at_github.connect, github.fetch_stars),
    ),
    Line(
        name="announcements",
        source=at_arxiv.SOURCE,
        slot=Slot(34),
        what="what arXiv announced last in our categories",
        steps=_one(at_arxiv.connect_feeds, arxiv.fetch_announcements),
        needs="ARXIV_CATEGORIES",
    ),
    Line(
        name=METADATA,
        source=at_arxiv.SOURCE,
        slot=Slot(40),
        what="categories, authors and code links that lists leave out",
        steps=_metadata,
    ),
    Line(name="ranking", source="", slot=Slot(50), what="topics and trends", steps=_ranking),
    Line(
        name="citations",
        source=at_semantic_scholar.SOURCE,
        slot=Slot(20, hour=3),
        what="citations of the last half year's papers",
        steps=_one(at_semantic_scholar.connect, semantic_scholar.fetch_citations),
    ),
    Line(
        name="purge",
        source="",
        slot=Slot(30, hour=4),
        what="forgetting old payloads and records of runs",
        steps=_purging,
    ),
)
BY_NAME: Final = {line.name: line for line in LINES}
SOURCES: Final = tuple(dict.fromkeys(line.source for line in LINES if line.source))
