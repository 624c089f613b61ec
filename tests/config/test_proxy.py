"""Which address counts as the client's, behind proxies and without."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django import Settings

from config import proxy
from config.proxy import ClientAddressMiddleware, client_address, is_from_proxy


@pytest.fixture(autouse=True)
def _no_warning_yet() -> Iterator[None]:
    proxy._warn_once.cache_clear()
    yield
    proxy._warn_once.cache_clear()


def show_address(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.META["REMOTE_ADDR"])


def seen(rf: RequestFactory, peer: str = "10.0.0.1", **headers: str) -> str:
    """The address that the site sees, of a request from `peer` with these headers."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = rf.get("/", headers=named, REMOTE_ADDR=peer)
    return ClientAddressMiddleware(show_address)(request).content.decode()


def forwarded(header: str, proxies: int = 1) -> str:
    return client_address({"HTTP_X_FORWARDED_FOR": header}, proxies)


# ── behind a proxy ───────────────────────────────────────────────────────────


def test_behind_a_proxy_the_client_has_the_address_it_adds(
    rf: RequestFactory, settings: Settings
) -> None:
    settings.BEHIND_PROXY = True
    assert seen(rf, x_forwarded_for="198.51.100.7") == "198.51.100.7"


def test_an_address_sent_by_the_client_is_ignored(rf: RequestFactory, settings: Settings) -> None:
    settings.BEHIND_PROXY = True
    assert seen(rf, x_forwarded_for="127.0.0.1, 203.0.113.9") == "203.0.113.9"


@pytest.mark.parametrize("header", ["", "unknown", "unix:", "_hidden, _too"])
def test_a_hidden_client_has_no_address_and_not_that_of_the_proxy(
    rf: RequestFactory, settings: Settings, caplog: pytest.LogCaptureFixture, header: str
) -> None:
    settings.BEHIND_PROXY = True
    assert [seen(rf, x_forwarded_for=header) for _ in range(3)] == [""] * 3
    assert caplog.text.count("hidden by the proxy") == 1


@pytest.mark.parametrize(
    ("header", "address"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("198.51.100.7:4711", "198.51.100.7"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ('"[2001:db8::1]:443"', "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("64:ff9b::c633:6407", "198.51.100.7"),
        ("203.0.113.9,198.51.100.7 ", "198.51.100.7"),
        ("203.0.113.9 ,  2001:db8::1 ", "2001:db8::1"),
    ],
)
def test_the_last_entry_is_read_in_every_form(header: str, address: str) -> None:
    assert forwarded(header) == address


def test_two_proxies_add_two_entries(rf: RequestFactory, settings: Settings) -> None:
    settings.BEHIND_PROXY, settings.PROXY_COUNT = True, 2
    header = "192.0.2.66, 198.51.100.7, 203.0.113.9"  # forged, the client's, the outer proxy's
    assert seen(rf, x_forwarded_for=header) == "198.51.100.7"


def test_an_entry_too_few_gives_the_first(rf: RequestFactory) -> None:
    assert forwarded("198.51.100.7", proxies=2) == "198.51.100.7"


@pytest.mark.parametrize("header", ["198.51.100.7, unknown", "198.51.100.7, unix:,"])
def test_behind_an_entry_without_an_address_the_one_before_counts(header: str) -> None:
    assert forwarded(header) == "198.51.100.7"


@pytest.mark.parametrize(
    ("headers", "address"),
    [
        ({"HTTP_FORWARDED": "for=198.51.100.7"}, "198.51.100.7"),
        ({"HTTP_FORWARDED": 'proto=https;FOR="[2001:db8::1]:4711";by=x'}, "2001:db8::1"),
        ({"HTTP_FORWARDED": "for=192.0.2.66, for=198.51.100.7"}, "198.51.100.7"),
        ({"HTTP_FORWARDED": "for=unknown"}, ""),
        ({"HTTP_X_REAL_IP": "198.51.100.7"}, "198.51.100.7"),
        ({"HTTP_X_FORWARDED_FOR": "unix:", "HTTP_X_REAL_IP": "198.51.100.7"}, "198.51.100.7"),
        ({"HTTP_X_FORWARDED_FOR": "198.51.100.7", "HTTP_X_REAL_IP": "192.0.2.66"}, "198.51.100.7"),
    ],
)
def test_other_headers_count_where_x_forwarded_for_has_none(
    headers: dict[str, str], address: str
) -> None:
    assert client_address(headers, 1) == address


# ── without BEHIND_PROXY ─────────────────────────────────────────────────────


def test_without_a_proxy_the_header_is_ignored(settings: Settings) -> None:
    settings.BEHIND_PROXY = settings.HTTPS = False
    with pytest.raises(MiddlewareNotUsed):
        ClientAddressMiddleware(show_address)


def test_a_proxy_that_the_settings_do_not_name_is_noticed(
    rf: RequestFactory, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.BEHIND_PROXY, settings.HTTPS = False, True
    assert [seen(rf, "127.0.0.1", x_forwarded_for="198.51.100.7") for _ in range(2)] == [""] * 2
    assert caplog.text.count("set BEHIND_PROXY=true") == 1


def test_without_a_proxy_a_reader_keeps_the_address(
    rf: RequestFactory, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.BEHIND_PROXY, settings.HTTPS = False, True
    assert seen(rf, "198.51.100.7", x_forwarded_for="192.0.2.66") == "198.51.100.7"
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("peer", "header", "is_proxy"),
    [
        ("127.0.0.1", "", True),
        ("::1", "", True),
        ("172.17.0.1", "198.51.100.7", True),
        ("172.17.0.1", "", False),
        ("fd00::1", "198.51.100.7", True),
        ("::ffff:127.0.0.1", "", True),
        ("203.0.113.9", "198.51.100.7", False),
        ("", "198.51.100.7", False),
    ],
)
def test_a_proxy_is_known_by_its_address_and_header(peer: str, header: str, is_proxy: bool) -> None:
    assert is_from_proxy({"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": header}) is is_proxy
