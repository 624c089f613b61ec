"""How many requests of one network pass, and what its quota says."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from web import rate_limit
from web.rate_limit import Quota, hit, hit_key, is_rate, network_of, organisation_of, turn


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
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("64:ff9b::192.0.2.1", "192.0.2.1"),
        ("", ""),
        ("unix:", ""),
    ],
)
def test_addresses_of_one_network_are_counted_together(ip: str, shared: str) -> None:
    assert network_of(ip) == shared


@pytest.mark.parametrize(
    ("ip", "shared"),
    [
        ("192.0.2.1", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("64:ff9b::192.0.2.1", "192.0.2.0/24"),
        ("", ""),
    ],
)
def test_networks_of_one_organisation_are_counted_together(ip: str, shared: str) -> None:
    assert organisation_of(ip) == shared


def test_clients_without_an_address_share_no_limit() -> None:
    assert [hit("tea", "1/hour", "") for _ in range(3)] == [None] * 3


def test_a_name_may_have_a_multiple_of_the_rate() -> None:
    quotas = [hit_key("tea", "1/hour", "all", times=3) for _ in range(4)]
    assert [quota.is_kept for quota in quotas if quota] == [True, True, True, False]


# ── queues ───────────────────────────────────────────────────────────────────


def waits(count: int, *, rate: str = "2/hour", times: int = 1) -> list[int | None]:
    found = [turn("tea", rate, "all", longest=7200, times=times) for _ in range(count)]
    return [None if wait is None else round(wait / 60) for wait in found]


def test_after_the_amount_each_waits_one_interval_longer() -> None:
    assert waits(4) == [0, 0, 30, 60]


def test_a_multiple_of_the_rate_moves_faster() -> None:
    assert waits(6, times=2) == [0, 0, 0, 0, 15, 30]


def test_who_would_wait_too_long_takes_no_turn() -> None:
    assert waits(9) == [0, 0, 30, 60, 90, 120, None, None, None]


def test_a_queue_ends_when_its_time_has_passed() -> None:
    assert turn("tea", "1/second", "all", longest=60) == 0
    time.sleep(1.1)
    assert turn("tea", "1/second", "all", longest=60) == 0


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
    assert turn("tea", "2/hour", "all", longest=60) == 0
    settings.RATE_LIMIT_STORAGE = working
    rate_limit.limiter.cache_clear()


def test_a_server_that_hangs_is_waited_for_once(
    settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    working = settings.RATE_LIMIT_STORAGE
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.RATE_LIMIT_STORAGE = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        began = time.monotonic()
        assert [hit("tea", "2/hour", "192.0.2.1") for _ in range(5)] == [None] * 5
        assert turn("tea", "2/hour", "all", longest=60) == 0
        assert time.monotonic() - began < 2
    assert caplog.text.count("tea is not limited") == 1
    settings.RATE_LIMIT_STORAGE = working
    rate_limit.limiter.cache_clear()


@pytest.mark.parametrize("rate", ["30/hour", "100/day", "500/5 minutes", "1 per second"])
def test_a_number_and_a_span_are_a_rate(rate: str) -> None:
    assert is_rate(rate)


@pytest.mark.parametrize("rate", ["", "often", "30", "30/fortnight"])
def test_other_words_are_no_rate(rate: str) -> None:
    assert not is_rate(rate)
