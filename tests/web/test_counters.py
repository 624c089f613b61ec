from __future__ import annotations

from pytest_django import Settings

from web import rate_limit
from web.counters import count, counts


def test_results_are_added_up() -> None:
    for result in ("sweet", "sour", "sweet"):
        count("tea", result)
    count("coffee", "sweet")
    assert counts("tea") == {"sweet": 2, "sour": 1}


def test_a_counter_that_nothing_added_to_is_empty() -> None:
    assert counts("tea") == {}


def test_without_redis_nothing_is_counted_and_nothing_fails(settings: Settings) -> None:
    working, settings.RATE_LIMIT_STORAGE = settings.RATE_LIMIT_STORAGE, "redis://127.0.0.1:1/0"
    rate_limit.limiter.cache_clear()
    try:
        count("tea", "sweet")
        assert counts("tea") == {}
    finally:
        settings.RATE_LIMIT_STORAGE = working
        rate_limit.limiter.cache_clear()
