"""Search papers by their words: the best match with the strongest trend comes first."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from papers.models import Paper, Topic
from papers.queries import PAPER_COLUMNS, RankedPaper, with_topics
from papers.ranking.measurements import facts, measure
from papers.search.facets import Facets
from papers.search.query import NO_FACETS, Filters, Matches, parse, top_matches
from papers.search.spelling import MOST_WITH_SLIP, did_you_mean
from papers.text.arxiv_ids import pasted_id
from papers.text.clean import fold
from papers.windows import DAYS
from web.page_cache.by_version import by_version, each_by_version
from web.sql import array
from web.storable import storable_text

PAGE_SIZE: Final = 10  # a row with marks is the most expensive one of the site
MAX_QUERY_LENGTH: Final = 250
_MOST_PAPERS: Final = 2_000  # that a process keeps, of some 10 KB each
# The figures of a paper are those at the end of five minutes, so that all searches within them
# show the same ones; a page that is kept is older than that.
_SECONDS: Final = 300
_LENGTHS: Final = " ".join(f"WHEN '{window}' THEN {days}" for window, days in DAYS.items())


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
    found = _matches(f"{text} " if query[-1:].isspace() else text, filters, size, with_facets)
    matches = found or Matches([], 0)
    first = (page - 1) * size
    return SearchResult(
        query=text,
        papers=_ranked(matches.paper_ids[first : first + size], first + 1, now),
        total=matches.total,
        page=page,
        pages=max(1, -(-len(matches.paper_ids) // size)),
        is_estimate=matches.is_estimate,
        is_cut=text != folded,
        is_empty=found is None,
        marks=matches.marks,
        typed_total=matches.typed_total,
        facets=matches.facets,
    )


@by_version
def _matches(query: str, filters: Filters, size: int, with_facets: bool) -> Matches | None:
    """The matches of a query on all its pages; None: it has no word to search for."""
    parsed = parse(query)
    if parsed is None:
        return None
    return top_matches(parsed, filters, at_least=size, with_facets=with_facets)


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


# The trend that ranked a paper: of its newest day, that of the longest window. By primary keys and
# trend_once. In SQL, because the ORM takes longer to write this statement than PostgreSQL to
# answer it.
_SELECT_PAPERS: Final = """
SELECT {columns}, trend.value AS trend_value, trend.components::text AS trend_components
FROM papers_paper AS paper
LEFT JOIN papers_searchentry AS entry ON entry.paper_id = paper.id
LEFT JOIN LATERAL (
    SELECT value, components FROM papers_trend
    WHERE paper_id = paper.id AND day = entry.trend_day
    ORDER BY CASE "window" {lengths} END DESC LIMIT 1
) AS trend ON true
WHERE paper.id = ANY(%(ids)s::bigint[])
"""
_PAPERS: Final = _SELECT_PAPERS.format(columns=PAPER_COLUMNS, lengths=_LENGTHS)


def _ranked(paper_ids: Sequence[int], first: int, now: datetime) -> list[RankedPaper]:
    """The papers in this order, with their signals and the trend that ranked them.

    A paper that was deleted since it was found is left out.
    """
    minutes = timedelta(seconds=-now.timestamp() % _SECONDS)  # to the end of these five
    papers = _papers(paper_ids, now + minutes)
    return [
        replace(papers[key], position=position)
        for position, key in enumerate(paper_ids, start=first)
        if key in papers
    ]


@each_by_version(_MOST_PAPERS)
def _papers(paper_ids: Sequence[int], until: datetime) -> dict[int, RankedPaper]:
    """The papers by their keys; their position is 0. Signals count up to `until`."""
    if not paper_ids:
        return {}
    found: Sequence[Any] = list(Paper.objects.raw(_PAPERS, {"ids": array(paper_ids)}))
    measurements = measure(paper_ids, until)
    return {
        paper.pk: RankedPaper(
            position=0,
            paper=paper,
            trend=paper.trend_value,
            components=json.loads(paper.trend_components or "{}"),
            facts=facts(paper, measurements[paper.pk]),
        )
        for paper in with_topics(found)
        if paper.pk in measurements
    }
