"""Every live source against a service that misbehaves in every way.

A run ends, gives the reason in one line, and stores nothing of what it could not read; and all
other sources still work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import pytest
from pytest_django import Settings

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
from papers.jobs.fetch.github import fetch_stars
from papers.jobs.fetch.hugging_face import fetch_day
from papers.jobs.fetch.semantic_scholar import fetch_citations
from papers.jobs.fetching import FetchReport
from papers.models import RawRecord, Signal
from papers.sources import SourceError, github, hugging_face, semantic_scholar
from papers.sources.http import Clock, Http, Limits
from tests.factories import DAY, NOON, make_paper

pytestmark = pytest.mark.django_db
LIMITS = Limits(answer=30, attempts=2)
IMPATIENT = replace(LIMITS, silence=0.3)


@dataclass(frozen=True)
class Source:
    """A source, how it is fetched, and a response with one signal of one paper."""

    setting: str
    connect: Callable[[Limits, Clock], Http]
    fetch: Callable[[Http, datetime], FetchReport]
    fine: FakeResponse


SOURCES = {
    "hugging_face": Source(
        "HUGGING_FACE_URL",
        hugging_face.connect,
        lambda http, now: fetch_day(http, DAY, now),
        json_response([{"paper": {"id": "2503.00001", "title": "On walruses", "upvotes": 3}}]),
    ),
    "semantic_scholar": Source(
        "SEMANTIC_SCHOLAR_URL",
        semantic_scholar.connect,
        fetch_citations,
        json_response([{"citationCount": 3}]),
    ),
    "github": Source(
        "GITHUB_URL",
        github.connect,
        fetch_stars,
        json_response({"full_name": "a/b", "stargazers_count": 3}),
    ),
}
# By name: what is sent, whether the error is permanent, and words of the reason.
MISBEHAVIOUR: dict[str, tuple[FakeResponse, bool, str]] = {
    "429": (
        json_response({"message": "slow down"}, 429),
        False,
        "429, too many requests: slow down",
    ),
    "429 for long": (json_response({}, 429, retry_after="3600"), False, "429, too many requests"),
    "500": (json_response({"error": "oh"}, 500), False, "answered 500: oh"),
    "401": (json_response({"message": "who?"}, 401), True, "answered 401: who?"),
    "no answer": (SILENCE, False, "did not answer in time"),
    "slow drip": (DRIP, False, "did not finish its answer within 30 seconds"),
    "broken off": (json_response([1, 2, 3]).but(is_cut=True), False, "could not be read"),
    "truncated JSON": (
        FakeResponse(body=b'[{"paper": {"id": "25'),
        False,
        "JSON that was cut short",
    ),
    "an error page": (PAGE, False, "answered 502: Bad gateway"),
    "an error page as if fine": (
        PAGE.but(status=200), False, "a page instead of JSON: Bad gateway",
    ),
    "a wrong encoding": (FakeResponse(body=b'["\xff\xfe"]'), False, "bytes that are not utf-8"),
    "nothing": (FakeResponse(), False, "nothing at all, where JSON was expected"),
    "300 MB": (HUGE, True, "more than 20 MB"),
    "an endless body": (ENDLESS, True, "more than 20 MB"),
    "a gzip bomb": (BOMB, True, "more than 20 MB"),
    "a redirect to a private address": (ELSEWHERE, True, "where we do not go"),
    "a redirect in a circle": (FakeResponse(302, {"location": "?again"}), True, "redirect"),
    "something else": (json_response({"error": "not what you asked for"}), True, ""),
}  # fmt: skip
each_source = pytest.mark.parametrize("name", SOURCES)
each_way = pytest.mark.parametrize("way", MISBEHAVIOUR)


@pytest.fixture
def servers(settings: Settings, time: FakeTime) -> Iterator[dict[str, FakeService]]:
    """A server for each source, each of which behaves well."""
    with fake_service() as one, fake_service() as two, fake_service() as three:
        servers = dict(zip(SOURCES, (one, two, three), strict=True))
        for name, server in servers.items():
            setattr(settings, SOURCES[name].setting, server.url)
            server.respond("*", SOURCES[name].fine)
        yield servers


@pytest.fixture(autouse=True)
def _paper() -> None:
    make_paper(arxiv_id="2503.00001", code_url="https://github.com/a/b")


def fetch(name: str, time: FakeTime, limits: Limits = LIMITS) -> FetchReport:
    with SOURCES[name].connect(limits, time.clock) as http:
        return SOURCES[name].fetch(http, NOON)


def stored(source: str) -> tuple[int, int]:
    signals, records = Signal.objects.filter(source=source), RawRecord.objects.filter(source=source)
    return signals.count(), records.count()


@each_way
@each_source
def test_a_run_ends_with_a_reason(
    servers: dict[str, FakeService], time: FakeTime, name: str, way: str
) -> None:
    fake, permanent, words = MISBEHAVIOUR[way]
    servers[name].respond("*", fake)
    time.step = 1.0 if fake is DRIP else 0.0
    with pytest.raises(SourceError) as error:
        fetch(name, time, IMPATIENT if fake is SILENCE else LIMITS)
    reason = error.value.reason
    assert words in reason
    assert 10 < len(reason) < 300
    assert "\n" not in reason
    if way != "something else":  # whose reason is the source's own
        assert error.value.permanent is permanent
    assert stored(name) == (0, 0)
    for other in SOURCES.keys() - {name}:
        assert fetch(other, FakeTime()).signals >= 1


@each_source
def test_a_passing_error_is_over_after_a_pause(
    servers: dict[str, FakeService], time: FakeTime, name: str
) -> None:
    fine = SOURCES[name].fine
    servers[name].respond("*", json_response({}, 429, retry_after="30"), fine)
    assert fetch(name, time).error is None
    assert time.slept[-1] == 31.0
    assert stored(name)[1] == 1
