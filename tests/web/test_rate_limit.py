"""How often one network may ask, and what it is told about it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from web import rate_limit
from web.rate_limit import Quota, household, spend


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    rate_limit.limiter.cache_clear()
    yield
    rate_limit.limiter().storage.reset()
    rate_limit.limiter.cache_clear()


def ask(ip: str = "192.0.2.1", *, purpose: str = "tea", rate: str = "2/hour") -> Quota:
    quota = spend(purpose, rate, ip)
    assert quota is not None
    return quota


def test_a_network_may_so_often_and_no_oftener() -> None:
    assert [ask().is_kept for _ in range(3)] == [True, True, False]


def test_one_network_s_haste_is_not_another_s() -> None:
    for _ in range(3):
        ask()
    assert ask("192.0.2.2").is_kept


def test_one_purpose_does_not_use_up_another() -> None:
    for _ in range(3):
        ask()
    assert ask(purpose="coffee").is_kept


def test_it_tells_what_is_left_and_when_there_will_be_more() -> None:
    first, second, third = (ask(rate="2/5 minutes") for _ in range(3))
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
def test_a_household_shares_its_limit(ip: str, shared: str) -> None:
    assert household(ip) == shared


@pytest.mark.parametrize(
    "storage", ["redis://127.0.0.1:1/0", "redis+unix:///nowhere/valkey.sock?db=0"]
)
def test_without_redis_there_is_no_limit(
    settings: LazySettings, caplog: pytest.LogCaptureFixture, storage: str
) -> None:
    working = settings.RATE_LIMIT_STORAGE
    settings.RATE_LIMIT_STORAGE = storage
    assert [spend("tea", "2/hour", "192.0.2.1") for _ in range(4)] == [None] * 4
    assert "tea is not limited by network" in caplog.text
    settings.RATE_LIMIT_STORAGE = working
    rate_limit.limiter.cache_clear()
