"""Two transactions of which one waits for the rows of the other."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection, transaction

from web.sql import rows

Found = TypeVar("Found")
_WAITING = """SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)
               WHERE NOT granted AND datname = current_database()"""


def wait_until_waiting(count: int) -> None:
    """Until so many processes wait for what this transaction holds."""
    end = time.monotonic() + 20
    while rows(_WAITING)[0][0] < count:
        rows("SELECT pg_stat_clear_snapshot()")  # else this transaction sees no newer processes
        assert time.monotonic() < end, "the changes do not wait for the rows"
        time.sleep(0.01)


def result_during(first: Callable[[], object], second: Callable[[], Found]) -> Found:
    """What `second` returns or raises, when it begins before the transaction of `first` ends."""

    def run() -> Found:
        try:
            return second()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            first()
            running = thread.submit(run)
            wait_until_waiting(1)
        return running.result(timeout=20)
