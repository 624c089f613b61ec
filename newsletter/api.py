"""The editions over HTTP: what is frozen and public. No data of subscribers is read here."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date
from typing import Any, Final, Literal

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from ninja.errors import HttpError
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from newsletter.editions.windows import first_day_of
from newsletter.models import Candidate, Edition
from papers.api.schemas import ApiSchema, LeadFields, Problem
from papers.api.serializers import lead_fields, public_id, public_url, written
from papers.explain import explain
from papers.lead import stored_lead
from web.isolation import is_about_one_row, log_once

log = logging.getLogger(__name__)
router = Router(tags=["editions"])
Cadence = Literal["daily", "weekly", "monthly"]
# A withdrawal or a deletion changes what is shown, and an operator who pauses or cancels it.
_FROZEN: Final = "public, max-age=300"


class EditionFields(ApiSchema):
    cadence: Cadence
    day: str = Field(description="Its last day.", json_schema_extra={"format": "date"})
    first: str = Field(description="Its first day.", json_schema_extra={"format": "date"})
    composed_at: str | None = Field(None, json_schema_extra={"format": "date-time"})
    trend_version: str = Field(description="Of the formula behind its order.")
    note: str = Field(description="What a curator wrote above it.")
    papers: int = Field(description="How many papers it holds.")
    sending: Literal["on", "paused", "cancelled"] = Field(
        description="Whether its mails are sent, held back for now, or held back for good."
    )
    is_sample: bool = Field(description="Whether sample papers are in it, with invented counts.")
    url: str = Field(description="Where its papers are.")


class CandidateFields(ApiSchema):
    """A paper as it stood when the edition was frozen."""

    position: int
    id: str
    title: str
    authors: list[str]
    summary: str
    lead: LeadFields
    topics: dict[str, float] = Field(description="Slugs with weights.")
    trend: float
    components: dict[str, Any]
    reasons: list[str]
    upvotes: int | None = None
    comments: int | None = None
    stars: int | None = None
    url: str


class WholeEdition(EditionFields):
    candidates: list[CandidateFields] = Field(description="A page of them, the first place first.")


class EditionsQuery(Schema):
    cadence: Cadence | SkipJsonSchema[None] = Field(None, description="Only these.")
    p: int = Field(0, ge=0, le=1_000_000, description="The page, from 0.")
    limit: int = Field(30, ge=1, le=100, description="Editions on a page.")


class CandidatesQuery(Schema):
    p: int = Field(0, ge=0, le=1_000_000, description="The page, from 0.")
    limit: int = Field(100, ge=1, le=500, description="Papers on a page.")


@router.get(
    "",
    response={200: list[EditionFields], frozenset({400, 429}): Problem},
    by_alias=True,
    summary="The frozen editions, the newest first",
)
def editions(request: HttpRequest, query: Query[EditionsQuery]) -> list[EditionFields]:
    frozen = _frozen()
    if query.cadence:
        frozen = frozen.filter(cadence=query.cadence)
    start = query.p * query.limit
    # Grouped for the count, a query loses the order of its model.
    ordered = frozen.order_by("-day", "cadence")
    return [EditionFields(**_edition(row)) for row in ordered[start : start + query.limit]]


@router.get(
    "/{cadence}/{day}",
    response={200: WholeEdition, frozenset({400, 404, 429}): Problem},
    by_alias=True,
    summary="An edition with its papers, as they stood",
)
def edition(
    request: HttpRequest,
    response: HttpResponse,
    cadence: Cadence,
    day: date,
    query: Query[CandidatesQuery],
) -> WholeEdition:
    found = _frozen().filter(cadence=cadence, day=day).first()
    if found is None:
        raise HttpError(404, f"There is no {cadence} edition of {day}. /api/editions lists them.")
    start = query.p * query.limit
    living = found.candidates.filter(paper__is_withdrawn=False)
    candidates = living.select_related("paper").only(
        "position", "trend", "components", "topics", "facts", "edition_id", "paper__arxiv_id"
    )
    response["Cache-Control"] = _FROZEN
    return WholeEdition(
        **_edition(found),
        candidates=_candidates(candidates[start : start + query.limit]),
    )


def _frozen() -> QuerySet[Any]:
    """Frozen editions without their rendered mail, each with its number of living `papers`."""
    frozen = Edition.objects.light().filter(state=Edition.State.FROZEN)
    return frozen.annotate(
        papers=Count("candidates", filter=Q(candidates__paper__is_withdrawn=False))
    )


def _edition(edition: Any) -> dict[str, Any]:
    return {
        "cadence": edition.cadence,
        "day": edition.day.isoformat(),
        "first": first_day_of(edition).isoformat(),
        "composed_at": written(edition.composed_at) if edition.composed_at else None,
        "trend_version": edition.trend_version,
        "note": edition.note,
        "papers": edition.papers,
        "sending": edition.halt or "on",
        "is_sample": edition.is_sample,
        "url": f"{settings.SITE_URL}/api/editions/{edition.cadence}/{edition.day}",
    }


def _candidates(stored: Iterable[Candidate]) -> list[CandidateFields]:
    """The papers of an edition, without those whose facts are not those of a paper."""
    found = []
    for candidate in stored:
        try:
            found.append(_candidate(candidate))
        except Exception as error:  # any: a paper must not cost the edition
            if not is_about_one_row(error):
                raise
            log_once(log, "the API", f"paper {candidate.paper_id}", error)
    return found


def _candidate(candidate: Candidate) -> CandidateFields:
    facts = candidate.facts
    return CandidateFields(
        position=candidate.position,
        id=public_id(candidate.paper),
        title=facts["title"],
        authors=[str(author) for author in facts.get("authors", [])],
        summary=facts.get("summary", ""),
        lead=lead_fields(stored_lead(facts.get("lead"), facts["title"], facts.get("summary", ""))),
        topics=candidate.topics,
        trend=candidate.trend,
        components=candidate.components,
        reasons=explain(candidate.components),
        upvotes=facts.get("upvotes"),
        comments=facts.get("comments"),
        stars=facts.get("stars"),
        url=public_url(candidate.paper),
    )
