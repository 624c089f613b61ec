"""How many sign-ups one network may send."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from subscribers.limit import allows
from web.rate_limit import limiter


@pytest.fixture(autouse=True)
def fresh(settings: LazySettings) -> Iterator[None]:
    settings.SIGN_UP_RATE = "2/hour"
    limiter.cache_clear()
    yield
    limiter().storage.reset()
    limiter.cache_clear()


def test_a_network_may_so_often_and_no_oftener() -> None:
    assert [allows("192.0.2.1") for _ in range(3)] == [True, True, False]


def test_another_network_may_still() -> None:
    for _ in range(3):
        allows("192.0.2.1")
    assert allows("192.0.2.2")


def test_without_redis_everybody_may(settings: LazySettings) -> None:
    working = settings.RATE_LIMIT_STORAGE
    settings.RATE_LIMIT_STORAGE = "redis://127.0.0.1:1/0"
    assert all(allows("192.0.2.1") for _ in range(4))
    settings.RATE_LIMIT_STORAGE = working
    limiter.cache_clear()
