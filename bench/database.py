"""An empty database, and what its server computes and writes to its log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from typing import Any

import psutil
from django.conf import settings
from django.db import connection

from bench.processes import cpu_seconds
from local import servers


@contextmanager
def empty_database() -> Iterator[None]:
    """A new, migrated database on running servers, dropped at the end; real data is elsewhere."""
    with nullcontext() if servers.not_needed() else servers.running(settings.VAR_DIR):
        real = connection.settings_dict["NAME"]
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            yield
        finally:
            connection.creation.destroy_test_db(real, verbosity=0)


def scalar(sql: str) -> Any:
    """The first value of a query's first row."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def log_position() -> int:
    """Bytes that the server has written to its log (WAL) since it exists, for all databases."""
    return int(scalar("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')"))


class Server:
    """The PostgreSQL server of our connection, if it runs on this machine."""

    def __init__(self) -> None:
        self._own_pid = int(scalar("SELECT pg_backend_pid()"))
        self._own = None
        with suppress(psutil.Error):
            process = psutil.Process(self._own_pid)
            self._own = process if "postgres" in process.name() else None
        self._server = self._own.parent() if self._own else None

    def cpu_seconds(self) -> float:
        """What it computed so far for other connections; 0 where it runs elsewhere."""
        return cpu_seconds(self._server, but=self._own_pid) if self._server else 0.0

    def own_cpu_seconds(self) -> float:
        """What it computed so far for our connection; 0 where it runs elsewhere."""
        return sum(self._own.cpu_times()[:2]) if self._own else 0.0
