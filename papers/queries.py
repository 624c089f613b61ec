"""The queries about papers that pages, feeds, the API and editions share."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import (
    Case,
    Count,
    F,
    FilteredRelation,
    FloatField,
    Func,
    Prefetch,
    Q,
    QuerySet,
    TextField,
    When,
)
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Cast, Coalesce
from django.db.models.query import RawQuerySet

from papers.models import NEWEST_FIRST, Paper, PaperTopic, Topic, Trend
from papers.ranking.measurements import Facts, facts, measure
from papers.ranking.score import score_beside
from papers.ranking.window_papers import window_papers
from papers.windows import DAYS, Window, closes_at, first_day
from web.page_cache.by_version import by_version
from web.sql import array, rows


@dataclass(frozen=True, slots=True)
class RankedPaper:
    """A paper at its place in a list.

    `position` counts from 1. A paper that is not scored yet has None as `trend` and no
    `components`; `facts` are its signals at the end of the list's day.
    `paper.topic_links.all()` is prefetched, best topic first, each with its `topic`.
    """

    position: int
    paper: Paper
    trend: float | None
    components: dict[str, Any]
    facts: Facts


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The nearest days before and after a day whose lists hold papers; None: no such day."""

    earlier: date | None
    later: date | None


def ranked(
    window: Window,
    day: date,
    *,
    topic_slug: str | None = None,
    skip: int = 0,
    limit: int | None = None,
    now: datetime | None = None,
) -> list[RankedPaper]:
    """The papers on the lists of the window that ends with `day`, strongest trend first.

    The first `skip` of them are left out, and all after the next `limit`. Signals count up to
    the window's close or, while it is open, up to `now` (aware).

    Four queries for any number of papers. Papers without a score follow in the order of
    their listing, so a page that was just ingested keeps its order.
    """
    papers = with_topics(list(_in_order(window, day, topic_slug, skip, limit)))
    until = min(closes_at(day), now) if now else closes_at(day)
    measurements = measure([paper.pk for paper in papers], until, window=window)
    return [
        RankedPaper(
            position=position,
            paper=paper,
            trend=paper.trend_value,
            components=json.loads(paper.trend_components or "{}"),
            facts=facts(paper, measurements[paper.pk]),
        )
        for position, paper in enumerate(papers, start=skip + 1)
    ]


def ranked_beside(window: Window, day: date, paper_ids: Collection[int]) -> list[RankedPaper]:
    """Papers of other days as they would stand in the list of a closed window, strongest first.

    Their positions count from 1 among themselves.
    """
    scores = score_beside(window, day, paper_ids)
    listed = Paper.listed.defer("search").prefetch_related(topics_by_weight())
    papers = listed.in_bulk([one.paper_id for one in scores])
    measurements = measure(list(papers), closes_at(day), window=window)
    return [
        RankedPaper(
            position=position,
            paper=papers[one.paper_id],
            trend=one.value,
            components=one.components,
            facts=facts(papers[one.paper_id], measurements[one.paper_id]),
        )
        for position, one in enumerate(scores, start=1)
    ]


@by_version
def days_with_papers(
    around: date, window: Window = "day", *, topic_slug: str | None = None
) -> Neighbours:
    """The days to which "earlier" and "later" lead from the list of `window` up to `around`.

    A day's list leads to the nearest day with papers, past weekends and holidays. A longer
    window leads back to the newest such day before it begins, and forward by one window, but
    never past the newest day with papers.
    """
    earlier, later, newest = _days_around(first_day(window, around), around, topic_slug)
    if window == "day" or newest is None:
        return Neighbours(earlier, later)
    return Neighbours(earlier, min(around + timedelta(days=DAYS[window]), newest))


