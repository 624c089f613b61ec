"""Set an entry of the catalogue as JSON: as a row of a list, or flat."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from papers.api.schemas import (
    PaperDetail,
    PaperFields,
    PaperRow,
    Standing,
    TopicFields,
)
from papers.api.selectors import Entry
from papers.api.told import Told, written
from papers.explain import explain
from papers.models import Paper, Signal, Trend
from papers.pages.lists import list_url
from papers.queries import TopicCount

Kind = Signal.Kind


def row(entry: Entry) -> PaperRow:
    """A row of a list. What the client reads beside the paper is there too, and so is the rest."""
    told = Told(entry.payload)
    common = _common(entry, told)
    # The client takes a `publishedAt` beside the paper for the time of submission; but where the
    # paper has none, for the paper's. Then `submittedOnDailyAt` tells it.
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


def standing(scored: Trend, place: int) -> Standing:
    return Standing(
        window=scored.window,
        day=scored.day.isoformat(),
        place=place,
        value=scored.value,
        version=scored.version,
        scored_at=written(scored.scored_at),
        components=scored.components,
        reasons=explain(scored.components),
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
    """The arXiv id, or the paper's number here, which no arXiv id looks like."""
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
