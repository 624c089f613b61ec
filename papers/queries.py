"""The questions that pages, feeds and editions ask about papers, each with its name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    FilteredRelation,
    FloatField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, Coalesce

from papers.models import Paper, PaperTopic, Signal, Topic, Trend
from papers.ranking.measurements import Facts, facts, measure
from papers.windows import DAYS, Window, closes_at, first_day


@dataclass(frozen=True, slots=True)
class RankedPaper:
    """A paper at its place in a list.

    `position` counts from 1. `trend` and `components` are None and empty for a paper that
    is not scored yet; `facts` are its signals as they stood at the end of the list's day.
    `paper.topic_links.all()` is prefetched, best topic first, each with its `topic`.
    """

    position: int
    paper: Paper
    trend: float | None
    components: dict[str, Any]
    facts: Facts


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The nearest days before and after one whose lists hold papers; None: there is none."""

    earlier: date | None
    later: date | None


def ranked(
    window: Window,
    day: date,
    *,
    topic_slug: str | None = None,
    limit: int | None = None,
    now: datetime | None = None,
) -> list[RankedPaper]:
    """The papers first listed in the window that ends with `day`, strongest trend first.

    Signals are those of the window's close or, while it is open, of `now` (aware).

    Three queries, however many papers. Papers that are not scored follow in the order of
    their listing, so a page that was just ingested shows as it stood.
    """
    papers = list(_in_order(window, day, topic_slug)[:limit])
    until = min(closes_at(day), now) if now else closes_at(day)
    measured = measure([paper.pk for paper in papers], until, window=window)
    return [
        RankedPaper(
            position=position,
            paper=paper,
            trend=paper.trend_value,
            components=paper.trend_components or {},
            facts=facts(paper, measured[paper.pk]),
        )
        for position, paper in enumerate(papers, start=1)
    ]


def listed_in(window: Window, day: date) -> QuerySet[Paper]:
    """The papers whose first listing falls into the window that ends with `day`.

    Those that were withdrawn are left out.
    """
    listed = Paper.objects.filter(listed_on__range=(first_day(window, day), day))
    return listed.filter(is_withdrawn=False)


def days_with_papers(
    around: date, window: Window = "day", *, topic_slug: str | None = None
) -> Neighbours:
    """Where "earlier" and "later" lead from the list of `window` that ends with `around`.

    A day's list goes to the nearest day with papers, past weekends and holidays. A longer
    window goes to the newest such day before it begins, and one window on, but never past
    the newest day there is.
    """
    papers = _with_topic(Paper.objects.all(), topic_slug)
    listed = papers.order_by("listed_on").values_list("listed_on", flat=True)
    earlier = listed.filter(listed_on__lt=first_day(window, around)).last()
    after = listed.filter(listed_on__gt=around)
    if window == "day" or (newest := after.last()) is None:
        return Neighbours(earlier, after.first())
    return Neighbours(earlier, min(around + timedelta(days=DAYS[window]), newest))


@dataclass(frozen=True, slots=True)
class TopicCount:
    """A topic and how many papers of a list have it."""

    topic: Topic
    papers: int


def topic_counts(window: Window, day: date) -> list[TopicCount]:
    """All active topics with their share of a list, in the operator's order. Two queries.

    The counts start from the window's papers (index paper_listed_on), so their cost follows
    the window and not the archive.
    """
    listed = PaperTopic.objects.filter(paper__listed_on__range=(first_day(window, day), day))
    counts = dict(listed.order_by().values_list("topic_id").annotate(Count("id")))
    topics = Topic.objects.filter(is_active=True)
    return [TopicCount(topic, counts.get(topic.pk, 0)) for topic in topics]


def newest_places(paper_id: int) -> list[tuple[Trend, int]]:
    """A paper's newest trend in each window, shortest first, and its place there, from 1.

    One query; trend_once finds the trends, and trend_ranking counts the stronger ones.
    """
    stronger = Trend.objects.filter(
        window=OuterRef("window"), day=OuterRef("day"), value__gt=OuterRef("value")
    )
    counted = stronger.order_by().values("day").annotate(papers=Count("id")).values("papers")
    trends = (
        Trend.objects.filter(paper=paper_id)
        .annotate(stronger=Coalesce(Subquery(counted), 0))
        .order_by("window", "-day")
        .distinct("window")
    )
    order = list(Trend.Span)
    found = sorted(trends, key=lambda trend: order.index(Trend.Span(trend.window)))
    return [(trend, trend.stronger + 1) for trend in found]


def newest_day(until: date) -> date | None:
    """The newest day up to `until` on which papers were listed; None before the first."""
    days = Paper.objects.filter(listed_on__lte=until).order_by("-listed_on")
    return days.values_list("listed_on", flat=True).first()


def _in_order(window: Window, day: date, topic_slug: str | None) -> QuerySet[Any]:
    """Trend first, then the place in the listing, then the newest: the same on every machine.

    A topic's list goes by the lift over that topic's mean before the trend: a paper of which
    little was seen yet is held to what its own field gets.
    """
    place = Signal.objects.filter(
        paper=OuterRef("pk"), kind=Signal.Kind.POSITION, read_at__lte=closes_at(day)
    ).order_by("-read_at", "source")
    listed = _with_topic(listed_in(window, day), topic_slug).annotate(
        score=FilteredRelation("trends", condition=Q(trends__window=window, trends__day=day)),
        trend_value=F("score__value"),
        trend_components=F("score__components"),
        place=Subquery(place.values("value")[:1]),
    )
    lift = [] if topic_slug is None else [_lift(topic_slug).desc(nulls_last=True)]
    return (
        listed.prefetch_related(topics_by_weight())
        .defer("search")
        .order_by(
            *lift,
            F("trend_value").desc(nulls_last=True),
            F("place").asc(nulls_last=True),
            "-listed_on",
            "id",
        )
    )


def _lift(topic_slug: str) -> Case:
    """The stored lift over a topic. A paper that got the topic since it was scored counts as
    a usual one of it, and one that is not scored at all has none."""
    of_paper = KeyTextTransform(topic_slug, KeyTransform("lift", "score__components"))
    stored = Coalesce(Cast(of_paper, FloatField()), 0.0)
    return Case(When(score__value__isnull=False, then=stored))


def _with_topic(papers: QuerySet[Paper], topic_slug: str | None) -> QuerySet[Paper]:
    """Those of the papers that have an active topic; None: all of them."""
    if topic_slug is None:
        return papers
    links = PaperTopic.objects.filter(
        paper=OuterRef("pk"), topic__slug=topic_slug, topic__is_active=True
    )
    return papers.filter(Exists(links))


def topics_by_weight() -> Prefetch[str, QuerySet[PaperTopic], str]:
    """A prefetch of `topic_links`, best topic first, each with its topic; hidden ones left out."""
    links = PaperTopic.objects.filter(topic__is_active=True).select_related("topic")
    return Prefetch("topic_links", links.order_by("-weight", "topic__position"))
