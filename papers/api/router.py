"""The endpoints about papers. Each only translates: parameters to selectors, papers to JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from ninja.errors import HttpError
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from papers.api import selectors
from papers.api.date_range import BadSpan, Span, span_of
from papers.api.schemas import LinkedRepos, PaperDetail, PaperRow, Problem, TopicFields, TrendFields
from papers.api.serializers import (
    detail,
    public_id,
    public_url,
    repos,
    rows_of,
    topic_fields,
    window_trend,
)
from papers.models import Paper, Topic
from papers.queries import latest_day, newest_places, topic_counts
from papers.search.results import MAX_QUERY_LENGTH

Text = str | SkipJsonSchema[None]  # optional, but never null
router = Router(tags=["papers"])
_WORD: Final = r"^[A-Za-z0-9._-]{1,100}$"  # slugs and names of accounts
_LIST: Final[dict[int | frozenset[int], Any]] = {
    200: list[PaperRow],
    frozenset({400, 429}): Problem,
}


class DailyQuery(Schema):
    # The patterns are for the description only: papers.api.date_range answers with better reasons.
    date: Text = Field(
        None,
        description="A day, like 2025-03-14; of an instant, its day in UTC.",
        json_schema_extra={"format": "date"},
    )
    week: Text = Field(
        None,
        description="An ISO week, like 2025-W11.",
        json_schema_extra={"pattern": r"^\d{4}-W\d{2}$"},
    )
    month: Text = Field(
        None,
        description="A month, like 2025-03.",
        json_schema_extra={"pattern": r"^\d{4}-\d{2}$"},
    )
    sort: Literal["publishedAt", "trending"] = Field(
        "publishedAt", description="The newest listing first, or the strongest trend."
    )
    submitter: Text = Field(
        None, pattern=_WORD, description="Only what this account of Hugging Face submitted there."
    )
    topic: Text = Field(None, pattern=_WORD, description="Only this topic, by its slug.")
    p: int = Field(0, ge=0, le=1_000_000, description="The page, from 0.")
    limit: int = Field(50, ge=1, le=100, description="Papers on a page.")


class SearchQuery(Schema):
    q: str = Field(
        "",
        max_length=MAX_QUERY_LENGTH,
        description='Words, "exact phrases", or, -not, au:, ti:, cat:; or an arXiv id. '
        "Empty: the newest papers.",
    )
    limit: int = Field(50, ge=1, le=120, description="At most so many papers.")


@router.get(
    "/daily_papers",
    response=_LIST,
    by_alias=True,
    exclude_none=True,
    summary="Papers by the day on which a list first showed them",
)
def daily_papers(
    request: HttpRequest, response: HttpResponse, params: Query[DailyQuery]
) -> list[PaperRow]:
    """The newest papers, or those of a day, a week or a month. A page past the last is empty.

    The header `Link` has the address of the next page, if there is one.
    """
    now = timezone.now()
    page = selectors.daily_papers(
        _span(params, now),
        params.sort,
        topic=_known_topic(params.topic),
        submitter=params.submitter,
        page=params.p,
        size=params.limit,
        now=now,
    )
    if page.has_more:
        response["Link"] = f'<{_page_url(request, params.p + 1)}>; rel="next"'
    return rows_of(page.entries)


@router.get(
    "/papers/search",
    response=_LIST,
    by_alias=True,
    exclude_none=True,
    summary="Papers by their words",
)
def search(request: HttpRequest, params: Query[SearchQuery]) -> list[PaperRow]:
    """The best match with the strongest trend first; an arXiv id finds that paper alone."""
    now = timezone.now()
    if params.q.strip():
        page = selectors.matching_papers(params.q, params.limit, now)
    else:
        page = selectors.newest_papers(params.limit, now)
    return rows_of(page.entries)


@router.get(
    "/papers/{path:paper_id}/trend",
    response={200: TrendFields, frozenset({404, 429}): Problem},
    by_alias=True,
    summary="The components of a paper's trend",
)
def trend(request: HttpRequest, paper_id: str) -> TrendFields:
    """Its newest score in each window, with all components, and the reasons in words."""
    paper = _paper(paper_id)
    return TrendFields(
        id=public_id(paper),
        title=paper.title,
        url=public_url(paper),
        trends=[window_trend(trend, place) for trend, place in newest_places(paper.pk)],
    )


@router.get(
    "/papers/{path:paper_id}",
    response={200: PaperDetail, frozenset({404, 429}): Problem},
    by_alias=True,
    exclude_none=True,
    summary="One paper",
)
def paper_info(request: HttpRequest, paper_id: str) -> PaperDetail:
    """By its arXiv id, with or without a version, or the number of a paper that has none."""
    paper = _paper(paper_id)
    entry = selectors.entry_of(paper, timezone.now())
    return detail(entry, selectors.newest_links(paper.pk))


@router.get(
    "/arxiv/{path:paper_id}/repos",
    response={200: LinkedRepos, frozenset({404, 429}): Problem},
    by_alias=True,
    summary="The models, datasets and spaces that are linked to a paper",
)
def linked_repos(request: HttpRequest, paper_id: str) -> LinkedRepos:
    """As they were last read at Hugging Face; empty arrays where none was."""
    return repos(selectors.newest_links(_paper(paper_id).pk))


@router.get(
    "/topics",
    response={200: list[TopicFields], 429: Problem},
    by_alias=True,
    summary="Topics, and how many papers of the newest week have each",
)
def topics(request: HttpRequest) -> list[TopicFields]:
    """In the operator's order."""
    day = latest_day("week", timezone.now().date())
    return [topic_fields(count) for count in topic_counts("week", day)]


def _span(params: DailyQuery, now: datetime) -> Span | None:
    try:
        return span_of(params.date, params.week, params.month, now.date())
    except BadSpan as error:
        raise HttpError(400, str(error)) from None


def _known_topic(slug: str | None) -> str | None:
    if slug is not None and not Topic.objects.filter(slug=slug, is_active=True).exists():
        raise HttpError(400, f"There is no topic {slug!r}. /api/topics lists them.")
    return slug


def _paper(name: str) -> Paper:
    paper = selectors.paper_by_name(name)
    if paper is None:
        raise HttpError(404, f"No paper {name!r} is known here. An id looks like 1706.03762.")
    return paper


def _page_url(request: HttpRequest, page: int) -> str:
    query = request.GET.copy()
    query["p"] = str(page)
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
