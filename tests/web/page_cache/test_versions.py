"""The version is read once in a while, and what is unknown counts as unknown."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import OperationalError

from papers.apps import PapersConfig
from web.page_cache import versions
from web.page_cache.versions import Versions


class Source:
    """A version that a test sets, and how often it was read."""

    def __init__(self) -> None:
        self.version, self.reads = "1", 0
        self.error: Exception | None = None

    def read(self) -> str:
        self.reads += 1
        if self.error:
            raise self.error
        return self.version


@pytest.fixture
def source(settings: Any) -> Source:
    settings.PAGE_VERSION_SECONDS = 1.0
    return Source()


def test_the_version_is_read_once_a_second(source: Source) -> None:
    now = 1000.0
    known = Versions(source.read, clock=lambda: now)
    for _ in range(5):
        known.known()
    assert source.reads == 1
    now += 1.01
    known.known()
    assert source.reads == 2


def test_without_seconds_it_is_read_for_each_request(source: Source, settings: Any) -> None:
    settings.PAGE_VERSION_SECONDS = 0
    known = Versions(source.read)
    known.known()
    known.known()
    assert source.reads == 2


def test_a_change_is_known_with_the_version_before(source: Source, settings: Any) -> None:
    settings.PAGE_VERSION_SECONDS = 0
    known = Versions(source.read)
    first = known.known()
    source.version = "2"
    second, third = known.known(), known.known()
    assert first is not None
    assert second is not None
    assert third is not None
    assert (first.version, first.before) == ("1", "")
    assert (second.version, second.before) == ("2", "1")
    assert (third.before, third.changed_at) == ("1", second.changed_at)


def test_without_the_database_the_version_is_unknown(source: Source, settings: Any) -> None:
    settings.PAGE_VERSION_SECONDS = 0
    known = Versions(source.read)
    assert known.known() is not None
    source.error = OperationalError("the server is away")
    assert known.known() is None
    source.error = None
    assert known.known() is not None


def test_other_requests_do_not_wait_while_one_reads(source: Source, settings: Any) -> None:
    settings.PAGE_VERSION_SECONDS = 0
    is_reading, may_end = threading.Event(), threading.Event()

    def read() -> str:
        if source.reads:  # not the first time
            is_reading.set()
            assert may_end.wait(10)
        return source.read()

    known = Versions(read)
    known.known()
    source.version = "2"
    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(known.known)
        assert is_reading.wait(10)
        meanwhile = known.known()
        may_end.set()
        after = slow.result(10)
    assert meanwhile is not None
    assert after is not None
    assert (meanwhile.version, after.version) == ("1", "2")


def test_the_papers_say_how_it_is_read(db: None) -> None:
    assert PapersConfig.name == "papers"
    known = versions.known()
    assert known is not None
    assert known.version


def test_a_server_that_does_not_answer_keeps_no_queue_waiting(settings: Any) -> None:
    settings.PAGE_VERSION_SECONDS = 0
    reads, may_end = [0], threading.Event()

    def read() -> str:
        reads[0] += 1
        assert may_end.wait(10)
        raise OperationalError("the server does not answer")

    known = Versions(read)
    with ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(known.known) for _ in range(8)]
        while known._lock.locked() is False:
            time.sleep(0.01)
        time.sleep(0.5)  # the others wait for it now
        may_end.set()
        assert [one.result(10) for one in asked] == [None] * 8
    assert reads == [2]
