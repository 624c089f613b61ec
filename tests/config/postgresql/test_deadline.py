from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection as djangos

from config.postgresql import deadline
from config.postgresql.deadline import DeadlineConnection, Silence


@pytest.fixture
def connection(db: None) -> Iterator[DeadlineConnection]:
    parameters: dict[str, Any] = djangos.get_connection_params()
    del parameters["cursor_factory"], parameters["context"]
    opened = DeadlineConnection.connect(**parameters, autocommit=True)
    yield opened
    opened.close()


def test_without_a_deadline_a_statement_may_take_its_time(connection: DeadlineConnection) -> None:
    assert connection.execute("SELECT pg_sleep(0.3)::text").fetchone() == ("",)


def test_an_answer_in_time_changes_nothing(connection: DeadlineConnection) -> None:
    connection.deadline = 5.0
    assert connection.execute("SELECT 1").fetchone() == (1,)
    with connection.transaction():
        assert connection.execute("SELECT 2").fetchone() == (2,)


def test_without_an_answer_the_connection_is_closed(connection: DeadlineConnection) -> None:
    connection.deadline, begun = 0.2, time.monotonic()
    with pytest.raises(psycopg.OperationalError, match=r"PostgreSQL did not answer in 0\.2 s"):
        connection.execute("SELECT pg_sleep(3)")
    assert time.monotonic() - begun < 2
    assert connection.closed


def test_a_timeout_that_a_caller_asks_for_leaves_the_connection_open(
    connection: DeadlineConnection,
) -> None:
    connection.deadline = 0.1
    connection.execute("LISTEN nothing")
    assert list(connection.notifies(timeout=0.3)) == []
    assert not connection.closed


def test_after_a_silence_one_caller_at_a_time_asks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    silence = Silence()
    assert not silence.is_known()
    silence.begin()
    assert [silence.is_known() for _ in range(3)] == [True, True, True]
    later = time.monotonic() + deadline.SILENCE_SECONDS
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert [silence.is_known() for _ in range(3)] == [False, True, True]
    silence.end()
    assert not silence.is_known()


def test_a_lost_answer_begins_a_silence(connection: DeadlineConnection) -> None:
    connection.silence, connection.deadline = Silence(), 0.1
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT pg_sleep(3)")
    assert connection.silence.is_known()
