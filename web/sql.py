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


def rows_after(settings: str, sql: str, **values: Any) -> list[tuple[Any, ...]]:
    """The rows of a statement for which settings hold: `SET LOCAL …`, without a closing semicolon.

    Both are sent at once, and are then one transaction: BEGIN, the settings and COMMIT would be
    three more round trips. In a transaction the settings hold to its end.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"{settings}; {sql}", values)
        while cursor.nextset():
            pass  # a setting returns nothing
        return list(cursor.fetchall())


def execute(sql: str, **values: Any) -> int:
    """Run a statement; returns how many rows it changed."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)


def array(ids: Iterable[int]) -> str:
    """Integers as PostgreSQL's array literal: numbers need no escaping, and this costs less."""
    return f"{{{','.join(map(str, ids))}}}"


def text_array(texts: Iterable[str]) -> str:
    """Texts as PostgreSQL's array literal, each quoted."""
    return "{" + ",".join(map(_quoted, texts)) + "}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
