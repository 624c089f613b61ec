"""Convert an entry into the JSON of the API: a row of a list, or a flat paper."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from copy import copy
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from django.conf import settings

from papers.api.schemas import (
    Author,
    LeadFields,
    LinkedRepos,
    Organization,
    PaperDetail,
    PaperFields,
    PaperRow,
    Person,
    TopicFields,
    WindowTrend,
)
from papers.api.selectors import Entry
from papers.explain import explain
from papers.lead import Lead, lead
from papers.list_urls import list_url
from papers.models import Paper, Signal, Trend
from papers.queries import TopicCount
from papers.sources.hugging_face_payload import Account, HuggingFacePayload, PayloadAuthor
from papers.text.clean import clean
from papers.text.names import clean_name
from web.isolation import is_about_one_row, log_once

log = logging.getLogger(__name__)
Kind = Signal.Kind


def rows_of(entries: Iterable[Entry]) -> list[PaperRow]:
    """The rows of a list. A paper that raises has its title and summary, without the rest."""
    found = []
    for entry in entries:
        for each in (entry, _bare(entry)):
            try:
                found.append(row(each))
                break
            except Exception as error:  # any: a paper must not cost the list
                if not is_about_one_row(error):
                    raise
                log_once(log, "the API", f"paper {entry.paper.pk}", error)
    return found


def _bare(entry: Entry) -> Entry:
    """The entry with what the database's columns hold in any case: no JSON of a source."""
    paper = copy(entry.paper)
    paper.authors, paper.keywords, paper.categories = [], [], []
    return replace(entry, paper=paper, payload=None)


def row(entry: Entry) -> PaperRow:
    """A row of a list, with the keys of the paper once more beside it, as the client reads them."""
    payload = HuggingFacePayload(entry.payload)
    common = _common(entry, payload)
    # The client reads a `publishedAt` beside the paper as the time of submission; but where the
    # paper has none, as the paper's. Then it is left out, and `submittedOnDailyAt` has the time.
    beside = {"published_at": common["published_at"] and common["submitted_on_daily_at"]}
    return PaperRow(
        **{**common, **beside},
        submitted_by=_person(payload.submitter),
        paper=PaperFields(**common, authors=_authors(entry.paper.authors, payload)),
    )


def detail(entry: Entry, linking: object) -> PaperDetail:
    """A paper alone; when that raises, with its title and summary, without the rest.

    `linking` is the payload with linked models and similar objects, or None.
    """
    try:
        return _detail(entry, linking)
    except Exception as error:  # any: what is known of it can still be read
        if not is_about_one_row(error):
            raise
        log_once(log, "the API", f"paper {entry.paper.pk}", error)
        return _detail(_bare(entry), None)


def _detail(entry: Entry, linking: object) -> PaperDetail:
    payload, links = HuggingFacePayload(entry.payload), HuggingFacePayload(linking)
    return PaperDetail(
        **_common(entry, payload),
        authors=_authors(entry.paper.authors, payload),
        linked_models=links.objects("linkedModels"),
        num_total_models=links.count("numTotalModels"),
        linked_datasets=links.objects("linkedDatasets"),
        num_total_datasets=links.count("numTotalDatasets"),
        linked_spaces=links.objects("linkedSpaces"),
    )


def repos(linking: object) -> LinkedRepos:
    """The linked objects of a payload, or of None."""
    links = HuggingFacePayload(linking)
    return LinkedRepos(
        models=links.objects("linkedModels") or [],
        datasets=links.objects("linkedDatasets") or [],
        spaces=links.objects("linkedSpaces") or [],
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


def _common(entry: Entry, payload: HuggingFacePayload) -> dict[str, Any]:
    paper, counts = entry.paper, entry.counts
    return {
        "id": public_id(paper),
        "title": paper.title,
        "summary": paper.summary,
        "lead": lead_fields(lead(paper)),
        "published_at": published_at(payload, paper.published_on),
        "submitted_on_daily_at": submitted_at(payload, entry.listed_on),
        "submitted_on_daily_by": _person(payload.submitter),
        "upvotes": counts.get(Kind.UPVOTES, 0),
        "num_comments": counts.get(Kind.COMMENTS, 0),
        "discussion_id": payload.discussion_id,
        "project_page": paper.project_url or None,
        "github_repo": paper.code_url or None,
        "github_stars": counts.get(Kind.STARS),
        "ai_summary": clean(payload.text("ai_summary") or "") or None,
        "ai_keywords": paper.keywords or None,
        "organization": _organization(payload.organization, paper),
        "thumbnail": payload.link("thumbnail"),
        "media_urls": payload.links("mediaUrls"),
        "withdrawn_at": _midnight(paper.withdrawal_day),
        "topics": [link.topic.slug for link in paper.topic_links.all()],
        "url": public_url(paper),
        "is_sample": paper.is_sample or None,
    }


def published_at(payload: HuggingFacePayload, day: date | None) -> str | None:
    """The exact time, if no day is stored or if it is on `day`; else the day's midnight."""
    instant = payload.published_at if day is None else _on(day, payload.published_at)
    return written(instant) if instant else None


def submitted_at(payload: HuggingFacePayload, day: date) -> str:
    """When the row was submitted, if it was on `day`; else the midnight that began it."""
    return written(_on(day, payload.submitted_at or payload.row_published_at))


def written(instant: datetime) -> str:
    """As Hugging Face writes instants, and as its client reads them: 2025-03-14T12:00:00.000Z."""
    text = instant.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def _midnight(day: date | None) -> str | None:
    return written(datetime.combine(day, time.min, tzinfo=UTC)) if day else None


def _on(day: date, instant: datetime | None) -> datetime:
    is_on_day = instant is not None and instant.date() == day
    return instant if instant and is_on_day else datetime.combine(day, time.min, tzinfo=UTC)


def _authors(names: list[Any], payload: HuggingFacePayload) -> list[Author]:
    """`names` as they are stored, each with the account that the payload has for this name."""
    known = {clean_name(author.name): author for author in payload.authors}
    return [
        _author(replace(known[name], name=name) if name in known else PayloadAuthor(name))
        for name in map(str, names)
    ]


def _author(author: PayloadAuthor) -> Author:
    changed_at = author.status_changed_at
    return Author(
        name=author.name,
        hidden=author.is_hidden,
        status=author.status,
        status_last_changed_at=written(changed_at) if changed_at else None,
        user=_person(author.account),
    )


def _person(account: Account | None) -> Person | None:
    """A person in both spellings of each key, since both are in use."""
    if account is None:
        return None
    return Person(
        user=account.name,
        name=account.name,
        fullname=account.fullname,
        avatar_url=account.picture,
        avatar=account.picture,
        is_pro=account.is_pro,
        type=account.type,
    )


def lead_fields(found: Lead) -> LeadFields:
    return LeadFields(text=found.text, source=found.source)


def _organization(account: Account | None, paper: Paper) -> Organization | None:
    """The account of the newest payload; else what is stored, as payloads are deleted one day."""
    if account is None:
        if not paper.organization:
            return None
        account_name = paper.organization_url.rpartition("/")[2] or paper.organization
        return Organization(name=account_name, fullname=paper.organization, avatar="")
    return Organization(
        name=account.name,
        fullname=account.fullname,
        avatar_url=account.picture,
        avatar=account.picture,
    )