# The days of papers are those of their lists and announcements: paper_newest and listing_of_day
# serve both, from the end that is asked for. A listing of a withdrawn paper is passed over.
_DAYS_AROUND: Final = """
WITH paper AS NOT MATERIALIZED (
    SELECT id, listed_on
    FROM papers_paper AS paper
    WHERE NOT is_withdrawn AND NOT is_unlisted AND (%(topic)s::text IS NULL OR EXISTS (
        SELECT FROM papers_papertopic AS link JOIN papers_topic AS topic ON topic.id = topic_id
        WHERE link.paper_id = paper.id AND topic.slug = %(topic)s AND topic.is_active))
), listed AS NOT MATERIALIZED (
    SELECT listing.day FROM papers_listing AS listing JOIN paper ON paper.id = listing.paper_id
)
SELECT greatest((SELECT listed_on FROM paper WHERE listed_on < %(before)s
                  ORDER BY listed_on DESC LIMIT 1),
                (SELECT day FROM listed WHERE day < %(before)s ORDER BY day DESC LIMIT 1)),
       least((SELECT listed_on FROM paper WHERE listed_on > %(after)s ORDER BY listed_on LIMIT 1),
             (SELECT day FROM listed WHERE day > %(after)s ORDER BY day LIMIT 1)),
       greatest((SELECT listed_on FROM paper WHERE listed_on > %(after)s
                  ORDER BY listed_on DESC LIMIT 1),
                (SELECT day FROM listed WHERE day > %(after)s ORDER BY day DESC LIMIT 1))
"""


def _days_around(
    before: date, after: date, topic_slug: str | None
) -> tuple[date | None, date | None, date | None]:
    """The last day with papers before one day, and the first and the last after another."""
    [found] = rows(_DAYS_AROUND, before=before, after=after, topic=topic_slug)
    earlier, later, newest = found
    return earlier, later, newest


@dataclass(frozen=True, slots=True)
class TopicCount:
    """A topic and how many papers of a list have it."""

    topic: Topic
    papers: int


@by_version
def topic_counts(window: Window, day: date) -> list[TopicCount]:
    """All active topics with their papers of a list, in the operator's order. Two queries.

    The counts start from the window's papers (see `papers_of_days`), so their cost grows
    with the window and not with the archive.
    """
    links = PaperTopic.objects.filter(paper__in=window_papers(window, day))
    counts = dict(links.order_by().values_list("topic_id").annotate(Count("id")))
    topics = Topic.objects.filter(is_active=True)
    return [TopicCount(topic, counts.get(topic.pk, 0)) for topic in topics]


def strongest_of_topics(window: Window, day: date) -> dict[int, Paper]:
    """The first paper of each topic's list, by the topic's id; a topic without papers is left out.

    In the order of `ranked`, but for papers without a score: the newest comes first. One query,
    which starts from the window's papers as `topic_counts` does.
    """
    lift = Func(
        KeyTransform("lift", "score__components"),
        F("topic__slug"),
        template="(%(expressions)s)",
        arg_joiner=" ->> ",
        output_field=TextField(),
    )
    links = (
        PaperTopic.objects.filter(paper__in=window_papers(window, day), topic__is_active=True)
        .annotate(
            score=FilteredRelation(
                "paper__trends",
                condition=Q(paper__trends__window=window, paper__trends__day=day),
            ),
            lift=_lift_or_zero(lift),
        )
        .order_by(
            "topic_id",
            F("lift").desc(nulls_last=True),
            F("score__value").desc(nulls_last=True),
            *(
                f"-paper__{name[1:]}" if name[0] == "-" else f"paper__{name}"
                for name in NEWEST_FIRST
            ),
        )
        .distinct("topic_id")
        .select_related("paper")
        .defer("paper__search")
    )
    return {link.topic_id: link.paper for link in links}


