"""How long PostgreSQL may work for a page or a task, and how long this process waits for it.

A command has no limit: a migration or an import takes as long as it takes. A web process and a
worker set theirs when they start, before their first connection.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db import connections

# The server ends a statement first, and says why; the client's own clock is for one that cannot.
_GRACE_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds; 0 is no limit."""

    statement: float
    lock: float
    idle_in_transaction: float

    @property
    def options(self) -> str:
        """As options of libpq: "-c statement_timeout=10000 …", in milliseconds."""
        given = {
            "statement_timeout": self.statement,
            "lock_timeout": self.lock,
            "idle_in_transaction_session_timeout": self.idle_in_transaction,
        }
        return " ".join(f"-c {name}={round(value * 1000)}" for name, value in given.items())

    @property
    def deadline(self) -> float:
        """After how many seconds without an answer a connection is given up."""
        return self.statement + _GRACE_SECONDS if self.statement else 0.0


def for_pages() -> Limits:
    """The limits of a web process."""
    return Limits(
        statement=settings.DATABASE_STATEMENT_SECONDS,
        lock=settings.DATABASE_LOCK_SECONDS,
        idle_in_transaction=settings.DATABASE_IDLE_SECONDS,
    )


def for_tasks() -> Limits:
    """The limits of a worker."""
    return Limits(
        statement=settings.DATABASE_WORKER_STATEMENT_SECONDS,
        lock=settings.DATABASE_WORKER_LOCK_SECONDS,
        idle_in_transaction=settings.DATABASE_IDLE_SECONDS,
    )


def apply(limits: Limits) -> None:
    """Use these limits for every connection that this process opens from now on.

    Options in DATABASE_URL come last and win. A pooler of connections refuses options, so with
    DATABASE_POOLED only the client's own clock is set.
    """
    database = connections.settings["default"]
    database |= {"ENGINE": "config.postgresql", "DEADLINE": limits.deadline}
    with suppress(AttributeError):  # a worker's process is forked with its parent's connection
        del connections["default"]
    if not settings.DATABASE_POOLED:
        written = database["OPTIONS"].get("options", "")
        database["OPTIONS"]["options"] = f"{limits.options} {written}".strip()
