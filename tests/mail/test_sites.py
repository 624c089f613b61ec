"""The site that receives a domain's mail, by a DNS server on this machine."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from fakes.dns_server import BROKEN, SILENT, DnsServer, serving_dns
from mail import sites as module
from mail.sites import Sites, registered_domain, site_of_hosts

MX = {
    "gmail.com": ["5 gmail-smtp-in.l.google.com.", "10 alt1.gmail-smtp-in.l.google.com."],
    "a.org": ["20 backup.b.org.", "10 ASPMX.L.GOOGLE.COM."],
    "own.org": ["10 mail.own.org."],
    "null.org": ["0 ."],
    "empty.org": [],
    "broken.org": BROKEN,
    "silent.org": SILENT,
}


@pytest.fixture(autouse=True)
def _on(settings: Settings) -> None:
    settings.PACE_BY_SITE = True


@pytest.fixture
def server() -> Iterator[DnsServer]:
    with serving_dns(MX) as running:
        yield running


def known(sites: Sites, *domains: str) -> dict[str, str]:
    sites.site_of(domains)
    sites.wait()
    return dict(sites.site_of(domains))


def test_the_preferred_exchanger_s_domain_is_the_site(server: DnsServer) -> None:
    assert known(Sites(server.resolver()), "gmail.com", "a.org", "own.org") == {
        "gmail.com": "google.com",
        "a.org": "google.com",
        "own.org": "own.org",
    }


@pytest.mark.parametrize("domain", ["null.org", "empty.org", "broken.org", "missing.org"])
def test_a_domain_without_an_exchanger_is_its_own_site(server: DnsServer, domain: str) -> None:
    assert known(Sites(server.resolver()), domain) == {domain: domain}


def test_no_question_is_waited_for(server: DnsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE", 0.5)
    sites = Sites(server.resolver())
    began = time.monotonic()
    assert sites.site_of(["silent.org", "a.org"]) == {"silent.org": "silent.org", "a.org": "a.org"}
    assert time.monotonic() - began < 0.1
    sites.wait()
    assert time.monotonic() - began < 3
    assert sites.site_of(["silent.org", "a.org"])["a.org"] == "google.com"


def test_a_domain_is_asked_for_once(server: DnsServer) -> None:
    sites = Sites(server.resolver())
    for _ in range(3):
        known(sites, "a.org")
    assert server.questions == ["a.org"]


def test_another_process_finds_the_answer_in_redis(server: DnsServer) -> None:
    known(Sites(server.resolver()), "a.org")
    assert known(Sites(server.resolver()), "a.org") == {"a.org": "google.com"}
    assert server.questions == ["a.org"]


def test_without_redis_the_dns_is_asked(server: DnsServer, settings: Settings) -> None:
    module._redis.cache_clear()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert known(Sites(server.resolver()), "a.org") == {"a.org": "google.com"}
    module._redis.cache_clear()


@pytest.mark.parametrize(
    "domain", ["localhost", "papers.test", "a.local", "[127.0.0.1]", "127.0.0.1", "", "a..b"]
)
def test_names_that_no_public_dns_has_are_not_asked_for(server: DnsServer, domain: str) -> None:
    assert known(Sites(server.resolver()), domain) == {domain: domain}
    assert server.questions == []


def test_nothing_is_asked_when_it_is_off(server: DnsServer, settings: Settings) -> None:
    settings.PACE_BY_SITE = False
    assert known(Sites(server.resolver()), "a.org") == {"a.org": "a.org"}
    assert server.questions == []


@pytest.mark.parametrize(
    ("hosts", "site"),
    [
        ([], "a.org"),
        ([(0, ".")], "a.org"),
        ([(10, "MX.Example.NET."), (20, "other.org.")], "example.net"),
        ([(10, "bad_name."), (20, "mx.example.net")], "example.net"),
        ([(10, "x\r\n.evil")], "a.org"),
        ([(10, "a-org.mail.protection.outlook.com.")], "outlook.com"),
    ],
)
def test_the_site_of_hosts(hosts: list[tuple[int, str]], site: str) -> None:
    assert site_of_hosts("a.org", hosts) == site


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("aspmx.l.google.com", "google.com"),
        ("mx.example.co.uk", "example.co.uk"),
        ("mx.example.com.br", "example.com.br"),
        ("mx.t.co", "t.co"),
        ("co.uk", "co.uk"),
        ("mx.example.de", "example.de"),
        ("example.org", "example.org"),
    ],
)
def test_the_registered_domain_is_two_labels_or_three(host: str, domain: str) -> None:
    assert registered_domain(host) == domain
