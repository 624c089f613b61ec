"""The HTTP client: its attempts and pauses, its secrets, its conditional requests."""

from __future__ import annotations

import logging

import pytest

from fakes.web_service import FakeResponse, FakeService, FakeTime, json_response
from papers.sources import SourceError
from papers.sources.http import Limits, is_json
from tests.papers.sources.http_client import make_http, refusal

FINE = json_response({"fine": True})
SILENT = Limits(silence=0.3, attempts=2)


# ── pauses ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_passing_error_is_tried_again_after_growing_pauses(
    server: FakeService, time: FakeTime, status: int
) -> None:
    server.respond("/x", json_response({"error": "come back later"}, status))
    error = refusal(server, time)
    assert not error.permanent
    assert error.retry_after is None
    assert f"answered {status}" in error.reason
    assert error.reason.endswith(": come back later")
    assert len(server.requests) == 4
    lows = [1.5, 3.0, 6.0]  # each up to a second longer, so that no two clients are in step
    assert [min(max(wait, low), low + 1) for wait, low in zip(time.slept, lows, strict=True)] == (
        time.slept
    )


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_a_permanent_error_is_requested_once(
    server: FakeService, time: FakeTime, status: int
) -> None:
    server.respond("/x", json_response({"message": "Bad credentials"}, status))
    error = refusal(server, time)
    assert error.permanent
    assert error.reason == f"127.0.0.1/x answered {status}: Bad credentials"
    assert len(server.requests) == 1


def test_an_expected_status_is_a_response(server: FakeService, time: FakeTime) -> None:
    server.respond("/x", FakeResponse(404, body=b"no JSON"))
    with make_http(server, time) as http:
        assert http.get("/x", expect=[404], check=is_json).status == 404


def test_a_pause_is_as_long_as_retry_after(server: FakeService, time: FakeTime) -> None:
    server.respond("/x", json_response({}, 429, retry_after="17"), FINE)
    with make_http(server, time) as http:
        assert http.get("/x").json == {"fine": True}
    assert time.slept == [18.0]  # and up to a second more, so that not all come back at once


def test_a_too_long_pause_ends_the_run_with_its_seconds(
    server: FakeService, time: FakeTime
) -> None:
    server.respond("/x", json_response({}, 429, retry_after="900"))
    error = refusal(server, time)
    assert (error.permanent, error.retry_after) == (False, 900.0)
    assert error.reason == "127.0.0.1/x answered 429, too many requests"
    assert (len(server.requests), time.slept) == (1, [])


def test_the_next_request_waits_for_a_used_up_quota(server: FakeService, time: FakeTime) -> None:
    server.respond(
        "/x", json_response({"n": 1}, ratelimit='"api";r=0;t=30'), json_response({"n": 2})
    )
    with make_http(server, time) as http:
        assert http.get("/x").json == {"n": 1}
        assert time.slept == []
        assert http.get("/x").json == {"n": 2}
    assert time.slept == [30.0]


def test_a_quota_with_a_too_long_wait_is_not_tried(server: FakeService, time: FakeTime) -> None:
    server.respond("/x", json_response({}, ratelimit='"api";r=0;t=290'))
    with make_http(server, time) as http:
        http.get("/x")
        with pytest.raises(SourceError, match="has no requests left for us") as error:
            http.get("/x")
    assert (error.value.permanent, error.value.retry_after) == (False, 290.0)
    assert (len(server.requests), time.slept) == (1, [])


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({"x_ratelimit_remaining": "0"}, ""),
        ({"retry_after": "60"}, ""),
        ({}, "You have exceeded a secondary rate limit."),
    ],
)
def test_a_403_of_a_rate_limit_may_pass(
    server: FakeService, time: FakeTime, headers: dict[str, str], message: str
) -> None:
    server.respond("/x", json_response({"message": message}, 403, **headers))
    error = refusal(server, time)
    assert not error.permanent
    assert "too many requests" in error.reason


def test_requests_are_apart_by_the_limit(server: FakeService, time: FakeTime) -> None:
    server.respond("/x", FINE)
    with make_http(server, time, limits=Limits(apart=1.1)) as http:
        for _ in range(3):
            http.get("/x")
    assert time.slept == pytest.approx([1.1, 1.1])


def test_a_run_ends_when_its_time_is_up(server: FakeService, time: FakeTime) -> None:
    server.respond("/x", json_response({}, 500), FINE)
    with make_http(server, time, limits=Limits(run=200)) as http:
        http.get("/x")
        time.seconds = 200
        with pytest.raises(SourceError, match="the run has taken its 200 seconds") as error:
            http.get("/x")
    assert not error.value.permanent


def test_no_pause_lasts_longer_than_the_run(server: FakeService, time: FakeTime) -> None:
    server.respond("/x", json_response({}, 503, retry_after="20"))
    assert refusal(server, time, limits=Limits(run=10)).retry_after == 20.0
    assert time.slept == []


def test_no_growing_pause_lasts_longer_than_the_run(server: FakeService, time: FakeTime) -> None:
    server.respond("/x", json_response({}, 503))
    assert refusal(server, time, limits=Limits(run=5)).reason == "127.0.0.1/x answered 503"
    assert (len(server.requests), time.slept) == (1, [])


# ── secrets ────────────────────────────────────────────────────────────────────


def test_no_reason_contains_a_secret(server: FakeService, time: FakeTime) -> None:
    secret = "hunter2-hunter2"
    server.respond("/x", json_response({"message": f"the key {secret} is wrong"}, 401))
    with (
        make_http(server, time, headers={"x-key": secret}, secrets=[secret]) as http,
        pytest.raises(SourceError) as error,
    ):
        http.get("/x", {"key": secret})
    assert error.value.reason == "127.0.0.1/x answered 401: the key … is wrong"


def test_no_log_line_contains_a_secret(
    server: FakeService, time: FakeTime, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "hunter2-hunter2"
    server.respond("/x", json_response({"message": f"the key {secret} is slow"}, 500), FINE)
    with (
        caplog.at_level(logging.INFO),
        make_http(server, time, headers={"x-key": secret}, secrets=[secret]) as http,
    ):
        http.get("/x", {"key": secret})
    [line] = [record.getMessage() for record in caplog.records]
    assert line.startswith("127.0.0.1/x answered 500: the key … is slow; next attempt in ")
    assert secret not in caplog.text


# ── conditional requests ───────────────────────────────────────────────────────


def test_a_remembered_response_is_requested_only_if_changed(
    server: FakeService, time: FakeTime
) -> None:
    server.respond("/x", json_response({}, etag='W/"1"'), FakeResponse(304))
    with make_http(server, time) as http:
        answer = http.get("/x", if_changed=True)
        assert answer.status == 200
        http.remember(answer)
    with make_http(server, time) as http:
        assert http.get("/x", if_changed=True, check=is_json).status == 304
    assert [request.headers.get("if-none-match") for request in server.requests] == [None, 'W/"1"']


def test_a_response_not_remembered_is_requested_in_full(
    server: FakeService, time: FakeTime
) -> None:
    server.respond("/x", json_response({}, etag='"1"'))
    with make_http(server, time) as http:
        http.get("/x", if_changed=True)
        http.get("/x", if_changed=True)
    assert "if-none-match" not in server.requests[1].headers


def test_a_304_to_an_unconditional_request_is_refused(server: FakeService, time: FakeTime) -> None:
    server.respond("/x", FakeResponse(304))
    assert refusal(server, time).reason == "127.0.0.1/x answered 304"
