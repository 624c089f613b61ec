from __future__ import annotations

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from web.same_site import is_cross_site

HERE = "https://papers.example.org"


@pytest.fixture(autouse=True)
def _here(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    settings.CSRF_TRUSTED_ORIGINS = [HERE]


def answer(site: str, origin: str, host: str = "papers.example.org") -> bool:
    found = {"Sec-Fetch-Site": site, "Origin": origin}
    headers = {name: value for name, value in found.items() if value}
    return is_cross_site(RequestFactory().post("/", headers=headers, HTTP_HOST=host))


@pytest.mark.parametrize(
    ("site", "origin"),
    [
        ("", ""),  # an older browser, or a program
        ("same-origin", HERE),
        ("same-origin", ""),
        ("none", ""),  # typed, or reloaded
        ("", HERE),
        ("", "http://papers.example.org"),
        ("", "https://papers.example.org:8443"),
        ("cross-site", "http://papers.example.org"),  # redirected from http
        ("same-site", HERE),
    ],
)
def test_a_form_of_our_own_page_is_not_cross_site(site: str, origin: str) -> None:
    assert not answer(site, origin)


@pytest.mark.parametrize(
    ("site", "origin"),
    [
        ("cross-site", "https://evil.example"),
        ("cross-site", ""),
        ("cross-site", "null"),
        ("same-site", "https://blog.example.org"),
        ("same-site", ""),
        ("", "https://evil.example"),
        ("", "https://papers.example.org.evil.example"),
        ("", "https://evil.example/papers.example.org"),
        ("", "null"),
        ("", "https://[broken"),
        ("unheard-of", ""),
    ],
)
def test_a_form_of_another_site_is(site: str, origin: str) -> None:
    assert answer(site, origin)


def test_a_second_host_of_the_site_is_not_another_site() -> None:
    assert not answer("", "https://www.example.org", host="www.example.org")
    assert answer("", "https://www.example.org")