# The index trend_once finds the trends, and trend_ranking the stronger ones. They are counted for
# the newest day only. The last of 10,000 papers of a month takes 30 ms: for each stronger one the
# query must read whether it is withdrawn, or the place would differ from the list.
_NEWEST_PLACES: Final = """
SELECT newest.*, (
    SELECT count(*)
    FROM papers_trend AS other JOIN papers_paper AS paper ON paper.id = other.paper_id
    WHERE other."window" = newest."window" AND other.day = newest.day
      AND other.value > newest.value AND NOT paper.is_withdrawn AND NOT paper.is_unlisted
) AS stronger
FROM (
    SELECT DISTINCT ON ("window") trend.*
    FROM papers_trend AS trend JOIN papers_paper AS paper ON paper.id = trend.paper_id
    WHERE paper_id = %(paper)s AND NOT paper.is_withdrawn AND NOT paper.is_unlisted
    ORDER BY "window", day DESC
) AS newest
"""


def newest_places(paper_id: int) -> list[tuple[Trend, int]]:
    """A paper's newest trend in each window, shortest first, and its place there, from 1.

    A withdrawn paper has no place. One query, in SQL as that of a list.
    """
    trends: RawQuerySet[Any] = Trend.objects.raw(_NEWEST_PLACES, {"paper": paper_id})
    order = list(Trend.Span)
    found = sorted(trends, key=lambda trend: order.index(Trend.Span(trend.window)))
    return [(trend, trend.stronger + 1) for trend in found]


def newest_day(until: date) -> date | None:
    """The newest day up to `until` with papers; None before the first."""
    next_day = until + timedelta(days=1)
    earlier, _, _ = _days_around(next_day, date.max, None)
    return earlier


@by_version
def latest_day(window: Window, today: date) -> date:
    """The last day of the newest list: the newest day that has papers.

    A week or a month ends with today as soon as today is scored, before that with yesterday,
    so that a quiet weekend does not hold it back. If that window is empty, it ends with the
    newest day that has papers. Without any paper it is today.
    """
    newest = newest_day(today)
    if newest is None or window == "day":
        return newest or today
    last = today if _is_scored(window, today) else today - timedelta(days=1)
    return last if first_day(window, last) <= newest <= last else newest


def _is_scored(window: Window, day: date) -> bool:
    return Trend.objects.filter(window=window, day=day).exists()


# Places in listings are looked up one by one, so only for the papers up to the last one asked for
# and those that share its trend. Which papers a window has, papers_of_days says too.
_IN_ORDER: Final = """
WITH of_window AS (
    SELECT id AS paper_id FROM papers_paper WHERE listed_on BETWEEN %(first)s AND %(day)s
    UNION
    SELECT paper_id FROM papers_listing WHERE day BETWEEN %(first)s AND %(day)s
), strongest AS (
    SELECT paper.id AS paper_id, {lift} AS lift, trend.value AS trend_value
    FROM papers_paper AS paper
    JOIN of_window ON of_window.paper_id = paper.id
    LEFT JOIN papers_trend AS trend
           ON trend.paper_id = paper.id AND trend."window" = %(window)s AND trend.day = %(day)s
    WHERE NOT is_withdrawn AND NOT is_unlisted {with_topic}
    ORDER BY lift DESC NULLS LAST, trend_value DESC NULLS LAST
    FETCH FIRST %(end)s ROWS WITH TIES
)
SELECT {columns}, trend.value AS trend_value, trend.components::text AS trend_components
FROM strongest
JOIN papers_paper AS paper ON paper.id = strongest.paper_id
LEFT JOIN papers_trend AS trend
       ON trend.paper_id = paper.id AND trend."window" = %(window)s AND trend.day = %(day)s
LEFT JOIN LATERAL (
    SELECT value AS place FROM papers_signal
    WHERE paper_id = paper.id AND kind = 'position' AND read_at <= %(close)s
    ORDER BY read_at DESC, source LIMIT 1
) AS listing ON true
ORDER BY lift DESC NULLS LAST, trend.value DESC NULLS LAST, place NULLS LAST,
         paper.listed_on DESC, paper.listed_at DESC, paper.id
LIMIT %(limit)s OFFSET %(skip)s
"""
# Of a paper without a score it is NULL. A paper that got the topic after it was scored has none
# stored: it counts as a usual paper of the topic, with a lift of 0.
_LIFT: Final = """CASE WHEN trend.value IS NOT NULL
         THEN coalesce((trend.components -> 'lift' ->> %(topic)s)::float8, 0) END"""
