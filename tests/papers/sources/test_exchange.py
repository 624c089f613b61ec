"""One exchange: the request, its redirects, and what happens without a response."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpcore2
import httpx2
import pytest
from pytest_django import Settings

from fakes.web_service import (
    ELSEWHERE,
    SILENCE,
    FakeResponse,
    FakeService,
    FakeTime,
    fake_service,
    json_response,
)
from papers.sources import SourceError
from papers.sources.exchange import Call, user_agent
from papers.sources.http import Http, Limits, Service
from tests.papers.sources.http_client import make_http, refusal

FINE = json_response({"fine": True})
SILENT = Limits(silence=0.3, attempts=2)


# ── the request ────────────────────────────────────────────────────────────────


def test_a_request_is_below_the_base_address_and_names_the_client(
    server: FakeService, time: FakeTime, settings: Settings
) -> None:
    settings.SITE_URL, settings.CONTACT = "https://papers.example.org", "me@example.org"
    server.respond("/base/list", FINE)
    service = Service(f"{server.url}/base/", {"x-key": "k"})
    with Http(service, clock=time.clock) as http:
        answer = http.get("/list", {"date": "2025-03-14", "q": "a b&c"})
    assert answer.json == {"fine": True}
    [request] = server.requests
    assert request.query == {"date": "2025-03-14", "q": "a b&c"}
    assert request.headers["x-key"] == "k"
    agent = "TrendingPapers (+https://papers.example.org; me@example.org)"
    assert request.headers["user-agent"] == user_agent() == agent


def test_it_posts_json(server: FakeService, time: FakeTime) -> None:
    server.respond("/x", FINE)
    with make_http(server, time) as http:
        http.post("/x", {"ids": ["é"]}, {"fields": "title"})
    [request] = server.requests
    assert (request.method, request.json, request.query) == (
        "POST",
        {"ids": ["é"]},
        {"fields": "title"},
    )
    assert request.headers["content-type"] == "application/json"


def test_many_requests_use_one_connection(
    server: FakeService, time: FakeTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def connect(*args: Any) -> httpcore2.NetworkStream:
        connections.append(args[1:3])
        return really_connect(*args)

    connections: list[Any] = []
    really_connect = httpcore2.SyncBackend.connect_tcp
    monkeypatch.setattr(httpcore2.SyncBackend, "connect_tcp", connect)
    server.respond("/x", FINE)
    with make_http(server, time) as http:
        for _ in range(3):
            assert http.get("/x").status == 200
    assert len(connections) == 1


def test_each_single_request_is_made_within_around(server: FakeService, time: FakeTime) -> None:
    order: list[str] = []

    @contextmanager
    def around() -> Iterator[None]:
        order.append(f"before {len(server.requests)}")
        yield
        order.append(f"after {len(server.requests)}")

    server.respond("/x", json_response({}, 500), FakeResponse(301, {"location": "/y"}))
    server.respond("/y", FINE)
    with make_http(server, time, around=around) as http:
        http.get("/x")
    assert order == ["before 0", "after 1", "before 1", "after 2", "before 2", "after 3"]


def test_a_letter_outside_ascii_is_replaced_in_a_header(
    server: FakeService, time: FakeTime, settings: Settings
) -> None:
    settings.CONTACT = "Ÿ@example.org"
    server.respond("/x", FINE)
    with make_http(server, time) as http:
        http.get("/x")
    assert "?@example.org" in server.requests[0].headers["user-agent"]


def test_a_cookie_is_not_sent_back(server: FakeService, time: FakeTime) -> None:
    server.respond("/x", json_response({}, set_cookie="session=1; Path=/"))
    with make_http(server, time) as http:
        http.get("/x")
        http.get("/x")
    assert ["cookie" in request.headers for request in server.requests] == [False, False]


def test_no_proxy_of_the_environment_is_used(
    server: FakeService, time: FakeTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    server.respond("/x", FINE)
    with make_http(server, time) as http:
        assert http.get("/x").json == {"fine": True}


# ── redirects ──────────────────────────────────────────────────────────────────


def test_a_redirect_on_the_same_host_is_followed(server: FakeService, time: FakeTime) -> None:
    server.respond("/repos/a/old", FakeResponse(301, {"location": f"{server.url}/repositories/7"}))
    server.respond("/repositories/7", FINE)
    with make_http(server, time, headers={"authorization": "Bearer t"}) as http:
        answer = http.get("/repos/a/old")
    assert (answer.place, answer.asked) == ("127.0.0.1/repositories/7", f"{server.url}/repos/a/old")
    assert [request.headers["authorization"] for request in server.requests] == ["Bearer t"] * 2


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://localhost:6379/",
        "http://127.0.0.1:1/",
        "https://[::1]/",
        "https://evil.example/?token=1",
        "file:///etc/passwd",
        "//10.0.0.1/x",
        "http://me:secret@127.0.0.1/x",
        "http://[",
        "",
    ],
)
def test_a_redirect_to_anywhere_else_is_refused(
    server: FakeService, time: FakeTime, location: str
) -> None:
    server.respond("/x", FakeResponse(302, {"location": location}))
    error = refusal(server, time)
    assert error.permanent
    assert "where we do not go" in error.reason
    assert "token" not in error.reason
    assert "secret" not in error.reason
    assert len(server.requests) == 1


def test_a_request_with_a_body_is_not_redirected(server: FakeService, time: FakeTime) -> None:
    server.respond("/x", FakeResponse(307, {"location": "/y"}))
    with make_http(server, time) as http, pytest.raises(SourceError, match="we do not go"):
        http.post("/x", {})


def test_redirects_in_a_circle_end(server: FakeService, time: FakeTime) -> None:
    server.respond("/x", FakeResponse(302, {"location": "/x"}))
    error = refusal(server, time)
    assert (error.reason, error.permanent) == ("127.0.0.1/x redirects without end", True)
    assert len(server.requests) == 4


def test_a_redirect_out_is_refused_before_a_connection_is_made(
    server: FakeService, time: FakeTime
) -> None:
    server.respond("/x", ELSEWHERE)
    error = refusal(server, time)
    assert error.reason == "127.0.0.1/x redirects to http://169.254.169.254, where we do not go"


def test_a_key_is_not_sent_to_another_host(server: FakeService, time: FakeTime) -> None:
    with make_http(
        server, time, headers={"x-key": "k"}, other_hosts=frozenset({"cdn.example"})
    ) as http:
        call = Call("GET", httpx2.URL(f"{server.url}/x"))
        there = http._exchange.headers_for(call, httpx2.URL("https://cdn.example/x"))
        here = http._exchange.headers_for(call, call.url)
    assert [name for name, _ in there] == [b"user-agent", b"accept-encoding"]
    assert dict(here)[b"x-key"] == b"k"


# ── no response ────────────────────────────────────────────────────────────────


def test_a_silent_server_is_given_up(server: FakeService, time: FakeTime) -> None:
    server.respond("/x", SILENCE)
    error = refusal(server, time, limits=SILENT)
    assert (error.reason, error.permanent) == ("127.0.0.1/x did not answer in time", False)
    assert len(server.requests) == 2


def test_a_response_that_breaks_off_is_requested_again(server: FakeService, time: FakeTime) -> None:
    server.respond("/x", FINE.but(is_cut=True), FINE)
    with make_http(server, time) as http:
        assert http.get("/x").json == {"fine": True}
    server.respond("/x", FINE.but(is_cut=True))
    error = refusal(server, time)
    assert not error.permanent
    assert error.reason.startswith("127.0.0.1/x could not be read: ")


def test_a_refused_connection_is_tried_again(time: FakeTime) -> None:
    with fake_service() as gone:
        pass
    error = refusal(gone, time)
    assert not error.permanent
    assert "Connection refused" in error.reason
    assert len(time.slept) == 3


@pytest.mark.parametrize("key", ["two\nlines", "tab\tbed\x00"])
def test_a_malformed_key_is_not_shown(server: FakeService, time: FakeTime, key: str) -> None:
    error = refusal(server, time, headers={"x-key": key}, secrets=[key])
    assert (error.reason, error.permanent) == (
        "127.0.0.1/x cannot be asked: look at its settings", True,
    )  # fmt: skip


def test_an_impossible_address_is_an_error_of_the_settings(time: FakeTime) -> None:
    with (
        Http(Service("ftp://127.0.0.1"), clock=time.clock) as http,
        pytest.raises(SourceError, match="look at its settings"),
    ):
        http.get("/x")


@pytest.mark.parametrize(
    "address", ["https://me:hunter2@example.org:port", "https://me:hunter2@exam\x00ple.org"]
)
def test_a_malformed_address_is_an_error_without_the_address(address: str) -> None:
    with pytest.raises(SourceError) as error:
        Http(Service(address))
    assert error.value.reason == "the address of the service is malformed"
    assert error.value.permanent
