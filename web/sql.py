"""Run one SQL statement: what it returns, or how many rows it changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection


def rows(sql: str, **values: Any) -> list[tuple[Any, ...]]:
    """The rows that a statement returns; `values` fill its %(name)s."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def execute(sql: str, **values: Any) -> int:
    """Run a statement; returns how many rows it changed."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)


def array(ids: Iterable[int]) -> str:
    """Integers as PostgreSQL's array literal: numbers need no escaping, and this costs less."""
    return f"{{{','.join(map(str, ids))}}}"
