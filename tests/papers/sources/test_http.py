"""The HTTP client: its requests, its pauses, and what it gives up on."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pytest_django import Settings

from papers.sources import SourceError
from papers.sources.http import Http, Limits, is_json, user_agent
from tests.papers.sources.http_client import make_http, refusal
from tests.stand_in import SILENCE, FakeTime, Play, StandIn, says, stand_in

FINE = says({"fine": True})
SILENT = Limits(silence=0.3, attempts=2)


# ── the request ────────────────────────────────────────────────────────────────


def test_a_request_is_below_the_base_address_and_names_the_client(
    server: StandIn, time: FakeTime, settings: Settings
) -> None:
    settings.SITE_URL, settings.CONTACT = "https://papers.example.org", "me@example.org"
    server.plays("/base/list", FINE)
    with Http(f"{server.url}/base/", headers={"x-key": "k"}, clock=time.clock) as http:
        answer = http.get("/list", {"date": "2025-03-14", "q": "a b&c"})
    assert answer.json == {"fine": True}
    [asked] = server.asked
    assert asked.query == {"date": "2025-03-14", "q": "a b&c"}
    assert asked.headers["x-key"] == "k"
    agent = "TrendingPapers (+https://papers.example.org; me@example.org)"
    assert asked.headers["user-agent"] == user_agent() == agent


def test_it_posts_json(server: StandIn, time: FakeTime) -> None:
    server.plays("/x", FINE)
    with make_http(server, time) as http:
        http.post("/x", {"ids": ["é"]}, {"fields": "title"})
    [asked] = server.asked
    assert (asked.method, asked.json, asked.query) == ("POST", {"ids": ["é"]}, {"fields": "title"})
    assert asked.headers["content-type"] == "application/json"


def test_many_requests_use_one_connection(server: StandIn, time: FakeTime) -> None:
    server.plays("/x", FINE)
    with make_http(server, time) as http:
        for _ in range(3):
            assert http.get("/x").status == 200


def test_each_single_request_is_made_within_around(server: StandIn, time: FakeTime) -> None:
    order: list[str] = []

    @contextmanager
    def around() -> Iterator[None]:
        order.append(f"before {len(server.asked)}")
        yield
        order.append(f"after {len(server.asked)}")

    server.plays("/x", says({}, 500), Play(301, {"location": "/y"}))
    server.plays("/y", FINE)
    with make_http(server, time, around=around) as http:
        http.get("/x")
    assert order == ["before 0", "after 1", "before 1", "after 2", "before 2", "after 3"]


# ── pauses ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_passing_error_is_tried_again_after_growing_pauses(
    server: StandIn, time: FakeTime, status: int
) -> None:
    server.plays("/x", says({"error": "come back later"}, status))
    error = refusal(server, time)
    assert not error.permanent
    assert error.retry_after is None
    assert f"answered {status}" in error.reason
    assert error.reason.endswith(": come back later")
    assert len(server.asked) == 4
    lows = [1.5, 3.0, 6.0]  # each up to a second longer, so that no two clients are in step
    assert [min(max(wait, low), low + 1) for wait, low in zip(time.slept, lows, strict=True)] == (
        time.slept
    )


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_a_permanent_error_is_requested_once(server: StandIn, time: FakeTime, status: int) -> None:
    server.plays("/x", says({"message": "Bad credentials"}, status))
    error = refusal(server, time)
    assert error.permanent
    assert error.reason == f"127.0.0.1/x answered {status}: Bad credentials"
    assert len(server.asked) == 1


def test_an_expected_status_is_a_response(server: StandIn, time: FakeTime) -> None:
    server.plays("/x", Play(404, body=b"no JSON"))
    with make_http(server, time) as http:
        assert http.get("/x", expect=[404], check=is_json).status == 404


def test_a_pause_is_as_long_as_retry_after(server: StandIn, time: FakeTime) -> None:
    server.plays("/x", says({}, 429, retry_after="17"), FINE)
    with make_http(server, time) as http:
        assert http.get("/x").json == {"fine": True}
    assert time.slept == [18.0]  # and up to a second more, so that not all come back at once


def test_a_too_long_pause_ends_the_run_with_its_seconds(server: StandIn, time: FakeTime) -> None:
    server.plays("/x", says({}, 429, retry_after="900"))
    error = refusal(server, time)
    assert (error.permanent, error.retry_after) == (False, 900.0)
    assert error.reason == "127.0.0.1/x answered 429, too many requests"
    assert (len(server.asked), time.slept) == (1, [])


def test_the_next_request_waits_for_a_used_up_quota(server: StandIn, time: FakeTime) -> None:
    server.plays("/x", says({"n": 1}, ratelimit='"api";r=0;t=30'), says({"n": 2}))
    with make_http(server, time) as http:
        assert http.get("/x").json == {"n": 1}
        assert time.slept == []
        assert http.get("/x").json == {"n": 2}
    assert time.slept == [30.0]


def test_a_quota_with_a_too_long_wait_is_not_tried(server: StandIn, time: FakeTime) -> None:
    server.plays("/x", says({}, ratelimit='"api";r=0;t=290'))
    with make_http(server, time) as http:
        http.get("/x")
        with pytest.raises(SourceError, match="has no requests left for us") as error:
            http.get("/x")
    assert (error.value.permanent, error.value.retry_after) == (False, 290.0)
    assert (len(server.asked), time.slept) == (1, [])


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({"x_ratelimit_remaining": "0"}, ""),
        ({"retry_after": "60"}, ""),
        ({}, "You have exceeded a secondary rate limit."),
    ],
)
def test_a_403_of_a_rate_limit_may_pass(
    server: StandIn, time: FakeTime, headers: dict[str, str], message: str
) -> None:
    server.plays("/x", says({"message": message}, 403, **headers))
    error = refusal(server, time)
    assert not error.permanent
    assert "too many requests" in error.reason


def test_requests_are_apart_by_the_limit(server: StandIn, time: FakeTime) -> None:
    server.plays("/x", FINE)
    with make_http(server, time, limits=Limits(apart=1.1)) as http:
        for _ in range(3):
            http.get("/x")
    assert time.slept == pytest.approx([1.1, 1.1])


def test_a_run_ends_when_its_time_is_up(server: StandIn, time: FakeTime) -> None:
    server.plays("/x", says({}, 500), FINE)
    with make_http(server, time, limits=Limits(run=200)) as http:
        http.get("/x")
        time.seconds = 200
        with pytest.raises(SourceError, match="the run has taken its 200 seconds") as error:
            http.get("/x")
    assert not error.value.permanent


def test_no_pause_lasts_longer_than_the_run(server: StandIn, time: FakeTime) -> None:
    server.plays("/x", says({}, 503, retry_after="20"))
    assert refusal(server, time, limits=Limits(run=10)).retry_after == 20.0
    assert time.slept == []


def test_no_growing_pause_lasts_longer_than_the_run(server: StandIn, time: FakeTime) -> None:
    server.plays("/x", says({}, 503))
    assert refusal(server, time, limits=Limits(run=5)).reason == "127.0.0.1/x answered 503"
    assert (len(server.asked), time.slept) == (1, [])


# ── no response ────────────────────────────────────────────────────────────────


def test_a_silent_server_is_given_up(server: StandIn, time: FakeTime) -> None:
    server.plays("/x", SILENCE)
    error = refusal(server, time, limits=SILENT)
    assert (error.reason, error.permanent) == ("127.0.0.1/x did not answer in time", False)
    assert len(server.asked) == 2


def test_a_response_that_breaks_off_is_requested_again(server: StandIn, time: FakeTime) -> None:
    server.plays("/x", FINE.but(is_cut=True), FINE)
    with make_http(server, time) as http:
        assert http.get("/x").json == {"fine": True}
    server.plays("/x", FINE.but(is_cut=True))
    error = refusal(server, time)
    assert not error.permanent
    assert error.reason.startswith("127.0.0.1/x could not be read: ")


def test_a_refused_connection_is_tried_again(time: FakeTime) -> None:
    with stand_in() as gone:
        pass
    error = refusal(gone, time)
    assert not error.permanent
    assert "Connection refused" in error.reason
    assert len(time.slept) == 3


# ── secrets ────────────────────────────────────────────────────────────────────


def test_no_reason_contains_a_secret(server: StandIn, time: FakeTime) -> None:
    secret = "hunter2-hunter2"
    server.plays("/x", says({"message": f"the key {secret} is wrong"}, 401))
    with (
        make_http(server, time, headers={"x-key": secret}, secrets=[secret]) as http,
        pytest.raises(SourceError) as error,
    ):
        http.get("/x", {"key": secret})
    assert error.value.reason == "127.0.0.1/x answered 401: the key … is wrong"


@pytest.mark.parametrize("key", ["two\nlines", "tab\tbed\x00"])
def test_a_malformed_key_is_not_shown(server: StandIn, time: FakeTime, key: str) -> None:
    error = refusal(server, time, headers={"x-key": key}, secrets=[key])
    assert (error.reason, error.permanent) == (
        "127.0.0.1/x cannot be asked: look at its settings", True,
    )  # fmt: skip


def test_no_log_line_contains_a_secret(
    server: StandIn, time: FakeTime, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "hunter2-hunter2"
    server.plays("/x", says({"message": f"the key {secret} is slow"}, 500), FINE)
    with (
        caplog.at_level(logging.INFO),
        make_http(server, time, headers={"x-key": secret}, secrets=[secret]) as http,
    ):
        http.get("/x", {"key": secret})
    [line] = [record.getMessage() for record in caplog.records]
    assert line.startswith("127.0.0.1/x answered 500: the key … is slow; next attempt in ")
    assert secret not in caplog.text


def test_a_cookie_is_not_sent_back(server: StandIn, time: FakeTime) -> None:
    server.plays("/x", says({}, set_cookie="session=1; Path=/"))
    with make_http(server, time) as http:
        http.get("/x")
        http.get("/x")
    assert ["cookie" in asked.headers for asked in server.asked] == [False, False]


def test_no_proxy_of_the_environment_is_used(
    server: StandIn, time: FakeTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    server.plays("/x", FINE)
    with make_http(server, time) as http:
        assert http.get("/x").json == {"fine": True}


def test_an_impossible_address_is_an_error_of_the_settings(time: FakeTime) -> None:
    with (
        Http("ftp://127.0.0.1", clock=time.clock) as http,
        pytest.raises(SourceError, match="look at its settings"),
    ):
        http.get("/x")


def test_a_letter_outside_ascii_is_replaced_in_a_header(
    server: StandIn, time: FakeTime, settings: Settings
) -> None:
    settings.CONTACT = "Ÿ@example.org"
    server.plays("/x", FINE)
    with make_http(server, time) as http:
        http.get("/x")
    assert "?@example.org" in server.asked[0].headers["user-agent"]


# ── conditional requests ───────────────────────────────────────────────────────


def test_a_remembered_response_is_requested_only_if_changed(
    server: StandIn, time: FakeTime
) -> None:
    server.plays("/x", says({}, etag='W/"1"'), Play(304))
    with make_http(server, time) as http:
        answer = http.get("/x", if_changed=True)
        assert answer.status == 200
        http.remember(answer)
    with make_http(server, time) as http:
        assert http.get("/x", if_changed=True, check=is_json).status == 304
    assert [asked.headers.get("if-none-match") for asked in server.asked] == [None, 'W/"1"']


def test_a_response_not_remembered_is_requested_in_full(server: StandIn, time: FakeTime) -> None:
    server.plays("/x", says({}, etag='"1"'))
    with make_http(server, time) as http:
        http.get("/x", if_changed=True)
        http.get("/x", if_changed=True)
    assert "if-none-match" not in server.asked[1].headers


def test_a_304_to_an_unconditional_request_is_refused(server: StandIn, time: FakeTime) -> None:
    server.plays("/x", Play(304))
    assert refusal(server, time).reason == "127.0.0.1/x answered 304"
