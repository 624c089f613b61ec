from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.values.site import read_site_url, wrong_host


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://papers.example.org", "https://papers.example.org"),
        ("https://papers.example.org/", "https://papers.example.org"),
        ("HTTPS://Papers.Example.Org", "https://papers.example.org"),
        ("https://papers.example.org:443", "https://papers.example.org"),
        ("http://papers.example.org:80/", "http://papers.example.org"),
        ("https://papers.example.org:8443", "https://papers.example.org:8443"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_the_url_has_the_form_of_an_origin(text: str, url: str) -> None:
    assert read_site_url(text) == url


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("papers.example.org", "must look like https://papers.example.org"),
        ("ftp://papers.example.org", "must look like https://papers.example.org"),
        ("https://", "must look like https://papers.example.org"),
        ("https:/papers.example.org", "must look like https://papers.example.org"),
        ("https://papers.example.org/papers", "must not have a path"),
        ("https://papers.example.org/papers/", "must not have a path"),
        ("https://papers.example.org?a=b", "must not have a query"),
        ("https://papers.example.org/?", "must not have a query"),
        ("https://papers.example.org#top", "must not have a fragment"),
        ("https://ada:hunter2@papers.example.org", "must not have a user or a password"),
        ("ftp://ada:hunter2@papers.example.org", "must not have a user or a password"),
        ("https://papers.example.org:http", "a malformed host or port"),
        ("https://papers.example.org:70000", "a malformed host or port"),
        ("https://[papers.example.org", "a malformed host or port"),
        ("https://papers example.org", "must not have white space"),
    ],
)
def test_a_url_with_more_than_a_host_is_refused(text: str, said: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refusal:
        read_site_url(text)
    assert str(refusal.value).startswith("SITE_URL ")
    assert said in str(refusal.value)
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize(
    "host",
    [
        "papers.example.org",
        ".example.org",
        "localhost",
        "192.0.2.7",
        "[::1]",
        "*",
        "xn--bcher-kva.de",
    ],
)
def test_a_host_name_is_right(host: str) -> None:
    assert wrong_host(host) == ""


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("https://papers.example.org", "has a scheme"),
        ("papers.example.org/", "has a path"),
        ("papers.example.org:443", "has a port, which is not compared"),
        ("[::1]:8000", "has a port, which is not compared"),
        ("192.0.2.7:80", "has a port, which is not compared"),
        ("::1", "is an IPv6 address without brackets"),
        ("*.example.org", "is no host name"),
        ("papers example.org", "is no host name"),
        ("ada@papers.example.org", "is no host name"),
        ('"papers.example.org"', "is no host name"),
    ],
)
def test_another_entry_is_named_with_its_fault(host: str, reason: str) -> None:
    assert wrong_host(host) == reason
