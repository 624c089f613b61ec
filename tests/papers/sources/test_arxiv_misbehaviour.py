"""arXiv, as a service that misbehaves in every way: a run ends, gives a reason, stores nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from fakes.arxiv import ATOM, entry, feed
from fakes.web_service import (
    BOMB,
    DRIP,
    ELSEWHERE,
    ENDLESS,
    HUGE,
    PAGE,
    SILENCE,
    FakeResponse,
    FakeService,
    FakeTime,
    fake_service,
    json_response,
)
from papers.jobs.fetch.arxiv import fetch_batch
from papers.jobs.fetching import FetchReport
from papers.models import RawRecord
from papers.sources import SourceError
from papers.sources.arxiv import connect
from papers.sources.http import Limits
from tests.factories import make_paper
from tests.papers.sources.test_arxiv_xml import FOREIGN, LAUGHS

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 3, 14, 12, tzinfo=UTC)  # a Friday
LIMITS = Limits(answer=30, attempts=2)
QUERY = "/api/query"


@pytest.fixture
def arxiv(settings: Any, time: FakeTime) -> Iterator[FakeService]:
    with fake_service() as server:
        settings.ARXIV_URL = server.url
        settings.ARXIV_REST_SECONDS = 0.001
        yield server


def xml(*entries: str, **values: Any) -> FakeResponse:
    return FakeResponse(body=feed(*entries), **values)


def ask(time: FakeTime, limits: Limits = LIMITS) -> FetchReport:
    with connect(limits, time.clock) as http:
        return fetch_batch(http, ["2503.00001"], NOW)


MISBEHAVIOUR: dict[str, tuple[FakeResponse, bool, str]] = {
    "429": (json_response({}, 429), False, "429, too many requests"),
    "429 for long": (json_response({}, 429, retry_after="3600"), False, "429, too many requests"),
    "503 after midnight": (json_response({}, 503), False, "answered 503"),
    "500": (FakeResponse(500, body=b"<html><title>Oh</title></html>"), False, "answered 500: Oh"),
    "no answer": (SILENCE, False, "did not answer in time"),
    "slow drip": (DRIP, False, "did not finish its answer within 30 seconds"),
    "broken off": (xml(entry("2503.00001"), is_cut=True), False, "could not be read"),
    "truncated XML": (FakeResponse(body=feed(entry("2503.00001"))[:-30]), False, "cut off"),
    "an error page": (PAGE, False, "answered 502: Bad gateway"),
    "an error page as if fine": (PAGE.but(status=200), False, "a web page"),
    "a wrong encoding": (
        FakeResponse(
            body=f'<?xml version="1.0" encoding="utf-8"?><feed {ATOM}>'.encode() + b"\xff</feed>"
        ),
        False,
        "not XML",
    ),
    "nothing": (FakeResponse(), False, "the answer is empty"),
    "JSON": (json_response([]), False, "not XML"),
    "300 MB": (HUGE, True, "more than 20 MB"),
    "an endless body": (ENDLESS, True, "more than 20 MB"),
    "a gzip bomb": (BOMB, True, "more than 20 MB"),
    "a redirect to a private address": (ELSEWHERE, True, "where we do not go"),
    "a billion laughs": (FakeResponse(body=LAUGHS), False, "a document type is not allowed"),
    "a foreign entity": (FakeResponse(body=FOREIGN), False, "a document type is not allowed"),
}


@pytest.mark.parametrize("way", MISBEHAVIOUR)
def test_a_run_ends_with_a_reason(arxiv: FakeService, time: FakeTime, way: str) -> None:
    paper = make_paper(arxiv_id="2503.00001")
    fake, permanent, words = MISBEHAVIOUR[way]
    arxiv.respond("*", fake)
    time.step = 1.0 if fake is DRIP else 0.0
    limits = replace(LIMITS, silence=0.05) if fake is SILENCE else LIMITS
    with pytest.raises(SourceError, match=words) as error:
        ask(time, limits)
    assert error.value.permanent is permanent
    assert "\n" not in error.value.reason
    paper.refresh_from_db()
    assert paper.categories == []
    assert not RawRecord.objects.exists()


@pytest.mark.parametrize("broken", ["503 after midnight", "truncated XML", "a web page"])
def test_a_passing_error_is_requested_again(
    arxiv: FakeService, time: FakeTime, broken: str
) -> None:
    fake = MISBEHAVIOUR.get(broken, MISBEHAVIOUR["an error page as if fine"])[0]
    arxiv.respond(QUERY, fake, xml(entry("2503.00001")))
    assert ask(time).new == 1
