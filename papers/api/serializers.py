"""Turn an entry into the JSON of the API: a row of a list, or a flat paper."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from papers.api.schemas import (
    PaperDetail,
    PaperFields,
    PaperRow,
    TopicFields,
    WindowTrend,
)
from papers.api.selectors import Entry
from papers.api.told import Told, written
from papers.explain import explain
from papers.list_urls import list_url
from papers.models import Paper, Signal, Trend
from papers.queries import TopicCount

Kind = Signal.Kind


def row(entry: Entry) -> PaperRow:
    """A row of a list, with the keys of the paper once more beside it, as the client reads them."""
    told = Told(entry.payload)
    common = _common(entry, told)
    # The client reads a `publishedAt` beside the paper as the time of submission; but where the
    # paper has none, as the paper's. Then it is left out, and `submittedOnDailyAt` has the time.
    beside = {"published_at": common["published_at"] and common["submitted_on_daily_at"]}
    return PaperRow(
        **{**common, **beside},
        submitted_by=told.submitter,
        paper=PaperFields(**common, authors=told.authors(entry.paper.authors)),
    )


def detail(entry: Entry, linking: object) -> PaperDetail:
    """A paper alone. `linking` is the payload that tells of linked models and the like, or None."""
    told, links = Told(entry.payload), Told(linking)
    return PaperDetail(
        **_common(entry, told),
        authors=told.authors(entry.paper.authors),
        linked_models=links.objects("linkedModels"),
        num_total_models=links.count("numTotalModels"),
        linked_datasets=links.objects("linkedDatasets"),
        num_total_datasets=links.count("numTotalDatasets"),
        linked_spaces=links.objects("linkedSpaces"),
    )


def window_trend(trend: Trend, place: int) -> WindowTrend:
    return WindowTrend(
        window=trend.window,
        day=trend.day.isoformat(),
        place=place,
        value=trend.value,
        version=trend.version,
        scored_at=written(trend.scored_at),
        components=trend.components,
        reasons=explain(trend.components),
    )


def topic_fields(count: TopicCount) -> TopicFields:
    topic = count.topic
    return TopicFields(
        slug=topic.slug,
        name=topic.name,
        description=topic.description,
        categories=topic.categories,
        papers=count.papers,
        url=f"{settings.SITE_URL}{list_url('week', None, topic)}",
    )


def public_id(paper: Paper) -> str:
    """The arXiv id, or the paper's number here; the two formats differ."""
    return paper.arxiv_id or str(paper.pk)


def public_url(paper: Paper) -> str:
    return f"{settings.SITE_URL}{paper.get_absolute_url()}"


def _common(entry: Entry, told: Told) -> dict[str, Any]:
    paper, counts = entry.paper, entry.counts
    return {
        "id": public_id(paper),
        "title": paper.title,
        "summary": paper.summary,
        "published_at": told.published_at(paper.published_on),
        "submitted_on_daily_at": told.submitted_at(paper.listed_on),
        "submitted_on_daily_by": told.submitter,
        "upvotes": counts.get(Kind.UPVOTES, 0),
        "num_comments": counts.get(Kind.COMMENTS, 0),
        "discussion_id": told.discussion_id,
        "project_page": paper.project_url or None,
        "github_repo": paper.code_url or None,
        "github_stars": counts.get(Kind.STARS),
        "ai_summary": told.text("ai_summary"),
        "ai_keywords": paper.keywords or None,
        "organization": told.organization,
        "thumbnail": told.link("thumbnail"),
        "media_urls": told.links("mediaUrls"),
        "topics": [link.topic.slug for link in paper.topic_links.all()],
        "url": public_url(paper),
        "is_sample": paper.is_sample or None,
    }
