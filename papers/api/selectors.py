"""Select the papers of a request, in their order, with the counts and payloads of their rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from papers.api.counts import Counts, newest_counts
from papers.api.date_range import Span
from papers.models import (
    NEWEST_FIRST,
    SUBMITTER,
    Listing,
    Paper,
    PaperTopic,
    RawRecord,
    Signal,
    Trend,
)
from papers.queries import topics_by_weight
from papers.ranking.measurements import Facts
from papers.ranking.window_papers import papers_of_days
from papers.search.results import search_papers
from papers.sources.hugging_face import SOURCE
from papers.text.arxiv_ids import pasted_id

Kind = Signal.Kind
_NUMBER: Final = re.compile(r"[0-9]{1,18}")  # fits a bigint
Sort = Literal["publishedAt", "trending"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A paper, its newest counts, and the newest payload of Hugging Face about it, or None.

    `listed_on` is the day of the list that the row is about: a paper may be on several.
    """

    paper: Paper
    counts: Counts
    payload: dict[str, Any] | None
    listed_on: date


@dataclass(frozen=True, slots=True)
class Page:
    entries: Sequence[Entry]
    has_more: bool


def daily_papers(
    span: Span | None,
    sort: Sort,
    *,
    topic: str | None,
    submitter: str | None,
    page: int,
    size: int,
    now: datetime,
) -> Page:
    """A page of the papers on the lists of `span`, or of all; pages count from 0. Four queries.

    `publishedAt` gives the newest listing first, and of one day the last read. `trending` gives
    the strongest first, by the newest scores of the span (one more query); without a span, only
    the newest scored week's.
    """
    papers: QuerySet[Any] = Paper.listed.all() if span is None else _of_span(span)
    if topic is not None:
        links = PaperTopic.objects.filter(paper=OuterRef("pk"), topic__slug=topic)
        papers = papers.filter(Exists(links.filter(topic__is_active=True)))
    if submitter is not None:
        papers = papers.filter(Exists(_submitted_by(submitter)))
    if sort == "trending":
        papers = _by_trend(papers, span, now.date())
    elif span is None:
        papers = papers.order_by(*NEWEST_FIRST)
    else:
        papers = papers.order_by("-day", "-read_at", "id")
    return _page(papers, page * size, size, now)


def matching_papers(query: str, size: int, now: datetime) -> Page:
    """The papers that match a search, the best first. One query more than the search itself."""
    result = search_papers(query, now=now, size=size)
    payloads = newest_payloads([ranked.paper.pk for ranked in result.papers])
    entries = [
        Entry(
            ranked.paper,
            _counts(ranked.facts),
            payloads.get(ranked.paper.pk),
            ranked.paper.listed_on,
        )
        for ranked in result.papers
    ]
    return Page(entries, has_more=result.pages > 1)


def newest_papers(size: int, now: datetime) -> Page:
    """The papers with the newest listing. Four queries."""
    return _page(Paper.listed.order_by(*NEWEST_FIRST), 0, size, now)


def paper_by_name(name: str) -> Paper | None:
    """The paper with an arXiv id (of any version, or an address) or a number. Two queries."""
    papers = Paper.objects.defer("search").prefetch_related(topics_by_weight())
    if identity := pasted_id(name):
        return papers.filter(arxiv_id=identity).first()
    return papers.filter(pk=int(name)).first() if _NUMBER.fullmatch(name) else None


def entry_of(paper: Paper, now: datetime) -> Entry:
    """One paper with its counts and its payload. Two queries."""
    counts = newest_counts([paper.pk], now)
    payload = newest_payloads([paper.pk]).get(paper.pk)
    return Entry(paper, counts.get(paper.pk, {}), payload, paper.listed_on)


def newest_links(paper_id: int) -> Any:
    """The newest payload with linked models, datasets and spaces, or None. One query."""
    key = "linkedModels"
    has_links = Q(payload__has_key=key) | Q(payload__paper__has_key=key)
    return newest_payloads([paper_id], has_links).get(paper_id)


def newest_payloads(paper_ids: Sequence[int], condition: Q | None = None) -> dict[int, Any]:
    """The newest payload of Hugging Face about each paper that fulfils the condition.

    One query, served by raw_record_once.
    """
    records = RawRecord.objects.filter(condition or Q(), paper=OuterRef("pk"), source=SOURCE)
    newest = records.order_by("-day", "-pk").values("payload")[:1]
    papers = Paper.objects.filter(pk__in=paper_ids).order_by().annotate(newest=Subquery(newest))
    payloads = papers.values_list("pk", "newest")
    return {pk: payload for pk, payload in payloads if payload is not None}


def _of_span(span: Span) -> QuerySet[Any]:
    """The papers of a span, each with the `day` of its newest list in it, and its `read_at`."""
    listings = Listing.objects.filter(paper=OuterRef("pk"), day__range=(span.first, span.last))
    newest = listings.order_by("-day", "-read_at")
    return papers_of_days(span.first, span.last).annotate(
        day=Coalesce(Subquery(newest.values("day")[:1]), F("listed_on")),
        read_at=Coalesce(Subquery(newest.values("read_at")[:1]), F("listed_at")),
    )


def _by_trend(papers: QuerySet[Any], span: Span | None, today: date) -> QuerySet[Any]:
    window = span.window if span else "week"
    scored = Trend.objects.filter(window=window, day__lte=min(span.last, today) if span else today)
    if span is not None:
        scored = scored.filter(day__gte=span.first)
    day = scored.order_by("-day").values_list("day", flat=True).first()
    if day is None:
        return papers.order_by(*NEWEST_FIRST)
    at_close = Q(trends__window=window, trends__day=day)
    ranked: QuerySet[Any] = papers.annotate(
        score=FilteredRelation("trends", condition=at_close), trend_value=F("score__value")
    )
    if span is None:
        ranked = ranked.filter(trend_value__isnull=False)
    return ranked.order_by(F("trend_value").desc(nulls_last=True), *NEWEST_FIRST)


def _submitted_by(submitter: str) -> QuerySet[RawRecord]:
    """Served by the index raw_record_submitter, which has the same expression."""
    records = RawRecord.objects.filter(paper=OuterRef("pk"), source=SOURCE)
    return records.alias(submitter=SUBMITTER).filter(submitter=submitter)


def _page(papers: QuerySet[Paper], start: int, size: int, now: datetime) -> Page:
    shown = papers.defer("search").prefetch_related(topics_by_weight())
    with_next = list(shown[start : start + size + 1])
    on_page = with_next[:size]
    if not on_page:
        return Page([], has_more=False)
    ids = [paper.pk for paper in on_page]
    counts, payloads = newest_counts(ids, now), newest_payloads(ids)
    entries = [
        Entry(
            paper,
            counts.get(paper.pk, {}),
            payloads.get(paper.pk),
            getattr(paper, "day", paper.listed_on),
        )
        for paper in on_page
    ]
    return Page(entries, has_more=len(with_next) > size)


def _counts(facts: Facts) -> Counts:
    counts = {
        Kind.UPVOTES: facts["upvotes"],
        Kind.COMMENTS: facts["comments"],
        Kind.STARS: facts["stars"],
    }
    return {kind: value for kind, value in counts.items() if value is not None}
