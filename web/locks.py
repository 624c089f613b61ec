"""PostgreSQL's advisory locks: one process at a time does a named piece of work.

A lock is held to the end of the transaction, so a killed process releases it. PostgreSQL hashes
the name to 64 bits: two names that share a hash only wait for each other without need.
"""

from __future__ import annotations

from web.sql import rows


def wait_for_lock(name: str) -> None:
    """Hold the lock to the end of the transaction; wait while another transaction holds it."""
    rows("SELECT pg_advisory_xact_lock(hashtextextended(%(name)s, 0))", name=name)


def try_lock(name: str) -> bool:
    """Hold the lock to the end of the transaction; False at once when another one holds it."""
    sql = "SELECT pg_try_advisory_xact_lock(hashtextextended(%(name)s, 0))"
    [(is_held,)] = rows(sql, name=name)
    return bool(is_held)