_WITH_TOPIC: Final = """AND EXISTS (
        SELECT FROM papers_papertopic AS link JOIN papers_topic AS topic ON topic.id = topic_id
        WHERE link.paper_id = paper.id AND topic.slug = %(topic)s AND topic.is_active)"""
_FIELDS: Final = Paper._meta.concrete_fields  # noqa: SLF001 (public in spite of its name)
# Of a row "paper", all that pages show of it.
PAPER_COLUMNS: Final = ", ".join(f"paper.{one.column}" for one in _FIELDS if one.name != "search")
_OF_ALL: Final = _IN_ORDER.format(lift="NULL::float8", with_topic="", columns=PAPER_COLUMNS)
_OF_TOPIC: Final = _IN_ORDER.format(lift=_LIFT, with_topic=_WITH_TOPIC, columns=PAPER_COLUMNS)
_ALL: Final = 2**31 - 1


def _in_order(
    window: Window, day: date, topic_slug: str | None, skip: int, limit: int | None
) -> RawQuerySet[Any]:
    """By trend, then by place in the listing, then the newest: the same on every machine.

    A topic's list goes by the topic lift before the trend: a paper with few reads is compared
    with the mean of its own topic. In SQL, because the ORM takes as long to write this statement
    as PostgreSQL to answer it.
    """
    values = {
        "first": first_day(window, day),
        "day": day,
        "window": window,
        "close": closes_at(day),
        "topic": topic_slug,
        "skip": skip,
        "limit": limit,
        "end": _ALL if limit is None else skip + limit,
    }
    statement = _OF_ALL if topic_slug is None else _OF_TOPIC
    return Paper.objects.raw(statement, values)


def _lift_or_zero(of_paper: Any) -> Case:
    stored = Coalesce(Cast(of_paper, FloatField()), 0.0)
    return Case(When(score__value__isnull=False, then=stored))


# By paper_topic_once. In SQL, because a prefetch of the ORM takes a millisecond for a page.
_TOPIC_LINKS: Final = """
SELECT link.id, link.paper_id, link.topic_id, link.weight
FROM papers_papertopic AS link
JOIN papers_topic AS topic ON topic.id = link.topic_id AND topic.is_active
WHERE link.paper_id = ANY(%(ids)s::bigint[])
ORDER BY link.weight DESC, topic.position
"""


@by_version
def active_topics() -> Mapping[int, Topic]:
    """The active topics by their keys, in the operator's order."""
    return {topic.pk: topic for topic in Topic.objects.filter(is_active=True)}


def with_topics(papers: Sequence[Any]) -> Sequence[Any]:
    """The same papers, with `topic_links` as `topics_by_weight` prefetches them. Two queries."""
    if not papers:
        return papers
    topics = active_topics()
    by_key = {paper.pk: paper for paper in papers}
    links: dict[int, list[PaperTopic]] = {key: [] for key in by_key}
    for key, paper_id, topic_id, weight in rows(_TOPIC_LINKS, ids=array(links)):
        if topic := topics.get(topic_id):  # a new one is unknown until the next version
            link = PaperTopic(id=key, paper=by_key[paper_id], topic=topic, weight=weight)
            links[paper_id].append(link)
    for paper in papers:
        known = PaperTopic.objects.all()
        known._result_cache = links[paper.pk]  # noqa: SLF001 (as a prefetch sets both)
        paper._prefetched_objects_cache = {"topic_links": known}  # noqa: SLF001
    return papers


def topics_by_weight() -> Prefetch[str, QuerySet[PaperTopic], str]:
    """A prefetch of `topic_links`, best topic first, each with its topic; active ones only."""
    links = PaperTopic.objects.filter(topic__is_active=True).select_related("topic")
    return Prefetch("topic_links", links.order_by("-weight", "topic__position"))
