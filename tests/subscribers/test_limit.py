"""How many sign-ups one network may send."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from subscribers import limit


@pytest.fixture(autouse=True)
def fresh(settings: LazySettings) -> Iterator[None]:
    settings.SIGN_UP_RATE = "2/hour"
    limit._limiter.cache_clear()
    yield
    limit._limiter().storage.reset()
    limit._limiter.cache_clear()


def test_a_network_may_so_often_and_no_oftener() -> None:
    assert [limit.allows("192.0.2.1") for _ in range(3)] == [True, True, False]


def test_one_network_s_haste_is_not_another_s() -> None:
    for _ in range(3):
        limit.allows("192.0.2.1")
    assert limit.allows("192.0.2.2")


@pytest.mark.parametrize(
    ("ip", "household"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", "unknown"),
    ],
)
def test_a_household_shares_its_limit(ip: str, household: str) -> None:
    assert limit.household(ip) == household


@pytest.mark.parametrize(
    "storage", ["redis://127.0.0.1:1/0", "redis+unix:///nowhere/valkey.sock?db=0"]
)
def test_without_redis_everybody_may(
    settings: LazySettings, caplog: pytest.LogCaptureFixture, storage: str
) -> None:
    working = settings.RATE_LIMIT_STORAGE
    settings.RATE_LIMIT_STORAGE = storage
    assert all(limit.allows("192.0.2.1") for _ in range(4))
    assert "not limited by network" in caplog.text
    settings.RATE_LIMIT_STORAGE = working
    limit._limiter.cache_clear()
