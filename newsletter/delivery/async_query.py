"""Ask PostgreSQL for something, do something else, and read the answer afterwards.

psycopg's pipeline does not serve: it commits when its answers are fetched, and the commit is
what shall happen meanwhile. So this speaks to libpq through psycopg's wrapper (`psycopg.pq`):
one statement in one message, which is a transaction of its own.
"""

from __future__ import annotations

import re
import select
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

import psycopg
from django.db import Error, connection
from psycopg.adapt import Transformer
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn, PGresult

from newsletter.delivery.ledger import Statement

_NAMED: Final = re.compile(r"%\((\w+)\)s")


class PendingQuery:
    """A statement that PostgreSQL is at work on, on Django's own connection."""

    def __init__(self, libpq: PGconn | None) -> None:
        """Without `libpq` it could not be asked."""
        self._libpq = libpq
        # What it returned. None: nobody knows whether it was done, so ask again.
        self.rows: list[tuple[Any, ...]] | None = None

    def fileno(self) -> int:
        """Becomes readable when PostgreSQL has something to say; -1 when it was not asked."""
        return self._libpq.socket if self._libpq else -1

    def is_ready(self) -> bool:
        """Whether the answer is there, without waiting."""
        if self._libpq is None:
            return True
        try:
            self._libpq.consume_input()
            return not self._libpq.is_busy()
        except psycopg.Error:
            return True

    def read(self) -> None:
        """Wait for the answer."""
        if self._libpq:
            try:
                self.rows = _rows(list(_results(self._libpq)))
            except psycopg.Error:
                self.rows = None


@contextmanager
def pending_query(statement: Statement) -> Iterator[PendingQuery]:
    """PostgreSQL works while the block runs; its answer is there when the block has ended.

    Never an error of the database: whoever finds no answer asks again, in the usual way.
    """
    asked = PendingQuery(_ask(statement))
    try:
        yield asked
    finally:
        asked.read()


def _ask(statement: Statement) -> PGconn | None:
    text, names = _numbered(statement.sql)
    try:
        connection.ensure_connection()
        libpq: PGconn = connection.connection.pgconn
        libpq.send_query_params(text, [_as_text(statement.values, name) for name in names])
        while libpq.flush():  # more than the socket takes at once
            _wait(libpq, select.POLLIN | select.POLLOUT)
            libpq.consume_input()
    except (Error, psycopg.Error):
        return None
    return libpq


def _results(libpq: PGconn) -> Iterator[PGresult]:
    """All of them, or the connection could not be used again."""
    while True:
        while libpq.is_busy():
            _wait(libpq, select.POLLIN)
            libpq.consume_input()
        result = libpq.get_result()
        if result is None:
            return
        yield result


def _rows(results: list[PGresult]) -> list[tuple[Any, ...]] | None:
    if not results or any(one.status != ExecStatus.TUPLES_OK for one in results):
        return None
    as_python = Transformer(connection.connection)
    as_python.set_pgresult(results[-1])
    return as_python.load_rows(0, results[-1].ntuples, tuple)


def _wait(libpq: PGconn, for_what: int) -> None:
    ready = select.poll()
    ready.register(libpq.socket, for_what)
    ready.poll()


@cache
def _numbered(sql: str) -> tuple[bytes, list[str]]:
    """The statement with libpq's $1 in place of %(name)s, and the names in that order."""
    names = list(dict.fromkeys(_NAMED.findall(sql)))
    return _NAMED.sub(lambda found: f"${names.index(found[1]) + 1}", sql).encode(), names


def _as_text(values: Mapping[str, Any], name: str) -> bytes | None:
    return None if values[name] is None else str(values[name]).encode()
