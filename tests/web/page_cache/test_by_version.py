"""A result is computed once for each version of the data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from django.db import OperationalError, transaction

from papers.page_version import page_version
from web.page_cache.by_version import by_version, each_by_version, forget
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


def squares(source: Source, most: int = 10) -> Callable[..., dict[int, int]]:
    """A function that loads squares, except that of 13, and notes which it was asked for."""

    @each_by_version(most)
    def squares_of(numbers: Sequence[int], plus: int = 0) -> dict[int, int]:
        source.calls.append(tuple(numbers))
        return {number: number**2 + plus for number in numbers if number != 13}

    return squares_of


def test_of_several_things_only_those_that_are_not_known_are_loaded(source: Source) -> None:
    squares_of = squares(source)
    assert squares_of([1, 2]) == {1: 1, 2: 4}
    assert squares_of([3, 2, 1]) == {1: 1, 2: 4, 3: 9}
    assert squares_of([3]) == {3: 9}
    assert source.calls == [(1, 2), (3,)]


def test_what_could_not_be_loaded_is_looked_for_again(source: Source) -> None:
    squares_of = squares(source)
    assert squares_of([13, 1]) == {1: 1}
    assert squares_of([13, 1]) == {1: 1}
    assert source.calls == [(13, 1), (13,)]


def test_a_change_has_each_thing_loaded_again(source: Source) -> None:
    squares_of = squares(source)
    squares_of([1, 2])
    source.version = "2"
    squares_of([2])
    assert source.calls == [(1, 2), (2,)]


def test_each_argument_beside_the_keys_has_things_of_its_own(source: Source) -> None:
    squares_of = squares(source)
    assert [squares_of([2]), squares_of([2], 1), squares_of([2], plus=2)] == [
        {2: 4}, {2: 5}, {2: 6},
    ]  # fmt: skip


def test_the_things_used_last_are_kept(source: Source) -> None:
    squares_of = squares(source, most=2)
    for numbers in ([1, 2], [1], [3], [1, 3], [2]):
        squares_of(numbers)
    assert source.calls == [(1, 2), (3,), (2,)]


@pytest.mark.django_db
def test_in_a_transaction_all_things_are_loaded(source: Source) -> None:
    squares_of = squares(source)
    with transaction.atomic():
        squares_of([1])
        squares_of([1])
    assert source.calls == [(1,), (1,)]
