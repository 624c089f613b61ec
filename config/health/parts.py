"""What work needs, each asked by the way that work takes. A fault is a line such as "no redis: …".

The lines are public, so they hold no address, no user and no text of a server.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import cache
from typing import Any, Final

import redis
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.celery import app, broker_error, last_ticks
from web.sql import rows

log = logging.getLogger(__name__)
_SECONDS: Final = 1.0  # of one connection; asking.py does not rely on it
_STARTED: Final = time.monotonic()
# What Redis says when it answers but cannot work: the first word of its error.
_REFUSALS: Final = {
    "OOM": "it is full (maxmemory)",
    "READONLY": "it is a replica, which cannot be written to",
    "MISCONF": "it cannot save to its disk, so it refuses writes",
    "NOAUTH": "it refuses the user or the password of REDIS_URL",
    "NOPERM": "its user may not do what is needed",
    "LOADING": "it still loads its data",
    "MASTERDOWN": "its master is away",
}


def database() -> list[str]:
    """PostgreSQL by a new connection, and whether `migrate` has run for this code."""
    try:
        applied = {tuple(row) for row in rows("SELECT app, name FROM django_migrations")}
    except DatabaseError as error:
        log.warning("database does not answer: %s", type(error).__name__)
        is_empty = getattr(error.__cause__, "sqlstate", None) == "42P01"  # undefined table
        return [_unmigrated(last_migrations()) if is_empty else "no database: it does not answer"]
    finally:
        connection.close()  # that of this thread
    missing = last_migrations() - applied
    return [_unmigrated(missing)] if missing else []


@cache
def last_migrations() -> frozenset[tuple[str, str]]:
    """The last migration of each app in the code: (app, name)."""
    return frozenset(MigrationLoader(None).graph.leaf_nodes())


def _unmigrated(missing: Any) -> str:
    apps = ", ".join(sorted({app for app, _ in missing}))
    return f"no schema: the tables of {apps} are not up to date; run manage.py migrate"


def redis_writes() -> list[str]:
    """Redis by the cache's and the locks' way: it takes a write, and drops no keys for room."""
    client = redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=_SECONDS,
        socket_connect_timeout=_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        client.set(f"{settings.REDIS_PREFIX}readyz", 1, ex=60)
        return _evictions(client)
    except redis.RedisError as error:
        return [f"no redis: {_reason(error)}"]
    finally:
        client.close()


def _evictions(client: Any) -> list[str]:
    try:
        policy, evicted = client.info("memory"), client.info("stats")
    except redis.ResponseError:
        return []  # its user may not ask, which work does not need
    name, count = policy.get("maxmemory_policy", "noeviction"), evicted.get("evicted_keys", 0)
    if name == "noeviction" or not count:
        return []
    text = f"no room in redis: it has dropped {count} keys (maxmemory-policy {name})"
    return [f"{text}; set noeviction"]


def broker() -> list[str]:
    """Redis by Celery's own way: its URL, its client, a connection for publishing."""
    error = broker_error(_SECONDS)
    return [f"no broker: {_reason(error)}"] if error else []


def _reason(error: BaseException) -> str:
    """In words; the text of an error may hold an address, so only its first word counts."""
    log.warning("redis does not work: %s", type(error).__name__)
    while error.__cause__ is not None:
        error = error.__cause__
    code = str(error).partition(" ")[0]
    if code in _REFUSALS:
        return _REFUSALS[code]
    return _BY_CLASS.get(type(error).__name__, "it does not answer")


# redis-py leaves the code out of the text where a class stands for it.
_BY_CLASS: Final = {
    "OutOfMemoryError": _REFUSALS["OOM"],
    "ReadOnlyError": _REFUSALS["READONLY"],
    "BusyLoadingError": _REFUSALS["LOADING"],
    "AuthenticationError": _REFUSALS["NOAUTH"],
    "AuthenticationWrongNumberOfArgsError": _REFUSALS["NOAUTH"],
    "NoPermissionError": _REFUSALS["NOPERM"],
    "MasterDownError": _REFUSALS["MASTERDOWN"],
}


def ticks() -> list[str]:
    """Whether beat enqueued a tick lately, and a worker took one.

    A worker may be busy for long, as each of its tasks may take 5 minutes. In a new process a
    missing tick is no fault yet: beat's first one comes TICK_SECONDS after its start.
    """
    longest = {
        "beat": 3 * settings.TICK_SECONDS + 5,
        "worker": 3 * settings.TICK_SECONDS + 3 * app.conf.task_time_limit,
    }
    try:
        ages = last_ticks(_SECONDS)
    except redis.RedisError:
        return []  # the fault of Redis, which has a line of its own
    found = [_late(name, ages[name], seconds) for name, seconds in longest.items()]
    return [line for line in found if line]


def _late(name: str, age: float | None, longest: float) -> str:
    if age is None:
        is_new = time.monotonic() - _STARTED < longest
        return "" if is_new else f"no {name}: there is no sign of it in Redis"
    return f"no {name}: its last tick was {age:.0f} s ago" if age > longest else ""


Part = Callable[[], list[str]]
FOR_PAGES: Final[dict[str, Part]] = {"database": database}
ALL: Final[dict[str, Part]] = {
    **FOR_PAGES,
    "redis": redis_writes,
    "broker": broker,
    "beat": ticks,
}
