from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connections
from django.db.utils import load_backend

from config.postgresql import base
from config.postgresql.base import DatabaseWrapper
from config.postgresql.deadline import DeadlineConnection, Silence


@pytest.fixture(autouse=True)
def _no_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "_silence", Silence())


def wrapper(**changes: Any) -> DatabaseWrapper:
    settings = {**connections.settings["default"], "DEADLINE": 5.0, **changes}
    return DatabaseWrapper(settings, "default")


@pytest.fixture
def database(db: None) -> Iterator[DatabaseWrapper]:
    opened = wrapper()
    yield opened
    opened.close()


def test_django_finds_it_as_an_engine() -> None:
    assert load_backend("config.postgresql").DatabaseWrapper is DatabaseWrapper


def test_its_connections_have_the_deadline(database: DatabaseWrapper) -> None:
    with database.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
    assert isinstance(database.connection, DeadlineConnection)
    assert database.connection.deadline == 5.0


def test_a_statement_past_the_deadline_is_an_error_of_django(database: DatabaseWrapper) -> None:
    database.settings_dict["DEADLINE"] = 0.2
    with database.cursor() as cursor, pytest.raises(OperationalError, match="did not answer"):
        cursor.execute("SELECT pg_sleep(3)")
    begun = time.monotonic()
    database.close()
    with pytest.raises(OperationalError, match="did not answer a moment ago"):
        database.ensure_connection()
    assert time.monotonic() - begun < 0.5


def test_without_a_deadline_it_is_djangos_backend(db: None) -> None:
    plain = wrapper(DEADLINE=0)
    with plain.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.1)")
    assert plain.is_usable()
    plain.close()


def test_an_idle_connection_is_usable_and_a_closed_one_is_not(database: DatabaseWrapper) -> None:
    database.ensure_connection()
    assert database.is_usable()
    assert database.connection.deadline == 5.0
    database.connection.pgconn.finish()
    assert not database.is_usable()


@pytest.fixture
def black_hole() -> Iterator[int]:
    """The port of a server that accepts connections and never says a word."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(8)
        yield int(server.getsockname()[1])


def test_a_server_that_never_answers_is_given_up_once_for_all(db: None, black_hole: int) -> None:
    options = {"connect_timeout": 2}
    silent = wrapper(HOST="127.0.0.1", PORT=black_hole, OPTIONS=options)
    with pytest.raises(OperationalError, match="timeout"):
        silent.ensure_connection()
    begun = time.monotonic()
    for _ in range(20):
        with pytest.raises(OperationalError, match="did not answer a moment ago"):
            silent.ensure_connection()
    assert time.monotonic() - begun < 1
