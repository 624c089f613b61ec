"""Where a connection may go, and for how long: hosts, addresses, deadlines."""

from __future__ import annotations

import socket
from typing import Any

import httpx2
import pytest

from fakes.web_service import DRIP, FakeResponse, FakeService, FakeTime, json_response
from papers.sources.http import Limits
from papers.sources.network import is_public, may_redirect
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


@pytest.mark.parametrize("addresses", [["10.0.0.7"], ["93.184.216.34", "127.0.0.1"], ["::1"]])
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
def test_a_public_address_is_distinguished_from_a_private_one(address: str, is_one: bool) -> None:
    assert is_public(address) is is_one


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
