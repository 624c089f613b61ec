from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, transaction
from pytest_django import Settings

from config.postgresql import limits
from config.postgresql.deadline import DeadlineConnection
from config.postgresql.limits import Limits
from web.sql import rows


@pytest.fixture
def _own_connection(db: None) -> Iterator[None]:
    """A connection that this test may configure; that of the other tests comes back."""
    shared, before = connections["default"], copy.deepcopy(connections.settings["default"])
    yield
    mine = connections["default"]
    if mine is not shared:
        mine.close()
    connections.settings["default"].clear()
    connections.settings["default"].update(before)
    connections["default"] = shared


def shown(name: str) -> Any:
    [(value,)] = rows(f"SHOW {name}")
    return value


def test_pages_get_short_limits_and_tasks_long_ones(settings: Settings) -> None:
    assert limits.for_pages() == Limits(statement=10.0, lock=5.0, idle_in_transaction=30.0)
    assert limits.for_tasks() == Limits(statement=200.0, lock=120.0, idle_in_transaction=30.0)
    settings.DATABASE_STATEMENT_SECONDS = 3.0
    assert limits.for_pages().statement == 3.0
    assert limits.for_tasks().statement == 200.0


def test_the_server_gets_milliseconds_and_the_client_a_second_more() -> None:
    some = Limits(statement=2.5, lock=0, idle_in_transaction=30)
    assert some.options == (
        "-c statement_timeout=2500 -c lock_timeout=0 -c idle_in_transaction_session_timeout=30000"
    )
    assert some.deadline == 3.5
    assert Limits(0, 0, 0).deadline == 0.0


@pytest.mark.usefixtures("_own_connection")
def test_a_process_that_applies_limits_has_them_in_its_connections() -> None:
    limits.apply(Limits(statement=4, lock=2, idle_in_transaction=9))
    assert shown("statement_timeout") == "4s"
    assert shown("lock_timeout") == "2s"
    assert shown("idle_in_transaction_session_timeout") == "9s"
    assert isinstance(connection.connection, DeadlineConnection)
    assert connection.connection.deadline == 5.0


@pytest.mark.usefixtures("_own_connection")
def test_the_server_ends_a_long_statement_and_the_connection_stays() -> None:
    limits.apply(Limits(statement=0.2, lock=0, idle_in_transaction=0))
    with pytest.raises(OperationalError, match="canceling statement due to statement timeout"):
        rows("SELECT pg_sleep(5)")
    assert rows("SELECT 1") == [(1,)]


@pytest.mark.usefixtures("_own_connection")
def test_the_server_ends_a_wait_for_a_lock(db: None) -> None:
    with connections.create_connection("default").cursor() as other:
        other.execute("SELECT pg_advisory_lock(4711)")
        limits.apply(Limits(statement=20, lock=0.2, idle_in_transaction=0))
        with (
            pytest.raises(OperationalError, match="canceling statement due to lock timeout"),
            transaction.atomic(),
        ):
            rows("SELECT pg_advisory_xact_lock(4711)")
        other.execute("SELECT pg_advisory_unlock_all()")
        other.connection.close()


@pytest.mark.usefixtures("_own_connection")
def test_options_in_the_url_win() -> None:
    connections.settings["default"]["OPTIONS"]["options"] = "-c statement_timeout=7000"
    limits.apply(Limits(statement=4, lock=2, idle_in_transaction=9))
    assert shown("statement_timeout") == "7s"


@pytest.mark.usefixtures("_own_connection")
def test_a_pooler_gets_no_options(settings: Settings) -> None:
    settings.DATABASE_POOLED = True
    limits.apply(Limits(statement=4, lock=2, idle_in_transaction=9))
    assert "options" not in connections.settings["default"]["OPTIONS"]
    assert connections.settings["default"]["DEADLINE"] == 5.0
