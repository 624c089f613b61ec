"""Django's PostgreSQL backend with DeadlineConnection: the ENGINE of web processes and workers.

limits.py chooses it, and sets `DEADLINE`, in seconds; commands use Django's own backend.
"""

from __future__ import annotations

from typing import Any, Final

import psycopg
from django.db.backends.postgresql import base

from config.postgresql.deadline import DeadlineConnection, Silence

_silence: Final = Silence()


class _Driver:
    """psycopg for Django, but for the class of its connections."""

    def __getattr__(self, name: str) -> Any:
        return getattr(psycopg, name)

    def connect(self, *args: Any, **options: Any) -> DeadlineConnection:
        return DeadlineConnection.connect(*args, **options)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection of one thread."""

    Database = _Driver()  # type: ignore[assignment]  # the stubs want the module itself
    display_name = "PostgreSQL"

    @property
    def _deadline(self) -> float:
        return float(self.settings_dict.get("DEADLINE") or 0)

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect; at once an error while the server is known to be silent.

        Raises:
            psycopg.OperationalError: the server does not answer.
        """
        if not self._deadline:
            return super().get_new_connection(conn_params)
        if _silence.is_known():
            raise psycopg.OperationalError("PostgreSQL did not answer a moment ago")
        try:
            connection = super().get_new_connection(conn_params)
        except psycopg.errors.ConnectionTimeout:
            _silence.begin()
            raise
        _silence.end()
        if isinstance(connection, DeadlineConnection):
            connection.deadline, connection.silence = self._deadline, _silence
        return connection

    def is_usable(self) -> bool:
        """Whether the connection of an earlier request still answers, and soon."""
        connection = self.connection
        if not isinstance(connection, DeadlineConnection) or not connection.deadline:
            return bool(super().is_usable())
        if _silence.is_known():
            return False
        whole, connection.deadline = connection.deadline, min(connection.deadline, 2.0)
        try:
            return bool(super().is_usable())
        finally:
            connection.deadline = whole
