"""Requests to the local server in place of arXiv, and its answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fakes.arxiv import feed
from fakes.web_service import FakeResponse, FakeTime
from papers.jobs.fetch.arxiv import fetch_announcements, fetch_batch, papers_to_request
from papers.jobs.fetching import FetchReport
from papers.models import Paper
from papers.sources.arxiv import connect, connect_feeds
from papers.sources.http import Limits
from tests.factories import make_paper

NOW = datetime(2025, 3, 14, 12, tzinfo=UTC)  # a Friday
LIMITS = Limits(answer=30, attempts=2)
QUERY = "/api/query"
FEED = "/atom/cs.LG+stat.ML"


def xml(*entries: str, **values: Any) -> FakeResponse:
    return FakeResponse(body=feed(*entries), **values)


def announcement(identity: str, kind: str = "new", day: str = "2025-03-14") -> str:
    return (
        f"<entry><id>oai:arXiv.org:{identity}v1</id><title>On {identity}</title>"
        f"<summary>arXiv:{identity}v1 Announce Type: {kind}\nAbstract: We study it.</summary>"
        f'<category term="cs.LG"/><published>{day}T00:00:00-04:00</published>'
        f"<arxiv:announce_type>{kind}</arxiv:announce_type>"
        '<dc:creator xmlns:dc="http://purl.org/dc/elements/1.1/">Ada Lovelace</dc:creator></entry>'
    )


def ask(
    *ids: str, now: datetime = NOW, time: FakeTime | None = None, limits: Limits = LIMITS
) -> FetchReport:
    with connect(limits, (time or FakeTime()).clock) as http:
        return fetch_batch(http, ids, now)


def look_at_feed(now: datetime = NOW) -> FetchReport:
    with connect_feeds(LIMITS, FakeTime().clock) as http:
        return fetch_announcements(http, now)


def ids_waiting(now: datetime) -> list[str | None]:
    return list(papers_to_request(now).values_list("arxiv_id", flat=True))


def make_incomplete(identity: str, **values: Any) -> Paper:
    return make_paper(arxiv_id=identity, **values)
