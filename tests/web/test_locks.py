"""A named lock is held by one transaction at a time, to its end."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection, transaction

from web.locks import try_lock, wait_for_lock

pytestmark = pytest.mark.django_db(transaction=True)


def elsewhere(work: Callable[[], bool]) -> bool:
    """Do this on a database connection of its own."""

    def run() -> bool:
        try:
            with transaction.atomic():
                return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as threads:
        return threads.submit(run).result(timeout=10)


def test_a_second_transaction_is_refused_the_lock_at_once() -> None:
    with transaction.atomic():
        assert try_lock("compose weekly")
        assert not elsewhere(lambda: try_lock("compose weekly"))


def test_another_name_is_another_lock() -> None:
    with transaction.atomic():
        assert try_lock("compose weekly")
        assert elsewhere(lambda: try_lock("compose daily"))


def test_the_lock_ends_with_the_transaction() -> None:
    with transaction.atomic():
        assert try_lock("compose weekly")
    assert elsewhere(lambda: try_lock("compose weekly"))


def test_the_second_transaction_waits_for_the_first() -> None:
    order: list[str] = []
    is_waiting = Event()

    def second() -> None:
        try:
            with transaction.atomic():
                is_waiting.set()
                wait_for_lock("compose weekly")
                order.append("second")
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            wait_for_lock("compose weekly")
            ended = threads.submit(second)
            assert is_waiting.wait(10)
            order.append("first")
        ended.result(timeout=10)
    assert order == ["first", "second"]
