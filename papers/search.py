"""Search: papers by their words, best match and strongest trend first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Exists, F, OuterRef, QuerySet

from papers.fetched import arxiv_id, fold
from papers.measure import facts, measure
from papers.models import Paper, PaperTopic
from papers.queries import RankedPaper, topics_by_weight

SHOWN: Final = 20
LONGEST_QUERY: Final = 250


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One page of what was found.

    `query` is what was searched for: folded to one line, and cut where it was too long
    (`is_cut`). `papers` are those of this page, best first; positions count from 1 over all
    pages. `total` is a guess where `is_about`. `exact` is the paper whose arXiv id or
    address the query is, and then the only one of `papers`.
    """

    query: str
    is_cut: bool
    papers: Sequence[RankedPaper]
    total: int
    is_about: bool
    page: int
    pages: int
    exact: Paper | None = None


def search(
    query: str,
    *,
    now: datetime,
    topic: str | None = None,
    since: date | None = None,
    until: date | None = None,
    with_code: bool = False,
    page: int = 1,
    size: int = SHOWN,
) -> SearchResult:
    """The papers that match `query` in web-search syntax, by relevance times trend.

    Args:
        query: words, "exact phrases", or, -not; or an arXiv id or the address of a paper.
            Nothing that a person can type is an error.
        now: aware; signals read up to it are shown.
        topic: the slug of a topic.
        since, until: the first and last day of a paper's first listing.
        page: counts from 1; one past the last page is empty.
        size: papers on a page, 1 to 120.
    """
    asked = fold(query.replace("\x00", ""))
    wanted = asked[:LONGEST_QUERY]
    if paper := _named(wanted):
        found = _shown([paper], 1, now)
        return SearchResult(wanted, False, found, 1, False, 1, 1, paper)
    matching = _matching(wanted, topic, since, until, with_code)
    total = matching.count()
    first = (page - 1) * size
    papers = _shown(list(matching[first : first + size]), first + 1, now)
    is_cut = wanted != asked
    return SearchResult(wanted, is_cut, papers, total, False, page, max(1, -(-total // size)))


def _named(query: str) -> Paper | None:
    name = arxiv_id(query)
    found = Paper.objects.filter(arxiv_id=name) if name else Paper.objects.none()
    return found.defer("search").prefetch_related(topics_by_weight()).first()


def _matching(
    query: str, topic: str | None, since: date | None, until: date | None, with_code: bool
) -> QuerySet[Paper]:
    words = SearchQuery(query, config="english", search_type="websearch")
    papers = Paper.objects.filter(search=words)
    if topic:
        links = PaperTopic.objects.filter(paper=OuterRef("pk"), topic__slug=topic)
        papers = papers.filter(Exists(links))
    if since:
        papers = papers.filter(listed_on__gte=since)
    if until:
        papers = papers.filter(listed_on__lte=until)
    if with_code:
        papers = papers.exclude(code_url="")
    ranked = papers.annotate(rank=SearchRank(F("search"), words)).order_by("-rank", "-pk")
    return ranked.defer("search").prefetch_related(topics_by_weight())


def _shown(papers: list[Paper], first: int, now: datetime) -> list[RankedPaper]:
    measured = measure([paper.pk for paper in papers], now)
    return [
        RankedPaper(position, paper, None, {}, facts(paper, measured[paper.pk]))
        for position, paper in enumerate(papers, start=first)
    ]
