"""How much is kept in a process and in Redis, for how long, and what a failing Redis changes."""

from __future__ import annotations

import time
from typing import Any

import pytest
import time_machine

from tests.web_server import free_port
from web.page_cache.entries import Entry, PageVersion
from web.page_cache.stores import LIFETIME, Local, Shared
from web.rate_limit import connection, limiter

VERSION = PageVersion("1", "2026-11-30")


def make_entry(size: int = 1000, *, seconds_old: float = 0) -> Entry:
    return Entry(VERSION, time.time() - seconds_old, "/", [("ETag", '"1"')], {"": b"x" * size})


def test_a_page_is_kept_by_its_key() -> None:
    local, entry = Local(100_000), make_entry()
    local.put("a", entry)
    assert local.get("a") is entry
    assert local.get("b") is None


def test_the_pages_used_last_stay() -> None:
    local = Local(10 * make_entry().size)
    for number in range(10):
        local.put(number, make_entry())
    local.get(0)
    local.put(10, make_entry())
    assert [number for number in range(11) if local.get(number) is None] == [1]
    assert local.bytes <= 10 * make_entry().size


def test_memory_is_bounded_whatever_is_put() -> None:
    local = Local(50_000)
    for number in range(1000):
        local.put(number, make_entry(number * 7))
        assert local.bytes <= 50_000
    assert 0 < len(local) < 30


def test_a_page_that_is_too_large_is_not_kept_and_drops_its_older_form() -> None:
    local = Local(50_000)
    local.put("a", make_entry())
    local.put("a", make_entry(20_000))
    assert (local.get("a"), local.bytes) == (None, 0)


def test_a_page_that_got_larger_counts_once() -> None:
    local, entry = Local(100_000), make_entry()
    local.put("a", entry)
    entry.bodies["br"] = b"y" * 500
    local.put("a", entry)
    assert local.bytes == entry.size


def test_all_pages_can_be_forgotten() -> None:
    local = Local(100_000)
    local.put("a", make_entry())
    local.clear()
    assert (local.get("a"), local.bytes, len(local)) == (None, 0, 0)


def test_a_page_ends_after_its_lifetime() -> None:
    local, shared = Local(100_000), Shared(100_000)
    local.put("a", make_entry(seconds_old=LIFETIME - 5))
    shared.put("a", make_entry(seconds_old=LIFETIME - 5))
    assert local.get("a")
    assert shared.get("a")
    with time_machine.travel(time.time() + 6):
        assert local.get("a") is None
        assert shared.get("a") is None


def test_processes_share_a_page() -> None:
    Shared(100_000).put("a", make_entry(20))
    other = Shared(100_000).get("a")
    assert other is not None
    assert (other.version, other.bodies) == (VERSION, {"": b"x" * 20})
    assert Shared(100_000).get("b") is None


def test_redis_drops_a_page_by_itself(settings: Any) -> None:
    Shared(100_000).put("a", make_entry(seconds_old=100))
    left = connection().ttl(f"{settings.REDIS_PREFIX}page:a")
    assert LIFETIME - 102 <= left <= LIFETIME - 99


def test_a_process_writes_no_more_than_its_share_in_a_lifetime() -> None:
    now = 0.0
    shared = Shared(5_000, clock=lambda: now)
    for number in range(10):
        shared.put(str(number), make_entry())
    assert [one for one in range(10) if shared.get(str(one))] == [0, 1, 2, 3]
    now = LIFETIME + 1
    shared.put("later", make_entry())
    assert shared.get("later")


def test_what_another_program_stored_is_no_page(settings: Any) -> None:
    connection().set(f"{settings.REDIS_PREFIX}page:a", b"\x80\x04something else")
    assert Shared(100_000).get("a") is None


@pytest.fixture
def redis_is_away(settings: Any) -> Any:
    settings.RATE_LIMIT_STORAGE = f"redis://127.0.0.1:{free_port()}/0"
    limiter.cache_clear()
    yield
    limiter.cache_clear()


@pytest.mark.usefixtures("redis_is_away")
def test_without_redis_nothing_is_shared_and_nothing_fails() -> None:
    shared = Shared(100_000)
    shared.put("a", make_entry())
    assert shared.get("a") is None
