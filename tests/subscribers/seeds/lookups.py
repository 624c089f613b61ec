"""Lookups at a local server in place of all sources."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fakes.arxiv import feed
from fakes.web_service import FakeResponse, FakeService
from subscribers.models import Feedback, Subscriber
from subscribers.seeds.look_up import look_up
from subscribers.seeds.name import match, name_papers
from subscribers.seeds.read import read
from tests.factories import NOON, make_subscriber

QUERY = "/api/query"
BATCH = "/graph/v1/paper/batch"
ORCID = "0000-0002-1825-0097"
WORKS = f"/v3.0/{ORCID}/works"


def xml(*entries: str, **values: Any) -> FakeResponse:
    return FakeResponse(body=feed(*entries, **values))


def ask(text: str, reader: Subscriber | None = None, now: datetime = NOON) -> Subscriber:
    reader = reader or make_subscriber()
    name_papers(reader, match(read(text)), now)
    return reader


def run(now: datetime = NOON) -> int:
    return look_up(clock=lambda: now)


def liked(reader: Subscriber) -> list[str]:
    seeds = reader.feedback.filter(kind=Feedback.Kind.SEED)
    return sorted(seeds.values_list("paper__title", flat=True))


def states(reader: Subscriber) -> dict[str, tuple[str, str]]:
    return {one.identity: (one.state, one.reason) for one in reader.seed_requests.all()}


def ids_asked(source: FakeService) -> list[str]:
    return [one.query["id_list"] for one in source.requests if one.path == QUERY]
