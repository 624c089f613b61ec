"""How many requests of one network pass, and what its quota says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from web import rate_limit
from web.rate_limit import Quota, hit, is_rate, network_of


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    rate_limit.limiter.cache_clear()
    yield
    rate_limit.limiter().storage.reset()
    rate_limit.limiter.cache_clear()


def count(ip: str = "192.0.2.1", *, purpose: str = "tea", rate: str = "2/hour") -> Quota:
    quota = hit(purpose, rate, ip)
    assert quota is not None
    return quota


def test_a_network_may_send_as_many_as_its_rate_says() -> None:
    assert [count().is_kept for _ in range(3)] == [True, True, False]


def test_networks_are_counted_apart() -> None:
    for _ in range(3):
        count()
    assert count("192.0.2.2").is_kept


def test_purposes_are_counted_apart() -> None:
    for _ in range(3):
        count()
    assert count(purpose="coffee").is_kept


def test_the_quota_says_what_is_left_and_when_to_retry() -> None:
    first, second, third = (count(rate="2/5 minutes") for _ in range(3))
    assert [first.remaining, second.remaining, third.remaining] == [1, 0, 0]
    assert (third.limit, third.window) == (2, 300)
    assert 1 <= third.wait <= 600


@pytest.mark.parametrize(
    ("ip", "shared"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", "unknown"),
    ],
)
def test_addresses_of_one_network_are_counted_together(ip: str, shared: str) -> None:
    assert network_of(ip) == shared


@pytest.mark.parametrize(
    "storage", ["redis://127.0.0.1:1/0", "redis+unix:///nowhere/valkey.sock?db=0"]
)
def test_without_redis_no_request_is_limited(
    settings: LazySettings, caplog: pytest.LogCaptureFixture, storage: str
) -> None:
    working = settings.RATE_LIMIT_STORAGE
    settings.RATE_LIMIT_STORAGE = storage
    assert [hit("tea", "2/hour", "192.0.2.1") for _ in range(4)] == [None] * 4
    assert "tea is not limited by network" in caplog.text
    settings.RATE_LIMIT_STORAGE = working
    rate_limit.limiter.cache_clear()


@pytest.mark.parametrize("rate", ["30/hour", "100/day", "500/5 minutes", "1 per second"])
def test_a_number_and_a_span_are_a_rate(rate: str) -> None:
    assert is_rate(rate)


@pytest.mark.parametrize("rate", ["", "often", "30", "30/fortnight"])
def test_other_words_are_no_rate(rate: str) -> None:
    assert not is_rate(rate)
