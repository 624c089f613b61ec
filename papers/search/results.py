"""Search papers by their words: the best match with the strongest trend comes first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, cast

from django.db.models import F

from papers.models import Paper, Topic, Trend
from papers.queries import RankedPaper, topics_by_weight
from papers.ranking.measurements import facts, measure
from papers.search.facets import Facets
from papers.search.query import NO_FACETS, Filters, Matches, parse, top_matches
from papers.search.spelling import MOST_WITH_SLIP, did_you_mean
from papers.text.arxiv_ids import pasted_id
from papers.text.clean import fold
from papers.windows import DAYS, Window
from web.storable import storable_text

PAGE_SIZE: Final = 20
MAX_QUERY_LENGTH: Final = 250


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One page of the papers that match a query.

    `query` is the text that was searched for: folded to one line, and cut where it was too
    long (`is_cut`). `is_empty`: it has no word to search for, only "the" or "-this". `papers`
    are those of this page, best first, their positions counted from 1 over all pages. `total`
    is the number of matches, an estimate if `is_estimate`; `pages` lead to the best of them
    only, at least to the first 250. `exact_match` is the paper whose arXiv id or address the
    query is: it is then the only one of `papers`, and the filters do not count. `marks` has the
    words to mark in the texts of the papers, as a tsquery. `typed_total` leaves out the papers
    that match only with the last word as a beginning. `facets` are counted if they were asked for.
    """

    query: str
    papers: Sequence[RankedPaper]
    total: int = 0
    page: int = 1
    pages: int = 1
    is_estimate: bool = False
    is_cut: bool = False
    is_empty: bool = False
    exact_match: Paper | None = None
    marks: str = ""
    typed_total: int = 0
    facets: Facets = NO_FACETS


def search_papers(
    query: str,
    *,
    now: datetime,
    topic: str | None = None,
    since: date | None = None,
    until: date | None = None,
    with_code: bool = False,
    page: int = 1,
    size: int = PAGE_SIZE,
    with_facets: bool = False,
) -> SearchResult:
    """The papers that match `query` in web-search syntax, by relevance times trend.

    Args:
        query: words, "exact phrases", or, -not; or an arXiv id or the address of a paper.
            No text is an error; the first 250 characters count.
        now: aware; signals read up to it are shown.
        topic: the slug of an active topic.
        since, until: the first and last day of a paper's first listing.
        page: counts from 1; one past the last page is empty.
        size: papers on a page, 1 to 120.

        with_facets: count the papers by topic, year and code too.

    Six queries for any number of papers. The facets of few papers take a seventh.

    Raises:
        Topic.DoesNotExist: there is no such topic, or it is not active.
    """
    folded = fold(storable_text(query))
    text = folded[:MAX_QUERY_LENGTH].rstrip()
    if paper := _paper_with_id(folded):
        return SearchResult(text, _ranked([paper.pk], 1, now), total=1, exact_match=paper)
    filters = Filters(_topic_key(topic), since, until, with_code)
    # A space after the last word says that it is finished; `fold` removes it.
    parsed = parse(f"{text} " if query[-1:].isspace() else text)
    matches = Matches([], 0)
    if parsed:
        matches = top_matches(parsed, filters, at_least=size, with_facets=with_facets)
    first = (page - 1) * size
    return SearchResult(
        query=text,
        papers=_ranked(matches.paper_ids[first : first + size], first + 1, now),
        total=matches.total,
        page=page,
        pages=max(1, -(-len(matches.paper_ids) // size)),
        is_estimate=matches.is_estimate,
        is_cut=text != folded,
        is_empty=parsed is None,
        marks=matches.marks,
        typed_total=matches.typed_total,
        facets=matches.facets,
    )


def correction(
    result: SearchResult,
    *,
    topic: str | None = None,
    since: date | None = None,
    until: date | None = None,
    with_code: bool = False,
) -> str:
    """The query without its typing slip, if it matches more papers with the same filters, or "".

    Three to eleven queries; none for a query that matches more than two papers.
    """
    if result.exact_match or result.typed_total > MOST_WITH_SLIP:
        return ""
    filters = Filters(_topic_key(topic), since, until, with_code)
    return did_you_mean(result.query, result.typed_total, filters, completed=result.total)


def _paper_with_id(query: str) -> Paper | None:
    """The paper whose arXiv id, or whose address there or at Hugging Face, the query is.

    A withdrawn paper is found, as its page says that it is withdrawn; an unlisted one is not.
    """
    if not (name := pasted_id(query)):
        return None
    return Paper.objects.defer("search").filter(arxiv_id=name, is_unlisted=False).first()


def _topic_key(slug: str | None) -> int | None:
    return Topic.objects.get(slug=slug, is_active=True).pk if slug else None


def _ranked(paper_ids: Sequence[int], first: int, now: datetime) -> list[RankedPaper]:
    """The papers in this order, with their signals and the trend that ranked them."""
    if not paper_ids:
        return []
    stored = Paper.objects.defer("search").prefetch_related(topics_by_weight())
    papers = stored.in_bulk(paper_ids)
    trends = _newest_trends(paper_ids)
    measurements = measure(paper_ids, now)
    return [
        RankedPaper(
            position=position,
            paper=papers[key],
            trend=trends[key].value if key in trends else None,
            components=trends[key].components if key in trends else {},
            facts=facts(papers[key], measurements[key]),
        )
        for position, key in enumerate(paper_ids, start=first)
    ]


def _newest_trends(paper_ids: Sequence[int]) -> dict[int, Trend]:
    """The trends in the order of the search: of a paper's newest day, the longest window's."""
    newest_day = F("paper__search_entry__trend_day")
    trends = Trend.objects.filter(paper__in=paper_ids, day=newest_day)
    by_length = sorted(trends, key=lambda trend: DAYS[cast("Window", trend.window)])
    return {trend.paper_id: trend for trend in by_length}
