"""The layer that asks outside services: what it sends, follows, waits for, and gives up on."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pytest_django import Settings

from fakes.web_service import (
    BOMB,
    DRIP,
    ELSEWHERE,
    ENDLESS,
    HUGE,
    MB,
    PAGE,
    SILENCE,
    FakeTime,
    Play,
    StandIn,
    says,
    stand_in,
)
from papers.sources import SourceError
from papers.sources.http import Http, Limits, is_json, user_agent
from papers.sources.network import is_public

FINE = says({"fine": True})
SILENT = Limits(silence=0.3, attempts=2)


@pytest.fixture
def server() -> Iterator[StandIn]:
    with stand_in() as server:
        yield server


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


def make_http(server: StandIn, time: FakeTime, **options: Any) -> Http:
    return Http(server.url, clock=time.clock, **options)


def refusal(server: StandIn, time: FakeTime, **options: Any) -> SourceError:
    """The error that asking for /x ends with."""
    check = options.pop("check", None)
    with make_http(server, time, **options) as http, pytest.raises(SourceError) as error:
        http.get("/x", check=check)
    assert "\n" not in error.value.reason
    return error.value


# ── what is asked ────────────────────────────────────────────────────────────


def test_it_asks_below_the_base_address_and_says_who_asks(
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


def test_it_uses_one_connection_for_many_questions(server: StandIn, time: FakeTime) -> None:
    server.plays("/x", FINE)
    with make_http(server, time) as http:
        for _ in range(3):
            assert http.get("/x").status == 200


def test_each_single_request_is_made_within_around(server: StandIn, time: FakeTime) -> None:
    told: list[str] = []

    @contextmanager
    def around() -> Iterator[None]:
        told.append(f"before {len(server.asked)}")
        yield
        told.append(f"after {len(server.asked)}")

    server.plays("/x", says({}, 500), Play(301, {"location": "/y"}))
    server.plays("/y", FINE)
    with make_http(server, time, around=around) as http:
        http.get("/x")
    assert told == ["before 0", "after 1", "before 1", "after 2", "before 2", "after 3"]


# ── what is understood ───────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("kind", "body", "text"),
    [
        ("application/json", '"é"'.encode(), "é"),
        ("application/json; charset=utf-8", '"é"'.encode("utf-8-sig"), "é"),
        ('application/json; charset="ISO-8859-1"', '"é"'.encode("latin-1"), "é"),
    ],
)
def test_text_is_read_in_the_encoding_that_it_claims(
    server: StandIn, time: FakeTime, kind: str, body: bytes, text: str
) -> None:
    server.plays("/x", Play(headers={"content-type": kind}, body=body))
    with make_http(server, time) as http:
        assert http.get("/x").json == text


@pytest.mark.parametrize(
    ("play", "reason"),
    [
        (Play(body=b'{"a": [1, 2'), "JSON that was cut short"),
        (Play(body=b'{"a": 1} x' + b" " * 99), "broken JSON at character 9: Extra data"),
        (Play(body=b'{"a": nope, "b": [1, 2, 3]}'), "broken JSON at character 6: Expecting value"),
        (Play(body=b"  "), "nothing at all, where JSON was expected"),
        (PAGE.but(status=200), "a page instead of JSON: Bad gateway"),
        (Play(body=b'"\xff\xfe"'), "bytes that are not utf-8 .at byte 1."),
        (
            Play(headers={"content-type": "application/json; charset=klingon"}, body=b"{}"),
            "an encoding that nobody knows, 'klingon'",
        ),
        (Play(body=b'{"a": NaN}'), "JSON that cannot be read: NaN is no JSON number"),
        (Play(body=b"[" * 100_000), "JSON that cannot be read"),
    ],
)
def test_what_is_not_json_is_asked_for_again_and_then_named(
    server: StandIn, time: FakeTime, play: Play, reason: str
) -> None:
    server.plays("/x", play)
    error = refusal(server, time, check=is_json)
    assert not error.permanent
    assert error.reason.startswith("127.0.0.1/x answered with ")
    assert re.search(reason, error.reason)
    assert len(server.asked) == 4


def test_json_that_comes_whole_the_second_time_is_taken(server: StandIn, time: FakeTime) -> None:
    server.plays("/x", Play(body=b'{"a": '), says({"a": 1}))
    with make_http(server, time) as http:
        assert http.get("/x", check=is_json).json == {"a": 1}


# ── waiting ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again_after_growing_pauses(
    server: StandIn, time: FakeTime, status: int
) -> None:
    server.plays("/x", says({"error": "come back later"}, status))
    error = refusal(server, time)
    assert not error.permanent
    assert error.retry_after is None
    assert f"answered {status}" in error.reason
    assert error.reason.endswith(": come back later")
    assert len(server.asked) == 4
    assert time.slept == [2.0, 4.0, 8.0]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_what_will_not_pass_is_asked_once(server: StandIn, time: FakeTime, status: int) -> None:
    server.plays("/x", says({"message": "Bad credentials"}, status))
    error = refusal(server, time)
    assert error.permanent
    assert error.reason == f"127.0.0.1/x answered {status}: Bad credentials"
    assert len(server.asked) == 1


def test_an_expected_status_is_an_answer(server: StandIn, time: FakeTime) -> None:
    server.plays("/x", Play(404, body=b"no JSON"))
    with make_http(server, time) as http:
        assert http.get("/x", expect=[404], check=is_json).status == 404


def test_a_pause_is_as_long_as_the_service_asks(server: StandIn, time: FakeTime) -> None:
    server.plays("/x", says({}, 429, retry_after="17"), FINE)
    with make_http(server, time) as http:
        assert http.get("/x").json == {"fine": True}
    assert time.slept == [18.0]  # and up to a second more, so that not all come back at once


def test_a_pause_that_is_too_long_ends_the_run_with_the_time_to_come_back(
    server: StandIn, time: FakeTime
) -> None:
    server.plays("/x", says({}, 429, retry_after="900"))
    error = refusal(server, time)
    assert (error.permanent, error.retry_after) == (False, 900.0)
    assert error.reason == "127.0.0.1/x answered 429, too many requests"
    assert (len(server.asked), time.slept) == (1, [])


def test_a_quota_that_is_used_up_is_waited_for_before_the_next_question(
    server: StandIn, time: FakeTime
) -> None:
    server.plays("/x", says({"n": 1}, ratelimit='"api";r=0;t=30'), says({"n": 2}))
    with make_http(server, time) as http:
        assert http.get("/x").json == {"n": 1}
        assert time.slept == []
        assert http.get("/x").json == {"n": 2}
    assert time.slept == [30.0]


def test_a_quota_that_lasts_too_long_is_not_tried(server: StandIn, time: FakeTime) -> None:
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


def test_requests_keep_their_distance(server: StandIn, time: FakeTime) -> None:
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


# ── what takes too long, or breaks ───────────────────────────────────────────


def test_a_server_that_says_nothing_is_given_up(server: StandIn, time: FakeTime) -> None:
    server.plays("/x", SILENCE)
    error = refusal(server, time, limits=SILENT)
    assert (error.reason, error.permanent) == ("127.0.0.1/x did not answer in time", False)
    assert len(server.asked) == 2


@pytest.mark.parametrize("play", [DRIP, DRIP.but(headers={"x-long": "y" * 5000})])
def test_a_slow_drip_ends_though_no_pause_in_it_is_long(server: StandIn, play: Play) -> None:
    time = FakeTime(step=1.0)
    server.plays("/x", play)
    error = refusal(server, time, limits=Limits(answer=30, attempts=1))
    reason = "127.0.0.1/x did not finish its answer within 30 seconds"
    assert (error.reason, error.permanent) == (reason, False)


def test_an_answer_that_breaks_off_is_asked_for_again(server: StandIn, time: FakeTime) -> None:
    server.plays("/x", FINE.but(is_cut=True), FINE)
    with make_http(server, time) as http:
        assert http.get("/x").json == {"fine": True}
    server.plays("/x", FINE.but(is_cut=True))
    error = refusal(server, time)
    assert not error.permanent
    assert error.reason.startswith("127.0.0.1/x could not be read: ")


def test_a_server_that_is_not_there_is_tried_again(time: FakeTime) -> None:
    with stand_in() as gone:
        pass
    error = refusal(gone, time)
    assert not error.permanent
    assert "Connection refused" in error.reason
    assert len(time.slept) == 3


@pytest.mark.parametrize("body", [b"not gzip", b"\x1f\x8b\x08\x00\x00"])
def test_broken_gzip_is_asked_for_again(server: StandIn, time: FakeTime, body: bytes) -> None:
    server.plays("/x", Play(headers={"content-encoding": "gzip"}, body=body))
    error = refusal(server, time)
    assert (error.reason, error.permanent) == ("127.0.0.1/x answered with broken gzip", False)


def test_a_packing_that_nobody_asked_for_is_refused(server: StandIn, time: FakeTime) -> None:
    server.plays("/x", Play(headers={"content-encoding": "br"}, body=b"\x00"))
    assert refusal(server, time).reason == "127.0.0.1/x answered packed as 'br', unasked"


# ── what is too much ─────────────────────────────────────────────────────────


@pytest.mark.parametrize("play", [HUGE, ENDLESS, BOMB])
def test_a_body_that_is_far_too_long_is_refused_early(
    server: StandIn, time: FakeTime, play: Play
) -> None:
    server.plays("/x", play)
    error = refusal(server, time)
    assert (error.reason, error.permanent) == ("127.0.0.1/x answered with more than 20 MB", True)
    assert len(server.asked) == 1
    server.is_over.set()
    assert server.sent < 60 * MB


def test_a_packed_answer_is_unpacked(server: StandIn, time: FakeTime) -> None:
    server.plays("/x", BOMB)
    with make_http(server, time, limits=Limits(size=64 * MB)) as http:
        assert len(http.get("/x").body) == 64 * MB
    assert server.asked[0].headers["accept-encoding"] == "gzip"


# ── where it goes ────────────────────────────────────────────────────────────


def test_a_redirect_on_the_same_host_is_followed(server: StandIn, time: FakeTime) -> None:
    server.plays("/repos/a/old", Play(301, {"location": f"{server.url}/repositories/7"}))
    server.plays("/repositories/7", FINE)
    with make_http(server, time, headers={"authorization": "Bearer t"}) as http:
        answer = http.get("/repos/a/old")
    assert (answer.place, answer.asked) == ("127.0.0.1/repositories/7", f"{server.url}/repos/a/old")
    assert [asked.headers["authorization"] for asked in server.asked] == ["Bearer t"] * 2


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
        "",
    ],
)
def test_a_redirect_to_anywhere_else_is_refused(
    server: StandIn, time: FakeTime, location: str
) -> None:
    server.plays("/x", Play(302, {"location": location}))
    error = refusal(server, time)
    assert error.permanent
    assert "where we do not go" in error.reason
    assert "token" not in error.reason
    assert len(server.asked) == 1


def test_a_question_with_a_body_is_not_redirected(server: StandIn, time: FakeTime) -> None:
    server.plays("/x", Play(307, {"location": "/y"}))
    with make_http(server, time) as http, pytest.raises(SourceError, match="we do not go"):
        http.post("/x", {})


def test_redirects_in_a_circle_end(server: StandIn, time: FakeTime) -> None:
    server.plays("/x", Play(302, {"location": "/x"}))
    error = refusal(server, time)
    assert (error.reason, error.permanent) == ("127.0.0.1/x redirects without end", True)
    assert len(server.asked) == 4


@pytest.mark.parametrize("addresses", [["10.0.0.7"], ["93.184.216.34", "127.0.0.1"], ["::1"]])
def test_a_named_host_with_a_private_address_is_refused(
    server: StandIn, time: FakeTime, monkeypatch: pytest.MonkeyPatch, addresses: list[str]
) -> None:
    def look_up(host: str, port: int, *args: Any, **options: Any) -> list[Any]:
        if host == "127.0.0.1":
            return really(host, port, *args, **options)
        assert host == "cdn.example"
        return [(0, 0, 0, "", (address, port)) for address in addresses]

    really = socket.getaddrinfo

    server.plays("/x", Play(302, {"location": "https://cdn.example/x"}))
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    error = refusal(server, time, other_hosts=["cdn.example"])
    assert error.permanent
    assert error.reason == "cdn.example has an address that is not on the public internet"


def test_a_key_does_not_go_along_to_another_host(server: StandIn, time: FakeTime) -> None:
    with make_http(server, time, headers={"x-key": "k"}, other_hosts=["cdn.example"]) as http:
        assert "x-key" not in http._all_headers("https://cdn.example/x", {})
        assert http._all_headers(f"{server.url}/x", {})["x-key"] == "k"


@pytest.mark.parametrize(
    ("address", "is_one"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.1", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.216.34", True),
    ],
)
def test_a_public_address_is_one_that_anybody_may_reach(address: str, is_one: bool) -> None:
    assert is_public(address) is is_one


# ── what is kept to itself ───────────────────────────────────────────────────


def test_no_reason_holds_a_secret(server: StandIn, time: FakeTime) -> None:
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


def test_an_address_that_cannot_be_asked_is_an_error_of_the_settings(time: FakeTime) -> None:
    with (
        Http("ftp://127.0.0.1", clock=time.clock) as http,
        pytest.raises(SourceError, match="look at its settings"),
    ):
        http.get("/x")


def test_letters_of_all_kinds_are_fit_for_a_header(
    server: StandIn, time: FakeTime, settings: Settings
) -> None:
    settings.CONTACT = "Ÿ@example.org"
    server.plays("/x", FINE)
    with make_http(server, time) as http:
        http.get("/x")
    assert "?@example.org" in server.asked[0].headers["user-agent"]


# ── unchanged ────────────────────────────────────────────────────────────────


def test_what_is_remembered_is_asked_for_only_if_it_changed(
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


def test_what_was_not_stored_is_asked_for_in_full(server: StandIn, time: FakeTime) -> None:
    server.plays("/x", says({}, etag='"1"'))
    with make_http(server, time) as http:
        http.get("/x", if_changed=True)
        http.get("/x", if_changed=True)
    assert "if-none-match" not in server.asked[1].headers


def test_a_304_that_nobody_asked_for_is_no_answer(server: StandIn, time: FakeTime) -> None:
    server.plays("/x", Play(304))
    assert refusal(server, time).reason == "127.0.0.1/x answered 304"


def test_a_redirect_out_is_refused_before_a_connection_is_made(
    server: StandIn, time: FakeTime
) -> None:
    server.plays("/x", ELSEWHERE)
    error = refusal(server, time)
    assert error.reason == "127.0.0.1/x redirects to http://169.254.169.254, where we do not go"
