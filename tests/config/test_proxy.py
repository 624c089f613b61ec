from __future__ import annotations

import pytest
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django import Settings

from config.proxy import ClientAddressMiddleware, last_address


def client_address(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.META["REMOTE_ADDR"])


def test_behind_a_proxy_the_client_has_the_address_it_adds(
    rf: RequestFactory, settings: Settings
) -> None:
    settings.BEHIND_PROXY = True
    request = rf.get("/", headers={"x-forwarded-for": "198.51.100.7"}, REMOTE_ADDR="10.0.0.1")
    assert ClientAddressMiddleware(client_address)(request).content == b"198.51.100.7"


def test_an_address_sent_by_the_client_is_ignored(rf: RequestFactory, settings: Settings) -> None:
    settings.BEHIND_PROXY = True
    forged = "127.0.0.1, 203.0.113.9"
    request = rf.get("/", headers={"x-forwarded-for": forged}, REMOTE_ADDR="10.0.0.1")
    assert ClientAddressMiddleware(client_address)(request).content == b"203.0.113.9"


def test_a_proxy_without_the_header_leaves_its_own_address(
    rf: RequestFactory, settings: Settings
) -> None:
    settings.BEHIND_PROXY = True
    request = rf.get("/", REMOTE_ADDR="10.0.0.1")
    assert ClientAddressMiddleware(client_address)(request).content == b"10.0.0.1"


def test_without_a_proxy_the_header_is_ignored(settings: Settings) -> None:
    settings.BEHIND_PROXY = False
    with pytest.raises(MiddlewareNotUsed):
        ClientAddressMiddleware(client_address)


@pytest.mark.parametrize(
    ("header", "address"),
    [
        ("", ""),
        ("unknown", ""),
        ("198.51.100.7, _hidden", ""),
        ("198.51.100.7", "198.51.100.7"),
        ("198.51.100.7 ,  2001:db8::1 ", "2001:db8::1"),
    ],
)
def test_the_last_address_is_an_address_or_nothing(header: str, address: str) -> None:
    assert last_address(header) == address
