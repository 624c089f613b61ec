"""Where a connection may go, and for how long: hosts, addresses, deadlines."""

from __future__ import annotations

import socket
from typing import Any

import httpx2
import pytest

from fakes.web_service import DRIP, FakeResponse, FakeService, FakeTime, json_response
from papers.sources.http import Limits
from papers.sources.network import may_redirect
from tests.papers.sources.http_client import refusal

FINE = json_response({"fine": True})


# ── redirects ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("target", "is_allowed"),
    [
        ("https://api.example/other", True),
        ("https://API.example:443/other", True),
        ("https://cdn.example/x", True),
        ("http://api.example/x", False),  # away from TLS
        ("http://cdn.example/x", False),
        ("https://api.example:8443/x", False),
        ("https://cdn.example:8443/x", False),
        ("https://sub.api.example/x", False),
        ("https://api.example.evil.example/x", False),
        ("https://me:secret@api.example/x", False),
        ("ftp://api.example/x", False),
        ("", False),
    ],
)
def test_a_redirect_stays_on_its_host_or_goes_to_a_named_one(target: str, is_allowed: bool) -> None:
    source, named = httpx2.URL("https://api.example/x"), frozenset({"cdn.example"})
    assert may_redirect(source, httpx2.URL(target), named) is is_allowed


def test_a_redirect_may_lead_to_tls_on_the_same_host() -> None:
    source, target = httpx2.URL("http://api.example:8080/x"), httpx2.URL("https://api.example/x")
    assert may_redirect(source, target, frozenset())


# ── addresses ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "addresses",
    [
        ["10.0.0.7"],
        ["93.184.216.34", "127.0.0.1"],
        ["::1"],
        ["64:ff9b::7f00:1"],  # NAT64 of 127.0.0.1
        ["64:ff9b:1:a9fe:a9:fe00::"],  # NAT64 of 169.254.169.254, in a network's own form
        ["2002:a00:7::1"],  # 6to4 of 10.0.0.7
        ["::ffff:127.0.0.1"],
        ["fe80::1%eth0"],
    ],
)
def test_a_named_host_with_a_private_address_is_refused(
    server: FakeService, time: FakeTime, monkeypatch: pytest.MonkeyPatch, addresses: list[str]
) -> None:
    def look_up(host: str, port: int, *args: Any, **options: Any) -> list[Any]:
        if host == "127.0.0.1":
            return really(host, port, *args, **options)
        assert host == "cdn.example"
        return [(0, 0, 0, "", (address, port)) for address in addresses]

    really = socket.getaddrinfo

    server.respond("/x", FakeResponse(302, {"location": "https://cdn.example/x"}))
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    error = refusal(server, time, other_hosts=frozenset({"cdn.example"}))
    assert error.permanent
    assert error.reason == "cdn.example has an address that is not on the public internet"


# ── deadlines ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("fake", [DRIP, DRIP.but(headers={"x-long": "y" * 5000})])
def test_a_slow_drip_ends_at_the_deadline(
    server: FakeService, time: FakeTime, fake: FakeResponse
) -> None:
    time.step = 1.0
    server.respond("/x", fake)
    error = refusal(server, time, limits=Limits(answer=30, attempts=1))
    reason = "127.0.0.1/x did not finish its answer within 30 seconds"
    assert (error.reason, error.permanent) == (reason, False)
