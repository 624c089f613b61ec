"""Requests to ORCID, and what its answers mean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import Settings

from fakes.orcid import record, work
from fakes.web_service import PAGE, FakeService, FakeTime, json_response
from papers.sources import SourceError
from papers.sources.http import Http, Limits
from papers.sources.orcid import Work, connect, works

ADA = "0000-0002-1825-0097"
PATH = f"/v3.0/{ADA}/works"


@pytest.fixture
def http(server: FakeService, settings: Settings, time: FakeTime) -> Iterator[Http]:
    settings.ORCID_API_URL = server.url
    with connect(Limits(attempts=1), time.clock) as http:
        yield http


def read(server: FakeService, http: Http, payload: object) -> list[Work] | None:
    server.respond(PATH, json_response(payload))
    return works(http, ADA)


def test_the_works_come_newest_first_with_their_ids(server: FakeService, http: Http) -> None:
    old = work(("doi", "10.1000/X"), year="2009")
    new = work(("arxiv", "arXiv:1706.03762v2"), ("doi", "10.48550/arXiv.1706.03762"), year="2017")
    assert read(server, http, record(old, new)) == [
        Work(("1706.03762",), ("10.48550/arXiv.1706.03762",), 2017),
        Work((), ("10.1000/X",), 2009),
    ]
    [request] = server.requests
    assert request.headers["accept"] == "application/json"


def test_a_part_of_a_book_is_not_the_book(server: FakeService, http: Http) -> None:
    assert read(server, http, record(work(("doi", "10.1000/x"), relationship="part-of"))) == []


def test_works_without_an_id_are_left_out(server: FakeService, http: Http) -> None:
    assert read(server, http, record(work(("isbn", "1")), work())) == []


@pytest.mark.parametrize(
    "payload",
    [
        {}, [], {"group": None}, {"group": [None, 1, {}]}, {"group": [{"work-summary": 1}]},
        {"group": [{"external-ids": {"external-id": [1, {"external-id-type": 2}]}}]},
        {"group": [{"work-summary": [{"publication-date": {"year": {"value": "x"}}}]}]},
    ],
)  # fmt: skip
def test_an_odd_answer_has_no_works(server: FakeService, http: Http, payload: Any) -> None:
    assert read(server, http, payload) == []


def test_an_unknown_record_is_none(server: FakeService, http: Http) -> None:
    server.respond(PATH, json_response({"response-code": 404}, 404))
    assert works(http, ADA) is None


@pytest.mark.parametrize("status", [409, 410])
def test_a_locked_or_deactivated_record_has_no_works(
    server: FakeService, http: Http, status: int
) -> None:
    server.respond(PATH, json_response({"response-code": status}, status))
    assert works(http, ADA) == []


def test_a_page_of_an_outage_is_a_passing_error(server: FakeService, http: Http) -> None:
    server.respond(PATH, PAGE)
    with pytest.raises(SourceError) as error:
        works(http, ADA)
    assert not error.value.permanent


def test_it_can_be_switched_off(settings: Settings) -> None:
    settings.ORCID_API_URL = ""
    with pytest.raises(SourceError, match="switched off"):
        connect()
