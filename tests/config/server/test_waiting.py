from __future__ import annotations

import time
from typing import Any

from config.server.waiting import Waiting


class Transport:
    def __init__(self) -> None:
        self.is_closed = False

    def abort(self) -> None:
        self.is_closed = True


def transports(count: int) -> list[Any]:
    return [Transport() for _ in range(count)]


def closed(found: list[Any]) -> list[bool]:
    return [transport.is_closed for transport in found]


def test_the_one_that_waits_longest_is_closed_first() -> None:
    waiting, found = Waiting(100), transports(3)
    for transport in found:
        waiting.begin(transport)
    waiting.begin(found[0])  # it was answered meanwhile, and waits anew
    assert waiting.close_oldest()
    assert closed(found) == [False, True, False]
    assert len(waiting) == 2


def test_a_connection_that_does_not_wait_is_never_closed() -> None:
    waiting, (only,) = Waiting(100), transports(1)
    waiting.begin(only, 50)
    waiting.end(only)
    waiting.end(only)
    assert not waiting.close_oldest()
    assert not only.is_closed


def test_too_many_bytes_close_the_oldest_until_there_is_room() -> None:
    waiting, found = Waiting(100), transports(4)
    for transport, size in zip(found, (40, 40, 20, 80), strict=True):
        waiting.begin(transport, size)
    assert closed(found) == [True, True, False, False]


def test_one_that_needs_more_than_there_is_is_closed_itself() -> None:
    waiting, (only,) = Waiting(100), transports(1)
    waiting.begin(only, 101)
    assert only.is_closed
    assert len(waiting) == 0


def test_one_that_keeps_more_stays_as_old_as_it_is() -> None:
    waiting, found = Waiting(100), transports(2)
    waiting.begin(found[0], 10)
    waiting.begin(found[1], 80)
    waiting.keep(found[0], 20)
    assert closed(found) == [False, False]
    waiting.keep(found[0], 21)
    assert closed(found) == [True, False]
    waiting.keep(found[0], 90)  # it is closed already
    assert closed(found) == [True, False]


def test_bytes_are_free_again_after_the_wait() -> None:
    waiting, found = Waiting(100), transports(3)
    for transport in found:
        waiting.begin(transport, 90)
        waiting.end(transport)
    assert closed(found) == [False, False, False]


def test_one_that_has_just_begun_to_wait_is_not_closed_to_make_room() -> None:
    waiting, (only,) = Waiting(100), transports(1)
    waiting.begin(only)
    assert not waiting.close_oldest(seconds=30)
    time.sleep(0.02)
    assert waiting.close_oldest(seconds=0.01)


def test_one_that_keeps_bytes_is_closed_before_a_new_one() -> None:
    waiting, (new, reader) = Waiting(100), transports(2)
    waiting.begin(new)
    waiting.begin(reader, 50)
    assert waiting.close_oldest(seconds=30)
    assert closed([new, reader]) == [False, True]
