"""A result is computed once for each version of the data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import OperationalError, transaction

from papers.page_version import page_version
from web.page_cache.by_version import by_version, forget
from web.page_cache.versions import read_by


class Source:
    def __init__(self) -> None:
        self.version: str | Exception = "1"
        self.calls: list[tuple[Any, ...]] = []

    def read(self) -> str:
        if isinstance(self.version, Exception):
            raise self.version
        return self.version

    def function(self) -> Callable[..., int]:
        @by_version
        def count(*args: int, **named: int) -> int:
            self.calls.append((*args, *named.items()))
            return len(self.calls)

        return count


@pytest.fixture
def source(settings: Any) -> Iterator[Source]:
    settings.PAGE_VERSION_SECONDS = 0
    source = Source()
    read_by(source.read)
    yield source
    read_by(page_version)


def test_a_result_is_computed_once_for_each_arguments(source: Source) -> None:
    count = source.function()
    assert [count(1), count(1), count(2), count(1, day=2), count(1, day=2), count(1)] == [
        1, 1, 2, 3, 3, 1,
    ]  # fmt: skip


def test_a_change_has_it_computed_again(source: Source) -> None:
    count = source.function()
    count(1)
    source.version = "2"
    assert [count(1), count(1)] == [2, 2]


def test_without_the_database_nothing_is_kept(source: Source) -> None:
    count = source.function()
    source.version = OperationalError("the server is away")
    assert [count(1), count(1)] == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_in_a_transaction_nothing_is_kept(source: Source) -> None:
    count = source.function()
    with transaction.atomic():
        assert [count(1), count(1)] == [1, 2]
    assert count(1) == 3


def test_the_number_of_results_is_bounded(source: Source) -> None:
    count = source.function()
    for number in range(300):
        count(number)
    assert (count(299), count(0)) == (300, 301)


def test_all_results_can_be_dropped(source: Source) -> None:
    count = source.function()
    count(1)
    forget()
    assert count(1) == 2


def test_an_error_is_not_kept(source: Source) -> None:
    calls = []

    @by_version
    def fail() -> None:
        calls.append(1)
        raise ValueError("broken")

    for _ in range(2):
        with pytest.raises(ValueError, match="broken"):
            fail()
    assert len(calls) == 2
