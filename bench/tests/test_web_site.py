"""What the clients of the site find."""

from __future__ import annotations

import time
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from bench.web_site import Rate, at_rate, needs_wrk, parse_wrk

PRINTED = """Running 5s test @ http://127.0.0.1:8000/
  1 threads and 32 connections
  Latency Distribution
     50%    3.88ms
     99%  {p99}
  12000 requests in 5.02s, 2.39MB read
{errors}Requests/sec:   2390.44
Transfer/sec:    486.67KB
"""


@pytest.mark.parametrize(
    ("p99", "milliseconds"), [("160.12ms", 160.12), ("1.74s", 1740), ("850.00us", 0.85)]
)
def test_the_figures_of_wrk(p99: str, milliseconds: float) -> None:
    found = parse_wrk(PRINTED.format(p99=p99, errors=""), cpu=6.0)
    assert found == Rate(per_second=2390.44, p99_ms=milliseconds, cpu_ms=0.5, failed=0)


def test_what_failed_is_counted() -> None:
    errors = "  Socket errors: connect 1, read 2, write 0, timeout 32\n"
    errors += "  Non-2xx or 3xx responses: 7\n"
    assert parse_wrk(PRINTED.format(p99="1ms", errors=errors), cpu=1).failed == 42


def test_something_else_is_no_figure() -> None:
    with pytest.raises(ValueError, match="unable to connect"):
        parse_wrk("unable to connect to 127.0.0.1:8000", cpu=1)


def test_without_wrk_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit, match="apt-get install"):
        needs_wrk()


def test_each_request_is_made_when_it_is_due(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/ok").respond_with_data("ok")
    asked: list[float] = []

    def ask(peer: HTTPConnection, number: int) -> HTTPResponse:
        asked.append(time.monotonic())
        peer.request("GET", "/ok" if number % 2 else "/none")
        return peer.getresponse()

    found = at_rate(httpserver.port, 20, 1, ask)
    assert (found.requests, found.failed) == (20, 10)
    assert 0.9 <= max(asked) - min(asked) < 2
    assert 0 < found.p50_ms <= found.p99_ms


def test_a_site_that_is_not_there_fails_each_request() -> None:
    def ask(peer: HTTPConnection, _number: int) -> HTTPResponse:
        peer.request("GET", "/")
        return peer.getresponse()

    assert at_rate(1, 10, 1, ask).failed == 10
