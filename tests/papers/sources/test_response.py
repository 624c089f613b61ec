"""The body of a response: its size, its packing, its encoding, its JSON."""

from __future__ import annotations

import re
import tracemalloc
import zlib

import pytest

from fakes.web_service import (
    BOMB,
    ENDLESS,
    HUGE,
    MB,
    PAGE,
    FakeResponse,
    FakeService,
    FakeTime,
    json_response,
)
from papers.sources.http import Limits, is_json
from tests.papers.sources.http_client import make_http, refusal

# ── text and JSON ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("kind", "body", "text"),
    [
        ("application/json", '"é"'.encode(), "é"),
        ("application/json; charset=utf-8", '"é"'.encode("utf-8-sig"), "é"),
        ('application/json; charset="ISO-8859-1"', '"é"'.encode("latin-1"), "é"),
    ],
)
def test_text_is_read_in_the_charset_of_its_header(
    server: FakeService, time: FakeTime, kind: str, body: bytes, text: str
) -> None:
    server.respond("/x", FakeResponse(headers={"content-type": kind}, body=body))
    with make_http(server, time) as http:
        assert http.get("/x").json == text


@pytest.mark.parametrize(
    ("fake", "reason"),
    [
        (FakeResponse(body=b'{"a": [1, 2'), "JSON that was cut short"),
        (FakeResponse(body=b'{"a": 1} x' + b" " * 99), "broken JSON at character 9: Extra data"),
        (
            FakeResponse(body=b'{"a": nope, "b": [1, 2, 3]}'),
            "broken JSON at character 6: Expecting value",
        ),
        (FakeResponse(body=b"  "), "nothing at all, where JSON was expected"),
        (PAGE.but(status=200), "a page instead of JSON: Bad gateway"),
        (FakeResponse(body=b'"\xff\xfe"'), "bytes that are not utf-8 .at byte 1."),
        (
            FakeResponse(headers={"content-type": "application/json; charset=klingon"}, body=b"{}"),
            "an unknown encoding, 'klingon'",
        ),
        (FakeResponse(body=b"[" * 100_000), "JSON that cannot be read"),
    ],
)
def test_a_body_that_is_not_json_is_requested_again(
    server: FakeService, time: FakeTime, fake: FakeResponse, reason: str
) -> None:
    server.respond("/x", fake)
    error = refusal(server, time, check=is_json)
    assert not error.permanent
    assert error.reason.startswith("127.0.0.1/x answered with ")
    assert re.search(reason, error.reason)
    assert len(server.requests) == 4


def test_json_that_is_whole_the_second_time_is_used(server: FakeService, time: FakeTime) -> None:
    server.respond("/x", FakeResponse(body=b'{"a": '), json_response({"a": 1}))
    with make_http(server, time) as http:
        assert http.get("/x", check=is_json).json == {"a": 1}


# ── packing ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("body", [b"not gzip", b"\x1f\x8b\x08\x00\x00"])
def test_broken_gzip_is_requested_again(server: FakeService, time: FakeTime, body: bytes) -> None:
    server.respond("/x", FakeResponse(headers={"content-encoding": "gzip"}, body=body))
    error = refusal(server, time)
    assert (error.reason, error.permanent) == ("127.0.0.1/x answered with broken gzip", False)


def test_a_packing_that_was_not_accepted_is_refused(server: FakeService, time: FakeTime) -> None:
    server.respond("/x", FakeResponse(headers={"content-encoding": "br"}, body=b"\x00"))
    assert refusal(server, time).reason == "127.0.0.1/x answered packed as 'br', unasked"


def test_a_packed_body_is_unpacked(server: FakeService, time: FakeTime) -> None:
    server.respond("/x", BOMB)
    with make_http(server, time, limits=Limits(size=64 * MB)) as http:
        assert len(http.get("/x").body) == 64 * MB
    assert server.requests[0].headers["accept-encoding"] == "gzip"


# ── size ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("fake", [HUGE, ENDLESS, BOMB])
def test_a_too_long_body_is_refused_early(
    server: FakeService, time: FakeTime, fake: FakeResponse
) -> None:
    server.respond("/x", fake)
    error = refusal(server, time)
    assert (error.reason, error.permanent) == ("127.0.0.1/x answered with more than 20 MB", True)
    assert len(server.requests) == 1
    server.is_over.set()
    assert server.sent < 60 * MB


def test_a_bomb_of_one_gigabyte_takes_little_memory(server: FakeService, time: FakeTime) -> None:
    packer = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    first = packer.compress(b" " * MB) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(b" " * MB) + packer.flush(zlib.Z_FULL_FLUSH)
    bomb = first + again * 1023 + packer.flush()
    server.respond("/x", FakeResponse(headers={"content-encoding": "gzip"}, body=bomb))
    tracemalloc.start()
    try:
        error = refusal(server, time)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert error.reason == "127.0.0.1/x answered with more than 20 MB"
    assert peak < 64 * MB
