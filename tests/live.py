"""A real HTTP server for a whole module of tests that only read: data is committed once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from pytest_django.live_server_helper import LiveServer

_OTHERS = """SELECT count(*) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()"""


@contextmanager
def serving() -> Iterator[str]:
    """The server's URL; at the end it stops, and its connections to the database are closed."""
    server = LiveServer("localhost")
    try:
        yield server.url
    finally:
        server.stop()
        wait_until_only_connection()


def wait_until_only_connection(seconds: float = 10) -> None:
    """The server's threads end after it, and a test database in use cannot be dropped."""
    last = time.monotonic() + seconds
    while time.monotonic() < last:
        with connection.cursor() as cursor:
            cursor.execute(_OTHERS)
            if cursor.fetchone() == (0,):
                return
        time.sleep(0.05)
