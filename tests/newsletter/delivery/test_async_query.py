"""PostgreSQL at work while something else is done."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import psycopg
import pytest
from django.db import connection

from newsletter.delivery.async_query import pending_query
from newsletter.delivery.ledger import Statement, changed, rows_of

pytestmark = pytest.mark.django_db(transaction=True)
SLEEP = Statement("SELECT 7 FROM pg_sleep(%(seconds)s::float)", {"seconds": 0.2})


def end_our_session() -> None:
    victim = connection.connection.info.backend_pid
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [victim])


def test_the_answer_is_there_when_the_block_has_ended() -> None:
    with pending_query(SLEEP) as asked:
        assert not asked.is_ready()
        assert asked.rows is None
    assert asked.rows == [(7,)]


def test_the_answer_comes_during_the_block_and_is_seen() -> None:
    with pending_query(SLEEP) as asked:
        deadline = time.monotonic() + 20
        while not asked.is_ready() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert asked.is_ready()


def test_it_is_committed_before_the_answer_is_read() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE probe (id int)")
    try:
        with pending_query(Statement("INSERT INTO probe VALUES (5) RETURNING id", {})) as asked:
            while not asked.is_ready():
                time.sleep(0.01)
            with psycopg.connect(**connection.get_connection_params()) as other:
                assert other.execute("SELECT id FROM probe").fetchall() == [(5,)]
        assert asked.rows == [(5,)]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE probe")


def test_values_arrive_as_they_are() -> None:
    values = {"text": "é ' %s $1", "moment": datetime(2025, 3, 14, 9, 26, 53, tzinfo=UTC)}
    sql = """
    SELECT length(%(text)s::text) * 100 + extract(second FROM %(moment)s::timestamptz)::int
     WHERE %(nothing)s::text IS NULL AND %(text)s::text LIKE 'é%%'
    """.replace("%%", "%")
    with pending_query(Statement(sql, {**values, "nothing": None})) as asked:
        pass
    assert asked.rows == [(953,)]


def test_rows_are_as_django_reads_them() -> None:
    sql = "SELECT 1::bigint, true, 'é'::text, NULL::text, '[1]'::jsonb, %(moment)s::timestamptz"
    moment = datetime(2025, 3, 14, 9, 26, 53, tzinfo=UTC)
    with pending_query(Statement(sql, {"moment": moment})) as asked:
        pass
    assert asked.rows == rows_of(sql, moment=moment)
    assert asked.rows == [(1, True, "é", None, "[1]", moment)]


def test_a_statement_larger_than_a_socket_holds_is_asked_whole() -> None:
    sql = "SELECT length(%(text)s::text)"
    with pending_query(Statement(sql, {"text": "x" * 5_000_000})) as asked:
        pass
    assert asked.rows == [(5_000_000,)]


def test_a_lost_session_is_no_answer_and_no_error() -> None:
    connection.ensure_connection()
    with pending_query(SLEEP) as asked:
        end_our_session()
        while not asked.is_ready():
            time.sleep(0.01)
    assert asked.rows is None
    connection.close()
    assert changed(SLEEP) == {7}


def test_a_session_that_is_gone_already_is_none_either() -> None:
    connection.ensure_connection()
    end_our_session()
    with pending_query(SLEEP) as asked:
        pass
    assert asked.rows is None
    connection.close()


def test_what_postgresql_refuses_is_no_answer() -> None:
    with pending_query(Statement("SELECT nothing", {})) as asked:
        pass
    assert asked.rows is None
    assert changed(SLEEP) == {7}


def test_the_connection_is_free_again_when_the_block_fails() -> None:
    with pytest.raises(KeyboardInterrupt), pending_query(SLEEP):
        raise KeyboardInterrupt
    assert changed(SLEEP) == {7}
